"""What the pages say, from the same files as they have it."""

import json
import re
from functools import cache
from typing import Any, Final

from caferoam.local.stack import CHECKOUT

MESSAGES: Final = CHECKOUT / "app" / "_i18n" / "messages"


class Texts:
    """The texts of one language: ``texts("lists.made", name="週末")``."""

    def __init__(self, locale: str) -> None:
        self._locale = locale

    def __call__(self, key: str, **values: object) -> str:
        namespace, *path = key.split(".")
        found: Any = _messages(self._locale, namespace)
        for name in path:
            found = found[name]
        assert isinstance(found, str), key
        assert set(re.findall(r"{(\w+)}", found)) == set(values), f"{key} wants other values: {found}"
        return found.format_map(values)


@cache
def _messages(locale: str, namespace: str) -> dict[str, Any]:
    messages: dict[str, Any] = json.loads((MESSAGES / locale / f"{namespace}.json").read_text(encoding="utf-8"))
    return messages
