"""Print an access token for a local member, and nothing else, so that a shell can put it into a variable."""

from argparse import ArgumentParser

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import connection

from caferoam.local.members import consent, find_or_make_user
from caferoam.local.stack import LocalFiles
from caferoam.local.tokens import SigningKey, sign_token


class Command(BaseCommand):
    help = (
        "Print an access token, valid for an hour, for the member with this e-mail (made if absent). Local mode only."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the member's e-mail, in any case")
        parser.add_argument("--newcomer", action="store_true", help="do not agree to the terms for a new member")

    def handle(self, *, email: str, newcomer: bool, **_: object) -> None:
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
        with connection.cursor() as cursor:
            user_id = find_or_make_user(cursor, email)
            if not newcomer:
                consent(cursor, user_id)
        token = sign_token(
            key,
            issuer=settings.SUPABASE_JWT_ISSUER,
            audience=settings.SUPABASE_JWT_AUDIENCE,
            user_id=user_id,
            email=email,
        )
        self.stdout.write(token)
