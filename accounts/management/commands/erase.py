"""``manage.py erase``: let a member be erased, at their own word or a court's."""

from argparse import ArgumentParser, ArgumentTypeError
from uuid import UUID

from django.core.management.base import CommandError

from accounts.erasure.operators import UnknownMember, operator, request_for
from accounts.management.foreground import ErasingCommand


class Command(ErasingCommand):
    help = (
        "Delete a member's account: in 14 days, until when they can take it back, or with --now at once. At once means"
        " here and before your eyes, without a worker. Safe to stop and to repeat. Exit code 0: done."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--user", type=_user_id, required=True, metavar="ID", help="the member's id, a UUID")
        parser.add_argument("--now", action="store_true", help="without the days in which it can be taken back")
        parser.add_argument("--yes", action="store_true", help="do not ask")
        parser.add_argument("--step-by-step", action="store_true", help="wait for Enter before each step")

    def handle(self, *, user: UUID, now: bool, yes: bool, step_by_step: bool, **_options: object) -> None:
        if step_by_step and not now:
            raise CommandError("--step-by-step goes with --now.")
        when = "at once" if now else "in 14 days"
        if not yes:
            self.ask(f"All that is kept of member {user} will be deleted {when}")
        try:
            deletion = request_for(user, by=operator())
        except UnknownMember:
            raise CommandError(f"--user: nobody has the id {user}, or nobody has it any more.") from None
        if deletion.purged_at is not None:
            self.stdout.write(f"This member was erased at {deletion.purged_at:%Y-%m-%d %H:%M} UTC.")
        elif now:
            self.erase(deletion, step_by_step=step_by_step)
            self.stdout.write("Nothing is left.")
        else:
            self.stdout.write(f"Will be deleted after {deletion.purge_after:%Y-%m-%d %H:%M} UTC.")


def _user_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no member's id: those look like {UUID(int=0)}") from None
