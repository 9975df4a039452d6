"""Members of the local stack. Signing up is Supabase's business, so only the stand-in writes to ``auth.users``."""

from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID


class Cursor(Protocol):
    """What Django's and psycopg's cursors have in common here."""

    def execute(self, query: Any, params: Mapping[str, str], /) -> object: ...  # the two drivers type SQL differently

    def fetchone(self) -> Any: ...  # a row is whatever the query selects


def consent(cursor: Cursor, user_id: UUID, *, weekly_email: bool = False) -> None:
    """Let the user have agreed to our terms, as ``POST /auth/callback`` does; once. The weekly email is apart."""
    values = {"user_id": str(user_id)}
    cursor.execute("INSERT INTO profiles (id) VALUES (%(user_id)s::uuid) ON CONFLICT DO NOTHING", values)
    cursor.execute(
        """
        INSERT INTO consents (user_id, kind, granted, version, locale, source)
        SELECT id, 'service', true, 'local', locale, 'sign_up' FROM profiles
        WHERE id = %(user_id)s::uuid AND pdpa_consent_at IS NULL
        """,
        values,
    )
    if weekly_email:
        cursor.execute(
            """
            INSERT INTO consents (user_id, kind, granted, version, locale, source)
            SELECT id, 'weekly_email', true, 'local', locale, 'sign_up' FROM profiles AS p
            WHERE id = %(user_id)s::uuid
                AND NOT EXISTS (SELECT FROM consents AS c WHERE c.user_id = p.id AND c.kind = 'weekly_email')
            """,
            values,
        )


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
