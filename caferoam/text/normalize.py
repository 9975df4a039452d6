"""One spelling for text from anywhere: reviews, imported names, aliases, and what a visitor types.

Chinese text comes in full and half width, with 臺 and 台, with zero-width characters copied from web pages. Everything
that compares text compares this form, so the rules stand here once. Nothing here guesses at meaning.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# Characters that are their own normal form. A run of them is copied in one step, and ends one short of anything
# unusual, because a combining mark would change the character before it. U+81FA is 臺.
_PLAIN = r"!-@\[-~、。「」\u4e00-\u81f9\u81fb-\u9fff"
_PLAIN_RUN = re.compile(rf"[{_PLAIN}]+(?=[{_PLAIN} A-Z]|\Z)")

# Spellings that NFKC leaves apart, or (´) would turn into a blank with a mark. U+2010 is what NFKC makes of U+2011.
_FOLDED = str.maketrans({"臺": "台", "‘": "'", "’": "'", "ʼ": "'", "´": "'", "\u2010": "-"})

_LINE_BREAK = re.compile(r"[\n\r\v\f\x85\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class NormalizedText:
    """Normalised text that remembers where it came from.

    ``offsets[i]`` is the index in ``source`` of the character that ``text[i]`` was made from.
    """

    source: str
    text: str
    offsets: tuple[int, ...]

    def original(self, start: int, end: int) -> str:
        """The words of ``source`` behind ``text[start:end]``, as they were written."""
        if start >= end:
            return ""
        following = self.offsets[end] if end < len(self.offsets) else len(self.source)
        # A cut inside the pieces of one source character (㎡ is m2) gives that character whole.
        return self.source[self.offsets[start] : max(following, self.offsets[end - 1] + 1)].rstrip()


def normalize(text: str) -> str:
    """NFKC, lower case, 臺 as 台; no control or zero-width characters; any run of blanks is one space."""
    return normalize_with_offsets(text).text


def normalize_with_offsets(text: str, *, keep_line_breaks: bool = False) -> NormalizedText:
    """As :func:`normalize`, with the way back to the original.

    ``keep_line_breaks`` turns a run of blanks that holds a line break into one ``\\n``. Reviews want it: a new line
    ends a sentence there, so a negation must not reach across it.
    """
    pieces: list[str] = []
    offsets: list[int] = []
    blank_from: int | None = None  # where a run of blanks began that is written only once something follows it
    position = 0
    while position < len(text):
        run = _PLAIN_RUN.match(text, position)
        end = run.end() if run else _segment_end(text, position)
        piece = run.group() if run else _normal_form(text[position:end])
        if piece.isspace():
            blank_from = position if blank_from is None else blank_from
        elif piece:
            if blank_from is not None and pieces:
                broken = keep_line_breaks and _LINE_BREAK.search(text, blank_from, position)
                pieces.append("\n" if broken else " ")
                offsets.append(blank_from)
            blank_from = None
            pieces.append(piece)
            offsets.extend(range(position, end) if run else [position] * len(piece))
        position = end
    return NormalizedText(source=text, text="".join(pieces), offsets=tuple(offsets))


def _segment_end(text: str, start: int) -> int:
    """Where the character at ``start`` ends together with the marks that NFKC may join to it."""
    end = start + 1
    while end < len(text) and _joins_previous(text[end]):
        end += 1
    return end


@lru_cache(maxsize=4096)
def _joins_previous(char: str) -> bool:
    first = unicodedata.normalize("NFKC", char)[0]
    is_hangul_tail = "\u1160" <= first <= "\u11ff"
    return is_hangul_tail or unicodedata.category(first).startswith("M") or _is_invisible(char)


@lru_cache(maxsize=4096)
def _normal_form(segment: str) -> str:
    visible = "".join(char for char in segment if not _is_invisible(char))
    if not visible or visible.isspace():
        return visible
    folded = unicodedata.normalize("NFKC", visible.translate(_FOLDED)).lower().translate(_FOLDED)
    composed = unicodedata.normalize("NFKC", folded)
    # NFKC writes a spacing accent such as ¨ as a blank with a mark on it; standing alone it says nothing.
    return " " if composed[0].isspace() else composed


def _is_invisible(char: str) -> bool:
    """Control and format characters, variation selectors and lone surrogates; not the blanks among the controls."""
    if char.isspace():
        return False
    return unicodedata.category(char) in {"Cc", "Cf", "Cs"} or "\ufe00" <= char <= "\ufe0f"
