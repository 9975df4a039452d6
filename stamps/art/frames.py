"""The edges of the seals."""

import math
from typing import Final

from stamps.art.ring import INNER, MIDDLE, number


def _circle(radius: float, stroke: float) -> str:
    return f'<circle cx="{MIDDLE}" cy="{MIDDLE}" r="{number(radius)}" fill="none" stroke-width="{number(stroke)}"/>'


def _point(radius: float, turn: float) -> str:
    angle = 2 * math.pi * turn
    return f"{number(MIDDLE + radius * math.sin(angle))} {number(MIDDLE - radius * math.cos(angle))}"


def _scallops(count: int, *, inwards: bool) -> str:
    """A closed row of half circles, like a biscuit's edge, or the other way round like a postage stamp's."""
    radius = 244.0 if inwards else 236.0
    bow = number(math.pi * radius / count * 1.02)
    arcs = "".join(f"A{bow} {bow} 0 0 {int(not inwards)} {_point(radius, (n + 1) / count)}" for n in range(count))
    return f'<path d="M{_point(radius, 0)}{arcs}z" fill="none" stroke-width="5" stroke-linejoin="round"/>'


def _polygon(corners: int, radius: float, stroke: float) -> str:
    points = "L".join(_point(radius, (n + 0.5) / corners) for n in range(corners))
    return f'<path d="M{points}z" fill="none" stroke-width="{number(stroke)}" stroke-linejoin="round"/>'


def _dots(count: int, radius: float) -> str:
    """A ring of beads."""
    length = 2 * math.pi * radius / count
    return (
        f'<circle cx="{MIDDLE}" cy="{MIDDLE}" r="{number(radius)}" fill="none" stroke-width="5" stroke-linecap="round"'
        f' stroke-dasharray="0.1 {length - 0.1:.3f}"/>'
    )


FRAMES: Final = (
    _circle(241, 9) + _circle(230, 2.5) + _circle(INNER, 3.5),
    _scallops(40, inwards=False) + _circle(230, 2.5) + _circle(INNER, 3.5),
    _scallops(44, inwards=True) + _circle(231, 3) + _circle(INNER, 3.5),
    _polygon(8, 252, 7) + _circle(228, 2.5) + _circle(INNER, 3.5),
    _circle(243, 4) + _dots(84, 234) + _circle(INNER + 3, 2.5) + _circle(INNER - 4, 2.5),
    _circle(242, 6) + _circle(INNER, 6),
)
"""Each as a piece of the picture, in the ink of what it stands in."""
