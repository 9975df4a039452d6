"""Recognising a refusal of the database by the constraint's name, rather than by looking first."""

import psycopg
from django.db import IntegrityError


def violated_constraint(error: IntegrityError) -> str | None:
    """The name of the constraint that refused the row, or None when the driver does not tell."""
    cause = error.__cause__
    return cause.diag.constraint_name if isinstance(cause, psycopg.Error) else None
