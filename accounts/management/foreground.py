"""Erasing while an operator looks on, without a worker."""

import signal
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Final
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.erasure.running import erase
from accounts.erasure.steps import LeftoversFound
from accounts.models import AccountDeletion
from caferoam.providers.errors import ProviderRefused, ProviderUnavailable

INTERRUPTED: Final = 130
"""The exit code of a program that SIGINT ended."""


class ErasingCommand(BaseCommand):
    """A command that erases members before the operator's eyes."""

    def ask(self, what: str) -> None:
        """Raises ``CommandError`` unless somebody says yes."""
        if not sys.stdin.isatty():
            raise CommandError(f"{what}. There is nobody to ask: add --yes.")
        if input(f"{what}. It cannot be taken back. Go on? [y/N] ").strip().lower() not in {"y", "yes"}:
            raise CommandError("Nothing was changed.")

    def erase(self, deletion: AccountDeletion, *, step_by_step: bool = False) -> None:
        """Prints each step and what it deleted. Raises ``CommandError`` where it cannot go on now."""
        screen = _Screen(self, step_by_step=step_by_step)
        # Ctrl-C must stop it also where whoever started it ignores that, as a shell does for what runs behind it.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        again = "What is done is done: the same command goes on from there."
        try:
            is_erased = erase(deletion.pk, screen)
        except KeyboardInterrupt:
            raise CommandError(f"Stopped in step {screen.step}. {again}", returncode=INTERRUPTED) from None
        except (ProviderUnavailable, ProviderRefused, ImproperlyConfigured, LeftoversFound) as exc:
            raise CommandError(f"Step {screen.step}: {str(exc).rstrip('.')}. {again}") from exc
        if not is_erased:
            raise CommandError("The member has taken it back meanwhile: nothing was erased.")


class _Screen:
    """A ``Watcher`` that prints."""

    job_id: UUID | None = None

    def __init__(self, command: BaseCommand, *, step_by_step: bool) -> None:
        self.step = ""
        self._out = command.stdout
        self._step_by_step = step_by_step

    def go_on(self, step: str) -> bool:
        if step != self.step:
            self.step = step
            if self._step_by_step:
                self._print(f"next: {step}; Enter to go on")
                sys.stdin.readline()
        return True

    def tell(self, step: str, counts: Mapping[str, int], *, done: bool) -> None:
        told = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
        if told or done:
            self._print(f"{step}: {told or 'done'}")

    def closing(self) -> AbstractContextManager[None]:
        return transaction.atomic()

    def _print(self, line: str) -> None:
        self._out.write(line)
        self._out.flush()
