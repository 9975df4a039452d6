import os
from argparse import ArgumentTypeError
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from getpass import getpass
from typing import Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from caferoam.smoke.asking import Check, Site, SmokeError
from caferoam.smoke.checks import ApiChecks, WebChecks
from caferoam.smoke.session import signed_in

TOKEN: Final = "CAFEROAM_SMOKE_TOKEN"  # noqa: S105 - the name of a variable
PASSWORD: Final = "CAFEROAM_SMOKE_PASSWORD"  # noqa: S105 - the name of a variable


class Command(BaseCommand):
    help = (
        "Look at a running product from outside, as those do who use it; exit status 1 if anything is wrong. It reads"
        " only, and needs nothing but the address."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url", type=_address, metavar="URL", help="the API's address")
        parser.add_argument(
            "--web", type=_address, metavar="URL", help="the web app's address, to look at that as well"
        )
        member = parser.add_mutually_exclusive_group()
        member.add_argument(
            "--token",
            default="",
            help=f"a member's access token, to search with; {TOKEN} in the environment does the same, unseen",
        )
        member.add_argument(
            "--email",
            default="",
            help="a member to sign in as, to search with, and out again: needs SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY,"
            f" and {PASSWORD} or somebody to ask",
        )

    def handle(self, *, url: str, web: str | None, token: str, email: str, **_: object) -> None:
        try:
            with self._token(token, email) as search_with, Site(url) as api:
                failed = self._run(ApiChecks(api, search_with))
                if web is not None:
                    with Site(web) as pages:
                        failed += self._run(WebChecks(pages, api))
        except SmokeError as exc:
            raise CommandError(str(exc)) from exc
        if not search_with:
            self.stdout.write("Nothing was searched for: that takes --token or --email.")
        if failed:
            raise CommandError(f"{len(failed)} failed: {', '.join(failed)}.")
        self.stdout.write("All is well.")

    def _run(self, checks: Iterable[Check]) -> list[str]:
        """The names of those that failed."""
        failed = []
        for check in checks:
            outcome = check.run()
            said = "ok" if outcome.ok else "FAILED"
            self.stdout.write(f"{said:6}  {outcome.name:18} {outcome.took_s * 1_000:6.0f} ms  {outcome.detail}")
            if not outcome.ok:
                failed.append(outcome.name)
        return failed

    @contextmanager
    def _token(self, token: str, email: str) -> Iterator[str]:
        """What to search with, '' for nothing."""
        if not email:
            yield token or os.environ.get(TOKEN, "")
            return
        missing = [name for name in ("SUPABASE_URL", "SUPABASE_PUBLISHABLE_KEY") if not os.environ.get(name)]
        if missing:
            raise CommandError(f"Not set: {', '.join(missing)}. --email signs in there.")
        password = os.environ.get(PASSWORD) or getpass(f"Password of {email}: ")
        supabase_url, key = os.environ["SUPABASE_URL"], os.environ["SUPABASE_PUBLISHABLE_KEY"]
        with signed_in(supabase_url, key, email, password) as got:
            yield got


def _address(text: str) -> str:
    if not text.startswith(("https://", "http://")) or "@" in text:
        raise ArgumentTypeError(f"{text!r} is no address: it begins with https:// or http://, and holds no login")
    return text
