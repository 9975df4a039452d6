"""Descriptions asked for in bulk: handed over by a command, collected by a job."""
