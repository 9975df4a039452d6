"""Letters on a ring: each is set by itself, so that a ring looks the same in every browser and with every font."""

import math
from collections.abc import Iterator
from typing import Final
from xml.sax.saxutils import escape

from stamps.art.lettering import width
from stamps.art.lines import shorten

SIZE: Final = 512
MIDDLE: Final = 256
INNER: Final = 170.0
"""Radius of the circle within the ring."""
_LETTERS: Final = 201.0
"""Radius of the middle of the letters."""
_SIZES: Final = (37.0, 33.0, 29.0, 25.0, 22.0)
_SPACING: Final = 0.09
"""Ems between letters."""
_TOP_SPAN: Final = math.radians(150)
_FOOT_SPAN: Final = math.radians(92)
_FONT: Final = "'Noto Sans TC','Noto Sans CJK TC','PingFang TC','Microsoft JhengHei',Avenir,'Helvetica Neue',sans-serif"


def number(value: float) -> str:
    """As it is written in the picture: a tenth is finer than any eye."""
    return f"{value:.1f}".removesuffix(".0") if abs(value) >= 0.05 else "0"


def arc(text: str) -> str:
    """The text along the top of the ring; what is too long is cut."""
    return _arc(text, _TOP_SPAN, at_top=True)


def foot_arc(text: str, *, below: float) -> str:
    """The same along the foot, as far as that is below this height."""
    nearest = min(1.0, (below - MIDDLE) / (_LETTERS - 0.6 * _SIZES[0]))
    return _arc(text, min(_FOOT_SPAN, 2 * math.acos(nearest)), at_top=False)


def _arc(text: str, span: float, *, at_top: bool) -> str:
    if not text:
        return ""
    size = next((size for size in _SIZES if _length(text) * size <= span * _LETTERS), _SIZES[-1])
    limit = span * _LETTERS / size
    if _length(text) > limit:
        text = shorten(text, limit / (1 + _SPACING / 0.38))
    return (
        f'<g font-family="{_FONT}" font-size="{number(size)}" font-weight="700" text-anchor="middle" stroke="none">'
        + "".join(_letters(text, size, at_top=at_top))
        + "</g>"
    )


def _length(text: str) -> float:
    return width(text) + _SPACING * (len(text) - 1)


def _letters(text: str, size: float, *, at_top: bool) -> Iterator[str]:
    """Each letter turned about the middle of the picture by its own angle."""
    turned = -_length(text) * size / 2
    # Capitals are about 0.72 em high: so much beside the middle of the letters lies their baseline.
    height = MIDDLE - _LETTERS + 0.36 * size if at_top else MIDDLE + _LETTERS + 0.36 * size
    for letter in text:
        advance = width(letter) * size
        angle = math.degrees((turned + advance / 2) / _LETTERS)
        if letter != " ":
            yield (
                f'<text x="{MIDDLE}" y="{number(height)}"'
                f' transform="rotate({number(angle if at_top else -angle)} {MIDDLE} {MIDDLE})">{escape(letter)}</text>'
            )
        turned += advance + _SPACING * size
