"""Errors and other texts as they are kept beside a job: short, without secrets, and such that Postgres takes them."""

from typing import Final

from caferoam.scrub import scrub

MAX_LENGTH: Final = 500
MAX_TRACEBACK_LENGTH: Final = 20_000
_ENOUGH: Final = 5
"""Texts are cut to so many times their final length first: an error can carry megabytes."""


def shorten(text: str) -> str:
    """The beginning of it, which says what went wrong."""
    return _plain(text[: MAX_LENGTH * _ENOUGH])[:MAX_LENGTH]


def shorten_traceback(traceback: str) -> str:
    """The end of it, which says where and what."""
    return _plain(traceback[-MAX_TRACEBACK_LENGTH * _ENOUGH :])[-MAX_TRACEBACK_LENGTH:]


def _plain(text: str) -> str:
    """Postgres knows no NUL, and UTF-8 no lone surrogates, which names of files can hold."""
    return scrub(text.replace("\x00", "�").encode(errors="replace").decode())
