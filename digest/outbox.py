"""The mails that the offline mailer has written, for those who want to look at them."""

import email
import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from itertools import islice
from pathlib import Path
from typing import Final

from django.conf import settings

SHOWN: Final = 50
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*", re.ASCII)


@dataclass(frozen=True)
class WrittenMail:
    """One of them, without what it says."""

    batch: str
    name: str
    to: str
    subject: str


def latest() -> list[WrittenMail]:
    """Mails of the latest batches, ``SHOWN`` at most."""
    folder = Path(settings.MAIL_FOLDER)
    batches = sorted(folder.glob("digest-*"), key=lambda batch: batch.stat().st_mtime, reverse=True)
    files = (file for batch in batches for file in sorted(batch.glob("*.eml")))
    return [_written(file) for file in islice(files, SHOWN)]


def html_of(batch: str, name: str) -> str | None:
    """What one of them says; None if there is no such mail."""
    if not (_NAME.fullmatch(batch) and _NAME.fullmatch(name)):
        return None
    file = Path(settings.MAIL_FOLDER) / batch / f"{name}.eml"
    if not file.is_file():
        return None
    body = _read(file).get_body(("html",))
    return None if body is None else str(body.get_content())


def _written(file: Path) -> WrittenMail:
    message = _read(file)
    return WrittenMail(file.parent.name, file.stem, to=str(message["To"]), subject=str(message["Subject"]))


def _read(file: Path) -> EmailMessage:
    return email.message_from_bytes(file.read_bytes(), policy=default)
