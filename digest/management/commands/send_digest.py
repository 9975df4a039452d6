"""``manage.py send_digest``: look at an edition as mail, or let workers send it."""

from argparse import ArgumentParser
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from caferoam.providers.email import Mail
from caferoam.providers.email.offline import OfflineMailer
from digest import editions
from digest.addresses import page_link
from digest.content import LOCALES, content_of
from digest.editions import EditionRefused
from digest.letters import write_letter
from digest.models import Edition


class Command(BaseCommand):
    """One edition: that of --week, else this week's."""

    help = "Queues the sending of an approved edition; with --preview writes it as files instead, and sends nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--week", type=date.fromisoformat, help="the Monday it is for; default: this week's")
        parser.add_argument("--preview", action="store_true", help="write HTML, text and .eml files, and say where")

    def handle(self, *args: Any, **options: Any) -> None:
        week = options["week"]
        if options["preview"]:
            with self._to_look_at(week) as edition:
                for file in write_preview(_found(edition), Path(settings.MAIL_FOLDER) / "preview"):
                    self.stdout.write(str(file))
            return
        edition = _found(editions.edition_to_send(timezone.now()) if week is None else _of_week(week))
        try:
            job = editions.send_now(edition.pk)
        except EditionRefused as exc:
            raise CommandError(f"The edition of {edition.week} is {edition.get_status_display()}. {exc}") from exc
        self.stdout.write(f"The edition of {edition.week} is being sent by job {job}.")

    def _to_look_at(self, week: date | None) -> AbstractContextManager[Edition | None]:
        if week is None:
            return editions.as_it_would_be(editions.monday_of(timezone.now()))
        return nullcontext(_of_week(week))


def _of_week(week: date) -> Edition | None:
    """An approved one goes before drafts, and of those the latest."""
    return Edition.objects.filter(week=week).order_by("status", "created_at").last()


def _found(edition: Edition | None) -> Edition:
    if edition is None:
        raise CommandError("There is no such edition, and no café to make one of.")
    return edition


def write_preview(edition: Edition, folder: Path) -> list[Path]:
    """Write the mail in both languages as HTML, as text and as .eml."""
    content = content_of(edition)
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for locale in LOCALES:
        letter = write_letter(content, locale)
        html, text = letter.ending_at(page_link("preview"))
        for ending, written in (("html", html), ("txt", text)):
            file = folder / f"{edition.week}.{locale}.{ending}"
            file.write_text(written, encoding="utf-8")
            files.append(file)
        name = f"{edition.week}.{locale}"
        OfflineMailer(folder, sender=settings.MAIL_SENDER).send_batch(
            [Mail(id=name, to="reader@example.org", subject=letter.subject, html=html, text=text)],
            idempotency_key="as-mail",
        )
        files.append(folder / "as-mail" / f"{name}.eml")
    return files
