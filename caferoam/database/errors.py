"""What a refusal of the database says, read from its fields: its words follow the server's language."""

from typing import Final

import psycopg
from django.db import Error, IntegrityError

# Where Postgres refuses a row that a policy's WITH CHECK does not let in. The SQLSTATE (42501) is the same for a
# missing grant, which is a mistake of ours and must not pass for the member's.
_ROW_CHECK: Final = "ExecWithCheckOptions"


def violated_constraint(exc: IntegrityError) -> str | None:
    """The name of the constraint that a write broke, or that a trigger named in its RAISE; None if it has no name."""
    diagnostics = _diagnostics(exc)
    return diagnostics.constraint_name if diagnostics else None


def is_row_refused(exc: Error) -> bool:
    """Whether a row-security policy refused to let a row in: one that is not the member's to write.

    Django raises that as ``ProgrammingError``. A missing grant has the same class and SQLSTATE; it gives False.
    """
    diagnostics = _diagnostics(exc)
    return diagnostics is not None and (diagnostics.sqlstate, diagnostics.source_function) == ("42501", _ROW_CHECK)


def _diagnostics(exc: Error) -> psycopg.errors.Diagnostic | None:
    cause = exc.__cause__
    return cause.diag if isinstance(cause, psycopg.Error) else None
