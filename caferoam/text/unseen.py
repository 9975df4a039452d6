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
