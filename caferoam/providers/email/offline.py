"""Mail that goes nowhere: each as a file that every mail program opens."""

import logging
import re
from collections.abc import Sequence
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Final

from django.utils import timezone

from caferoam.providers.email.protocol import BATCH_MAX, Mail, Rejected, Taken

logger = logging.getLogger("caferoam.mail")

_NOT_IN_FILE_NAMES: Final = re.compile(r"[^A-Za-z0-9.-]+")


class OfflineMailer:
    """Writes ``FOLDER/KEY/ID.eml``. A batch that is sent again overwrites what the first time wrote."""

    def __init__(self, folder: Path, *, sender: str) -> None:
        self._folder = folder
        self._sender = sender

    def send_batch(self, mails: Sequence[Mail], *, idempotency_key: str) -> Sequence[Taken | Rejected]:
        """Never fails but for the disk. One without a proper address is rejected."""
        if len(mails) > BATCH_MAX:
            raise ValueError(f"{len(mails)} mails are more than a batch holds.")
        folder = self._folder / _NOT_IN_FILE_NAMES.sub("-", idempotency_key)
        folder.mkdir(parents=True, exist_ok=True)
        results = [self._write(folder, mail) for mail in mails]
        logger.info("%d mails written to %s", sum(isinstance(result, Taken) for result in results), folder)
        return results

    def _write(self, folder: Path, mail: Mail) -> Taken | Rejected:
        try:
            content = as_message(mail, sender=self._sender).as_bytes()
        except ValueError as exc:
            return Rejected(str(exc))
        (folder / f"{_NOT_IN_FILE_NAMES.sub('-', mail.id)}.eml").write_bytes(content)
        return Taken(f"offline-{mail.id}")


def as_message(mail: Mail, *, sender: str) -> EmailMessage:
    """The mail as it would travel.

    Raises:
        ValueError: an address or a header cannot stand in a mail.
    """
    message = EmailMessage(SMTP)
    name, address = parseaddr(sender)
    message["From"] = Address(name, addr_spec=address)
    try:
        to = Address(addr_spec=mail.to)
    except (IndexError, ValueError, MessageError) as exc:  # the parser stumbles over some of what is no address
        raise ValueError("This is not an address.") from exc
    if not to.username or not to.domain:
        raise ValueError("This is not an address.")
    message["To"] = to
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(timezone.now())
    message["Message-ID"] = f"<{mail.id}@caferoam.invalid>"
    for header, value in mail.headers.items():
        message[header] = value
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message
