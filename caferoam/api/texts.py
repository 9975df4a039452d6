"""Texts that members write and people read: names, notes."""

import re
from typing import Any, Final

from rest_framework import serializers

from caferoam.text.normalize import normalize
from caferoam.text.unseen import BLANK, SEEN, UNSEEN, UNSEEN_IN_A_LINE

_UNSEEN: Final = re.compile(UNSEEN)
_UNSEEN_IN_A_LINE: Final = re.compile(UNSEEN_IN_A_LINE)
# For the API's description. JavaScript reads characters beyond U+FFFF as two, so these classes end there.
_OF_LINES: Final = r"\u0000" + UNSEEN_IN_A_LINE[1:].partition(r"\U")[0]
_OF_PROSE: Final = _OF_LINES.replace(r"\u0009\u000a", "").replace(r"\u000b-", r"\u000b\u000c\u000e-")  # with \r
_BLANK: Final = BLANK.partition(r"\U")[0]
_SEEN: Final = re.compile(SEEN)


class LineField(serializers.CharField):
    """One line, trimmed, with something to be seen in it. ``max_length`` counts what is left after trimming."""

    pattern = rf"^[^{_OF_LINES}]*[^\s{_OF_LINES}{_BLANK}][^{_OF_LINES}]*$"

    default_error_messages = {
        "unseen": "Line breaks, control characters and marks of the writing direction are not allowed.",
    }

    def to_internal_value(self, data: Any) -> str:
        """Raises ``ValidationError``."""
        text = super().to_internal_value(data)
        if _UNSEEN_IN_A_LINE.search(text):
            self.fail("unseen")
        if not (_SEEN.search(text) and normalize(text)):
            self.fail("blank")
        return text


class ProseField(serializers.CharField):
    """Any number of lines, trimmed; may be empty. Line breaks become ``\\n``."""

    # Of a text that is not empty: that it may be empty is described beside it, and only one of the two may fit.
    pattern = rf"^[^{_OF_PROSE}]+$"

    default_error_messages = {
        "unseen": "Control characters and marks of the writing direction are not allowed.",
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"allow_blank": True, **kwargs})

    def to_internal_value(self, data: Any) -> str:
        """Raises ``ValidationError``."""
        text = super().to_internal_value(data).replace("\r\n", "\n").replace("\r", "\n")
        if _UNSEEN.search(text):
            self.fail("unseen")
        return text
