"""``scrub`` for whole structures: log lines with fields, and crash reports."""

import re
from collections.abc import Mapping
from typing import Final

from caferoam.scrub import HIDDEN, scrub

_SECRET_NAME: Final = re.compile(r"(?i)passw|secret|token|api[_-]?key|authorization|cookie|credential|signature")


def scrub_tree(value: object) -> object:
    """A copy in which every text is scrubbed, and hidden whole where its key has a secret's name.

    Mappings become dicts, sequences lists; what is neither these nor a text stays as it is.
    """
    match value:
        case str():
            return scrub(value)
        case Mapping():
            return {name: _hidden_by_name(name, inner) for name, inner in value.items()}
        case list() | tuple():
            return [scrub_tree(inner) for inner in value]
    return value


def _hidden_by_name(name: object, value: object) -> object:
    return HIDDEN if isinstance(value, str) and _SECRET_NAME.search(str(name)) else scrub_tree(value)
