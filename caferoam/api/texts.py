"""Texts that members write and people read: names, notes."""

import re
from typing import Any, Final

from rest_framework import serializers

from caferoam.text.normalize import normalize
from caferoam.text.unseen import UNSEEN, UNSEEN_IN_A_LINE

_UNSEEN: Final = re.compile(UNSEEN)
_UNSEEN_IN_A_LINE: Final = re.compile(UNSEEN_IN_A_LINE)


class LineField(serializers.CharField):
    """One line, trimmed, with something to be seen in it. ``max_length`` counts what is left after trimming."""

    default_error_messages = {
        "unseen": "Line breaks, control characters and marks of the writing direction are not allowed.",
    }

    def to_internal_value(self, data: Any) -> str:
        """Raises ``ValidationError``."""
        text = super().to_internal_value(data)
        if _UNSEEN_IN_A_LINE.search(text):
            self.fail("unseen")
        if not normalize(text):
            self.fail("blank")
        return text


class ProseField(serializers.CharField):
    """Any number of lines, trimmed; may be empty. Line breaks become ``\\n``."""

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
