"""Names that say that the café is closed: the mark is taken off the name and becomes the status."""

import re
from typing import NamedTuple


class MarkedName(NamedTuple):
    name: str
    mark: str
    """As written, without brackets; empty if the name carries none."""


# Words that by themselves could be part of a name (暫停, 遷徙) are no marks.
_CHINESE = (
    r"(?:已經?|已永久|永久|已暫時|暫時|暫)?(?:歇業|停業|停止營業|結束營業|暫停營業|熄燈|倒閉|閉店|關店|收店)(?:中|了)?"
    r"|(?:已經?|永久|暫時)(?:關閉|關門|收掉|收攤|休業|頂讓)(?:中|了)?"
    r"|(?:已經?)?(?:遷址|搬遷|遷店|遷移|搬家)(?:中|了)?"
)
_ENGLISH = r"(?:permanently |temporarily )?closed(?: down)?|out of business|moved"
_BRACKETED = re.compile(
    rf"[(\[【〔「『<]\s*(?P<mark>[^()\[\]【】〔〕]{{0,12}}(?:{_CHINESE})[^()\[\]【】〔〕]{{0,20}}|(?:{_ENGLISH}))\s*[)\]】〕」』>]",
    re.IGNORECASE,
)
# Without brackets only words that no café would take for a name, and only at either end.
_SURE = (
    r"(?:已經?|已永久|永久|已暫時|暫時)(?:歇業|停業|停止營業|結束營業)|已(?:遷址|搬遷|遷店|關閉|熄燈|倒閉)"
    r"|(?:停止|結束|暫停)營業中?|永久關閉|permanently closed|temporarily closed"
)
_AT_END = re.compile(rf"[\s\-–—_/|:,、。!~*]*(?P<mark>{_SURE})[\s!。.~*]*$", re.IGNORECASE)
_AT_START = re.compile(rf"^[\s*!]*(?P<mark>{_SURE})[\s\-–—_/|:,、。!~*]+", re.IGNORECASE)


def split_closed_mark(name: str) -> MarkedName:
    """A cleaned name without its closed mark, and the mark: ``某咖啡(已歇業)`` gives ``某咖啡`` and ``已歇業``."""
    for pattern in (_BRACKETED, _AT_END, _AT_START):
        found = pattern.search(name)
        if found:
            rest = f"{name[: found.start()].rstrip()} {name[found.end() :].lstrip()}".strip()
            return MarkedName(rest, found["mark"].strip())
    return MarkedName(name, "")
