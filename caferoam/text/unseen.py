"""Characters that nobody sees and that change what others look like: text that people read holds none of them."""

from typing import Final

UNSEEN: Final = (
    r"[\u0001-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    r"\U000e0000-\U000e007f]"
)
"""Control characters, marks and overrides of the writing direction, and what has no width, but not what joins emoji: a
class of characters for regular expressions, spelled alike for Python and for Postgres. Tabs and line breaks are let in.
"""
UNSEEN_IN_A_LINE: Final = rf"[\u0009\u000a{UNSEEN[1:]}"
"""The same, with tabs and line breaks."""

SPACES: Final = r"\u0020\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
BLANK: Final = (
    r"\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200c\u200d\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufffb\ufffe\uffff"
    r"\U000e0100-\U000e01ef"
)
"""The inside of a class: blank in every font, though letters and signs to Unicode; or nothing without something to
stand on or to join.
"""
SEEN: Final = rf"[^{SPACES}{BLANK}{UNSEEN_IN_A_LINE[1:]}"
"""A character that is seen: a name has one, or nobody could tell that it is there."""
