"""When a failed attempt is tried again: 15 s, 1 min, 4 min, 16 min, then every hour, each a fifth sooner or later."""

import random
from datetime import timedelta
from typing import Final

BASE_S: Final = 15.0
FACTOR: Final = 4.0
CAP_S: Final = 3600.0
JITTER: Final = 0.2
"""Jobs that failed together, because a provider was down, must not come back together."""

UNSAID_RETRY_AFTER: Final = timedelta(seconds=30)


def delay_after(failures: int, *, luck: float | None = None) -> timedelta:
    """How long to wait after so many failed attempts, at least one. ``luck`` in 0..1 replaces the dice."""
    # The exponent is bounded too: some job may be allowed to fail often.
    seconds = min(CAP_S, BASE_S * FACTOR ** min(failures - 1, 16))
    return timedelta(seconds=seconds * _spread(luck))


def snooze_for(retry_after: timedelta | None, *, luck: float | None = None) -> timedelta:
    """How long to leave a provider alone: as long as it asked for, an hour at most, plus jitter; never shorter."""
    asked = max(0.0, (UNSAID_RETRY_AFTER if retry_after is None else retry_after).total_seconds())
    return timedelta(seconds=min(CAP_S, asked) * (1 + JITTER * (random.random() if luck is None else luck)))  # noqa: S311 - no secret


def _spread(luck: float | None) -> float:
    return 1 - JITTER + 2 * JITTER * (random.random() if luck is None else luck)  # noqa: S311 - spreads load, no secret
