"""Text from other people's files, made fit to keep and to show.

The rules are those of ``caferoam.text.normalize`` but for case and 臺, which are kept: this is what people read.
"""

import html
import re
import unicodedata
from typing import Final
from urllib.parse import urlsplit

from caferoam.text.normalize import normalize

MAX_URL_CHARS: Final = 2000

_REPLACEMENT = "\ufffd"
_BLANKS = re.compile(r"\s+")
_BLANKS_IN_LINE = re.compile(r"[^\S\n]+")
_LINE_BREAKS = re.compile(r" ?\n[ \n]*")
_LINE_BREAK = re.compile(r"\r\n?|[\v\f\x85\u2028\u2029]")
_URL_IN_TEXT = re.compile(r"https?://[^\s<>\"'（）]+", re.IGNORECASE)
_BARE_ADDRESS = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.[a-z]{2,}(/[^\s<>\"']*)?", re.IGNORECASE)


def clean_line(text: str) -> str:
    """One line to show: entities decoded, NFKC, nothing invisible, single blanks between words and none around."""
    composed = unicodedata.normalize("NFKC", html.unescape(text))
    return _BLANKS.sub(" ", _without_invisible(composed)).strip()


def clean_passage(text: str, *, max_chars: int) -> str:
    """Text of several lines as it was written, cut to ``max_chars``; nothing invisible, no empty lines."""
    broken = _LINE_BREAK.sub("\n", text)
    visible = _BLANKS_IN_LINE.sub(" ", _without_invisible(broken))
    return _LINE_BREAKS.sub("\n", visible).strip()[:max_chars].rstrip()


def clean_url(text: str) -> str:
    """The first web address in ``text``, or empty: people also write names and account handles there."""
    line = _BLANKS.sub(" ", _without_invisible(html.unescape(text))).strip()
    found = _URL_IN_TEXT.search(line)
    if found:
        url = found.group()
    elif _BARE_ADDRESS.fullmatch(line):
        url = f"https://{line}"
    else:
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:  # as in http://[half an address
        return ""
    has_host = parts.hostname is not None and "." in parts.hostname
    return url if has_host and "@" not in parts.netloc and len(url) <= MAX_URL_CHARS else ""


def name_key(name: str) -> str:
    """What of a name makes it that name: its letters and digits, whatever the case, width, blanks and punctuation."""
    return "".join(char for char in normalize(name) if char.isalnum())


def _without_invisible(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    return "".join(char for char in text if not _is_invisible(char))


def _is_invisible(char: str) -> bool:
    if char.isspace():
        return False
    return char == _REPLACEMENT or unicodedata.category(char) in {"Cc", "Cf", "Cs"} or "\ufe00" <= char <= "\ufe0f"
