"""``scrub`` for whole structures: log lines with fields, and crash reports."""

import re
from collections.abc import Mapping
from typing import Final

from caferoam.scrub import HIDDEN, scrub

_SECRET_NAME: Final = re.compile(r"(?i)passw|secret|token|api[_-]?key|authorization|cookie|credential|signature")
_NAME: Final = re.compile(r"[\w-]+")


def scrub_tree(value: object) -> object:
    """A copy in which every text is scrubbed, and hidden whole where its key has a secret's name.

    A key's name counts for all that its value holds, and for the second of two texts, as headers are often listed.
    Mappings become dicts, sequences lists, bytes texts; what is none of these nor a text stays as it is.
    """
    match value:
        case str():
            return scrub(value)
        case bytes():
            return scrub(value.decode(errors="replace"))
        case Mapping():
            return {name: _by_name(name, inner) for name, inner in value.items()}
        case [str() as name, str() as inner] if _NAME.fullmatch(name):
            return [scrub(name), _by_name(name, inner)]
        case list() | tuple():
            return [scrub_tree(inner) for inner in value]
    return value


def _by_name(name: object, value: object) -> object:
    return _hidden(value) if _SECRET_NAME.search(str(name)) else scrub_tree(value)


def _hidden(value: object) -> object:
    """With all texts hidden. Numbers stay: a count of tokens is no secret."""
    match value:
        case str() | bytes():
            return HIDDEN
        case Mapping():
            return {name: _hidden(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_hidden(inner) for inner in value]
    return value
