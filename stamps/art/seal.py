"""Puts the seal together: a ring of letters, a motif, and the name on a ribbon across it.

The picture is one colour on nothing, so it lies well on any paper. Nothing in it runs or is fetched: it has no script,
no style sheet, no link and no reference but to its own parts.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from uuid import UUID
from xml.sax.saxutils import escape

from stamps.art import lettering
from stamps.art.frames import FRAMES
from stamps.art.ink import INKS, Grain
from stamps.art.lines import Block, Line, fit
from stamps.art.motifs import MOTIFS, motif_of
from stamps.art.ring import INNER, MIDDLE, SIZE, arc, foot_arc, number

_BRAND: Final = "CAFEROAM 啡遊"
_NAME_FONT: Final = "'Noto Serif TC','Noto Serif CJK TC','Source Han Serif TC','Songti TC',PMingLiU,Georgia,serif"

_RIBBON_TOP: Final = 268.0
_TILT: Final = 7
"""Degrees, at most, to either side."""
_RIBBON_GAP: Final = 8.0
_NAME_WIDTH: Final = 420.0
_NAME_SIZES: Final = (64.0, 46.0, 36.0)
"""Font sizes of a name in one line, in two and in three."""


@dataclass(frozen=True, slots=True)
class ShopFacts:
    """What a stamp is drawn from."""

    shop_id: UUID
    name: str
    city: str
    district: str
    tags: Collection[str]


def draw(shop: ShopFacts) -> str:
    """The stamp as an SVG document: the same facts give the same text, character by character."""
    grain = Grain(shop.shop_id)
    ink = INKS[grain.below(len(INKS))]
    frame = FRAMES[grain.below(len(FRAMES))]
    tilt = number(grain.between(-_TILT, _TILT))
    motif = motif_of(shop.tags, grain.below(65_536))
    key = f"s{shop.shop_id.hex}"  # unlike on other stamps that are put into the same page

    name = lettering.clean(shop.name) or "CafeRoam"
    main, other = lettering.in_two_scripts(lettering.without_emoji(name))
    city, district = lettering.clean(shop.city), lettering.clean(shop.district)
    block = fit(main, into=_NAME_WIDTH, sizes=_NAME_SIZES)
    height = max(70.0, block.size * 1.16 * len(block.lines) + 20)
    under_ribbon = _district(district, below=_RIBBON_TOP + height)
    place = city if under_ribbon else f"{city}{district}"
    place = place if lettering.is_plain(place) else ""
    has_other = other != "" and lettering.is_plain(other.upper())
    upper = other.upper() if has_other else _BRAND
    lower = _BRAND if has_other and (under_ribbon or not place) else place
    return "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" width="{SIZE}" height="{SIZE}"',
            ' role="img">',
            f"<title>{escape(' – '.join(filter(None, [name, f'{city}{district}'])))}</title>",
            f"<defs>{_wear(key, grain)}{_gap(key, height)}{_knockout(key, block, height)}</defs>",
            f'<g mask="url(#{key}w)"><g transform="rotate({tilt} {MIDDLE} {MIDDLE})" fill="{ink}" stroke="{ink}">',
            f'<g mask="url(#{key}g)">{frame}{arc(upper)}',
            f"{foot_arc(lower, below=_RIBBON_TOP + height + _RIBBON_GAP)}</g>",
            _motif(motif),
            under_ribbon,
            _ribbon(key, block, height),
            "</g></g></svg>\n",
        ]
    )


def _motif(name: str) -> str:
    motif = MOTIFS[name]
    solids = f'<path d="{motif.solids}" stroke="none"/>' if motif.solids else ""
    return (
        '<g transform="translate(178 98) scale(1.56)"'
        ' stroke-width="5.6" stroke-linecap="round" stroke-linejoin="round">'
        f'<path d="{motif.lines}" fill="none"/>{solids}</g>'
    )


def _district(district: str, *, below: float) -> str:
    """The district under the ribbon, if the ribbon leaves room for it."""
    baseline = below + 40
    half_chord = max(0.0, (INNER - 10) ** 2 - (baseline - MIDDLE) ** 2) ** 0.5
    if not district or half_chord < 40:
        return ""
    block = fit(district, into=half_chord * 2, sizes=(34.0,))
    return _text(block, middle=baseline - 0.36 * block.size, fill="")


def _ribbon(key: str, block: Block, height: float) -> str:
    if any(lettering.has_emoji(line.text) for line in block.lines):  # in colours of their own they cannot be cut out
        return f'<path d="{_ribbon_path(height)}" fill="none" stroke-width="6" stroke-linejoin="round"/>' + _text(
            block, middle=_RIBBON_TOP + height / 2, fill=""
        )
    return f'<path d="{_ribbon_path(height)}" stroke="none" mask="url(#{key}k)"/>'


def _ribbon_path(height: float) -> str:
    """A band with swallowtails, as wide as it can be without leaving the picture when it is tilted."""
    tilt, lowest = math.radians(_TILT), _RIBBON_TOP + height - MIDDLE
    half = (MIDDLE - 2 - lowest * math.sin(tilt)) / math.cos(tilt)
    left, right, notch = number(MIDDLE - half), number(MIDDLE + half), 16
    return (
        f"M{left} {_RIBBON_TOP}H{right}l{-notch} {number(height / 2)} {notch} {number(height / 2)}H{left}"
        f"l{notch} {number(-height / 2)}z"
    )


def _text(block: Block, *, middle: float, fill: str) -> str:
    """Its lines about the height ``middle``, each exactly as wide as it was measured, whatever the font."""
    leading = block.size * 1.16
    first = middle - leading * (len(block.lines) - 1) / 2 + block.size * 0.36
    painted = f' fill="{fill}"' if fill else ""
    lines = "".join(
        f'<text x="{MIDDLE}" y="{number(first + position * leading)}" textLength="{number(line.width)}"'
        f"{_direction(line)}>{escape(line.text)}</text>"
        for position, line in enumerate(block.lines)
    )
    return (
        f'<g font-family="{_NAME_FONT}" font-size="{number(block.size)}" font-weight="700" text-anchor="middle"'
        f' lengthAdjust="spacingAndGlyphs" stroke="none"{painted}>{lines}</g>'
    )


def _direction(line: Line) -> str:
    return ' direction="rtl"' if lettering.runs_leftwards(line.text) else ""


def _mask(name: str, content: str) -> str:
    """Shows what is white in ``content``, a little beyond the edges too: the stamp is tilted."""
    return f'<mask id="{name}" maskUnits="userSpaceOnUse" x="-40" y="-40" width="592" height="592">{content}</mask>'


def _everywhere(paint: str) -> str:
    return f'<path d="M-40-40h592v592H-40z" fill="{paint}" stroke="none"/>'


def _gap(key: str, height: float) -> str:
    """Where the ring gives way to the ribbon."""
    top, tall = number(_RIBBON_TOP - _RIBBON_GAP), number(height + 2 * _RIBBON_GAP)
    return _mask(f"{key}g", _everywhere("#fff") + f'<path d="M-40 {top}h592v{tall}H-40z" fill="#000" stroke="none"/>')


def _knockout(key: str, block: Block, height: float) -> str:
    """The name, to be cut out of the ribbon."""
    return _mask(f"{key}k", _everywhere("#fff") + _text(block, middle=_RIBBON_TOP + height / 2, fill="#000"))


def _wear(key: str, grain: Grain) -> str:
    """How the ink came off: a little paler towards one side, with specks where the paper shows through."""
    specks = "".join(
        f'<circle cx="{number(grain.between(10, 502))}" cy="{number(grain.between(10, 502))}"'
        f' r="{number(0.5 + 1.9 * grain.fraction() ** 3)}"/>'
        for _ in range(150)
    )
    return (
        f'<linearGradient id="{key}p" gradientTransform="rotate({number(grain.between(0, 360))} 0.5 0.5)">'
        '<stop offset="0.45" stop-color="#fff"/><stop offset="1" stop-color="#e2e2e2"/></linearGradient>'
        + _mask(f"{key}w", f'{_everywhere(f"url(#{key}p)")}<g fill="#000">{specks}</g>')
    )
