"""Whether a running product does what it is for, as seen from outside: ``manage.py smoke``."""
