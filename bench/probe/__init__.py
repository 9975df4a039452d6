"""A Django app of the bench: the probe job."""
