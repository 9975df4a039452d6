"""``manage.py replay_erasures``: after a backup was restored, erase again who had been erased since."""

import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Final

from django.core.management.base import CommandError

from accounts.erasure.operators import erased_hmacs, members_of, operator, request_for
from accounts.management.foreground import ErasingCommand

_HMAC: Final = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")


class Command(ErasingCommand):
    help = (
        "Erase members again who came back with a restored backup. FILE holds the HMACs of all who were erased: what"
        " --list printed before, or the workers' log lines 'a member was erased'."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--list", action="store_true", dest="listing", help="print the HMACs, to keep with a backup")
        what.add_argument("--hmacs", type=Path, metavar="FILE", help="a text in which they stand")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *, listing: bool, hmacs: Path | None, yes: bool, **_options: object) -> None:
        if listing or hmacs is None:
            for known, requested_at in erased_hmacs():
                self.stdout.write(f"{known} {requested_at:%Y-%m-%dT%H:%M:%SZ}")
            return
        wanted = _read(hmacs)
        members = members_of(wanted)
        self.stdout.write(f"{len(wanted)} HMACs, {len(members)} members who are back.")
        if members and not yes:
            self.ask(f"{len(members)} members will be erased again")
        for number, member in enumerate(members, start=1):
            self.stdout.write(f"-- {number} of {len(members)}")
            self.erase(request_for(member, by=operator()))
        self.stdout.write("None of them is left.")


def _read(file: Path) -> set[str]:
    try:
        found = set(_HMAC.findall(file.read_text(errors="replace")))
    except OSError as exc:
        raise CommandError(f"--hmacs: {exc}") from exc
    if not found:
        raise CommandError(f"--hmacs: there is no HMAC in {file}.")
    return found
