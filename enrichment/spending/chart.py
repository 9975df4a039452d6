"""The drawing of what was spent: stacked bars, one for each day, or for each month where there are too many days."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Final

from enrichment.spending.sums import By, Entry, grouped

WIDTH: Final = 1000
HEIGHT: Final = 200
MOST_DAYS: Final = 92
MOST_SERIES: Final = 5
"""With colours of their own; what costs less than those is shown together."""
OTHERS: Final = ""
_STEPS: Final = tuple(Decimal(step) for step in (1, 2, 3, 4, 6, 8, 10))


@dataclass(frozen=True)
class Part:
    """A piece of a bar, in the units of the drawing. ``series`` is its place among the chart's series, from 1."""

    series: int
    name: str
    usd: Decimal
    top: float
    height: float


@dataclass(frozen=True)
class Bar:
    """What a day, or a month, has cost. ``amounts`` are those of all series, in their order."""

    name: str
    usd: Decimal
    left: float
    width: float
    parts: Sequence[Part]
    amounts: Sequence[Decimal]
    is_labelled: bool
    is_labelled_when_narrow: bool

    @property
    def short_name(self) -> str:
        """``11-23`` of a day, ``2026-11`` of a month."""
        return self.name[5:] if len(self.name) == len("2026-11-23") else self.name


@dataclass(frozen=True)
class Chart:
    """``series`` are the names, what costs most first, ``OTHERS`` last; ``top`` is the amount at the upper edge."""

    bars: Sequence[Bar]
    series: Sequence[str]
    top: Decimal

    @property
    def middle(self) -> Decimal:
        return self.top / 2


def draw(found: Iterable[Entry], *, since: date, until: date, by: By) -> Chart:
    """Bars for all days of the period, stacked by purpose or by model."""
    entries = list(found)
    time: By = "day" if (until - since).days < MOST_DAYS else "month"
    names = list(dict.fromkeys(_names(since, until, time)))
    ranked = [name for name, sums in grouped(entries, by).items() if sums.usd]
    series = ranked[:MOST_SERIES] + ([OTHERS] if len(ranked) > MOST_SERIES else [])
    amounts: Mapping[str, dict[str, Decimal]] = {name: {} for name in names}
    for entry in entries:
        of_bar = amounts[entry.key(time)]
        one = entry.key(by) if entry.key(by) in series else OTHERS
        of_bar[one] = of_bar.get(one, Decimal(0)) + entry.sums.usd
    top = _round_up(max((sum(of_bar.values(), Decimal(0)) for of_bar in amounts.values()), default=Decimal(0)))
    step = WIDTH / len(names)
    every = -(-len(names) // 8)
    return Chart(
        [
            Bar(
                name=name,
                usd=sum(amounts[name].values(), Decimal(0)),
                left=round(place * step + step * 0.1, 2),
                width=round(step * 0.8, 2),
                parts=list(_stack(amounts[name], series, top)),
                amounts=[amounts[name].get(one, Decimal(0)) for one in series],
                is_labelled=(len(names) - 1 - place) % every == 0,
                is_labelled_when_narrow=(len(names) - 1 - place) % (2 * every) == 0,
            )
            for place, name in enumerate(names)
        ],
        series,
        top,
    )


def _names(since: date, until: date, time: By) -> Iterator[str]:
    for offset in range((until - since).days + 1):
        day = since + timedelta(days=offset)
        yield day.isoformat() if time == "day" else f"{day:%Y-%m}"


def _stack(amounts: Mapping[str, Decimal], series: Sequence[str], top: Decimal) -> Iterator[Part]:
    """From the ground up. What is too little to be seen gets a line of its own, if nothing else stands there."""
    ground = float(HEIGHT)
    for place, name in enumerate(series, start=1):
        usd = amounts.get(name, Decimal(0))
        if usd:
            height = round(max(float(usd / top) * HEIGHT, 1.0), 2)
            ground = max(ground - height, 0.0)
            yield Part(place, name, usd, round(ground, 2), height)


def _round_up(amount: Decimal) -> Decimal:
    """The next amount that reads well."""
    if not amount:
        return Decimal(1)
    unit = Decimal(1).scaleb(amount.adjusted())
    return next(step * unit for step in _STEPS if step * unit >= amount).quantize(
        min(unit / 2, Decimal(1)), ROUND_CEILING
    )
