"""What CafeRoam asks of whoever sends its mail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Protocol

BATCH_MAX: Final = 100
"""Mails in one call."""
KEYS_LIVE: Final = timedelta(hours=24)
"""For so long a mailer remembers the key of a batch that it has taken."""


@dataclass(frozen=True)
class Mail:
    """One mail to one address. ``id`` is ours: letters, digits and dashes; what the provider reports names it."""

    id: str
    to: str
    subject: str
    html: str
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Taken:
    """The provider has taken the mail on; ``provider_id`` is its own id of it."""

    provider_id: str


@dataclass(frozen=True)
class Rejected:
    """The provider will not send this one, and has taken on the others."""

    reason: str


@dataclass(frozen=True)
class TakenBefore:
    """Nothing was sent now: under the same key the provider has taken on a batch before that was not quite this one."""


class Mailer(Protocol):
    """Sends mail. Safe to share between threads."""

    def send_batch(self, mails: Sequence[Mail], *, idempotency_key: str) -> Sequence[Taken | Rejected] | TakenBefore:
        """Send up to ``BATCH_MAX`` mails with one call, and say of each, in order, what became of it.

        The same batch under the same key is sent once, however often it is asked for within ``KEYS_LIVE``; the answer
        is that of the first time.

        Raises:
            ProviderUnavailable: try later, with the same key: the batch may have been taken on all the same.
            TurnedAway: try later; no mail was taken on by this call. It is over a limit, or our key, our bill or our
                domain is not in order.
            ProviderRefused: no mail of this batch is taken on, now or later.
        """
