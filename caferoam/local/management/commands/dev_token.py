"""Print an access token for a local member, and nothing else, so that a shell can put it into a variable."""

from argparse import ArgumentParser
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import connection, transaction

from caferoam.local.stack import LocalFiles
from caferoam.local.tokens import SigningKey, sign_token


class Command(BaseCommand):
    help = (
        "Print an access token, valid for an hour, for the member with this e-mail (made if absent). Local mode only."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the member's e-mail, in any case")

    def handle(self, *, email: str, **_: object) -> None:
        if settings.CAFEROAM_ENV not in {"local", "test"}:
            raise CommandError(
                f"dev_token signs tokens for the local stack only, and CAFEROAM_ENV is {settings.CAFEROAM_ENV}:"
                " in production members sign in through Supabase."
            )
        email = email.strip().lower()
        try:
            validate_email(email)
        except ValidationError as exc:
            raise CommandError(f"{email!r} is no e-mail address.") from exc
        try:
            key = SigningKey.load(LocalFiles.here().signing_key)
        except FileNotFoundError as exc:
            raise CommandError("There is no signing key here yet: `make run` makes one.") from exc
        token = sign_token(
            key,
            issuer=settings.SUPABASE_JWT_ISSUER,
            audience=settings.SUPABASE_JWT_AUDIENCE,
            user_id=find_or_make_user(email),
            email=email,
        )
        self.stdout.write(token)


def find_or_make_user(email: str) -> UUID:
    """The id of the auth user with this e-mail. Signing up is Supabase's business, so only the stand-in may do this."""
    with transaction.atomic(), connection.cursor() as cursor:
        # Two callers at once: the second waits here, inserts nothing and finds the first one's row.
        cursor.execute(
            """
            INSERT INTO auth.users (id, email) SELECT gen_random_uuid(), %(email)s
            WHERE NOT EXISTS (SELECT FROM auth.users WHERE lower(email) = %(email)s)
            ON CONFLICT DO NOTHING
            """,
            {"email": email},
        )
        cursor.execute("SELECT id FROM auth.users WHERE lower(email) = %s", [email])
        user_id: UUID = cursor.fetchone()[0]
    return user_id
