"""Members of the local stack. Signing up is Supabase's business, so only the stand-in writes to ``auth.users``."""

from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID


class Cursor(Protocol):
    """What Django's and psycopg's cursors have in common here."""

    def execute(self, query: Any, params: Mapping[str, str], /) -> object: ...  # the two drivers type SQL differently

    def fetchone(self) -> Any: ...  # a row is whatever the query selects


def find_or_make_user(cursor: Cursor, email: str) -> UUID:
    """The id of the auth user with this e-mail (in lower case), made if absent."""
    # Two callers at once: the second waits at the unique index, inserts nothing and finds the first one's row.
    cursor.execute(
        """
        INSERT INTO auth.users (id, email) SELECT gen_random_uuid(), %(email)s
        WHERE NOT EXISTS (SELECT FROM auth.users WHERE lower(email) = %(email)s)
        ON CONFLICT DO NOTHING
        """,
        {"email": email},
    )
    cursor.execute("SELECT id FROM auth.users WHERE lower(email) = %(email)s", {"email": email})
    user_id: UUID = cursor.fetchone()[0]
    return user_id
