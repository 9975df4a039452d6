"""What the HTTP errors of vendors have in common: which are ours to mend, which pass, and when to come back."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final

OUR_FAULT: Final = frozenset(
    {HTTPStatus.UNAUTHORIZED, HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
)
"""What is wrong with these is ours to mend: a key, a bill, the name of a model. Refused, the jobs would be given up."""
UNTIL_MENDED: Final = timedelta(minutes=15)
"""After which to look whether somebody has."""

_TRY_AGAIN: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS})
_LONGEST_WAIT: Final = timedelta(days=1)


def may_pass(status: int) -> bool:
    """Whether the same request may succeed later."""
    return status in _TRY_AGAIN or status >= HTTPStatus.INTERNAL_SERVER_ERROR


def retry_after(headers: Mapping[str, str], *names: str, at_most: timedelta = _LONGEST_WAIT) -> timedelta | None:
    """How long a vendor asks to be left alone: the first of its headers that says so, in seconds or as a date.

    ``names`` are in lower case, ``retry-after`` unless others are given; one that ends in ``-ms`` is in milliseconds.
    """
    said = {name.lower(): value.strip() for name, value in headers.items()}
    for name in names or ("retry-after",):
        wait = _wait(said.get(name, ""), timedelta(milliseconds=1) if name.endswith("-ms") else timedelta(seconds=1))
        if wait is not None:
            return min(wait, at_most)
    return None


def _wait(said: str, unit: timedelta) -> timedelta | None:
    if said.isascii() and said.replace(".", "", 1).isdecimal():
        return unit * min(float(said), _LONGEST_WAIT / unit)
    try:
        return max(parsedate_to_datetime(said) - datetime.now(UTC), timedelta())
    except (TypeError, ValueError):
        return None
