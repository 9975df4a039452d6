"""City and district from an address as people write them.

Written for what the sources hold: postcodes glued on, 臺 for 台, counties that have since become cities, a missing 市
or no city at all. What cannot be told is left empty rather than guessed.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from shops.importers.districts import DISTRICTS, MERGED_COUNTIES


class Area(NamedTuple):
    city: str = ""
    district: str = ""


_COUNTRY_OR_POSTCODE = re.compile(r"^(?:\W*(?:\d{3,6}|台灣省?|中華民國|taiwan))+\W*", re.IGNORECASE)
_OTHER_CHARACTERS = str.maketrans({"臺": "台", "区": "區", "塩": "鹽", "⻄": "西", " ": None})
_NEAR = 8
"""How many characters may stand before the district: a postcode, or the city once more; not a street's name."""

_CITY = re.compile("|".join([*DISTRICTS, *MERGED_COUNTIES]))
_SAME_STEM = {"新竹市": "新竹縣", "新竹縣": "新竹市", "嘉義市": "嘉義縣", "嘉義縣": "嘉義市"}
_CITY_BY_STEM = {city[:2]: city for city in DISTRICTS if city not in _SAME_STEM}
_CITIES_OF = {
    district: tuple(city for city in DISTRICTS if district in DISTRICTS[city])
    for districts in DISTRICTS.values()
    for district in districts
}


def _spellings(city: str) -> dict[str, str]:
    """How each district of a city may be written -> its name. Towns became cities and districts: 員林鎮, 板橋市."""
    former = {name[:-1] + rank: name for name in DISTRICTS[city] if len(name) > 2 for rank in "市鎮鄉"}
    return former | {name: name for name in DISTRICTS[city]}


def _either(names: Iterable[str]) -> re.Pattern[str]:
    """The earliest wins, and among those that start together the longest: 安南區 holds 南區."""
    return re.compile("|".join(sorted(names, key=len, reverse=True)))


_SPELLINGS = {city: _spellings(city) for city in DISTRICTS}
_DISTRICT = {city: _either(spellings) for city, spellings in _SPELLINGS.items()}
_DISTRICT_LAST = {city: re.compile(rf"({pattern.pattern})\W*$") for city, pattern in _DISTRICT.items()}
_ANY_DISTRICT = _either(_CITIES_OF)


def area_of(address: str, *, likely_cities: Sequence[str] = ()) -> Area:
    """The city and district that ``address`` names.

    ``likely_cities`` is where the source files the place. It decides only what the address leaves open: which of two
    cities' 中山區 is meant, and the city itself where the address says nothing and there is only one.
    """
    text = _COUNTRY_OR_POSTCODE.sub("", address.translate(_OTHER_CHARACTERS))
    named = _CITY.match(text) or _CITY.search(text)
    if named:
        city = MERGED_COUNTIES.get(named.group(), named.group())
        return _area_in(city, before=text[: named.start()], after=text[named.end() :])
    by_stem = _CITY_BY_STEM.get(text[:2])
    if by_stem and (district := _district_near(by_stem, text[2:])):
        return Area(by_stem, district)
    for city in likely_cities:
        if district := _district_near(city, text):
            return Area(city, district)
    district_named = _ANY_DISTRICT.match(text)
    if district_named and len(_CITIES_OF[district_named.group()]) == 1:
        return Area(_CITIES_OF[district_named.group()][0], district_named.group())
    return Area(likely_cities[0]) if len(likely_cities) == 1 else Area()


def _area_in(city: str, *, before: str, after: str) -> Area:
    if district := _district_near(city, after):
        return Area(city, district)
    twin = _SAME_STEM.get(city)
    if twin and (district := _district_near(twin, after)):  # 新竹市竹北市: the town is the more exact word
        return Area(twin, district)
    # Addresses in the English order end with the city: 康寧路一段內湖區, 台北市114.
    found = _DISTRICT_LAST[city].search(before)
    district = found[1] if found else _district_near(city, before)
    return Area(city, _SPELLINGS[city].get(district, ""))


def _district_near(city: str, text: str) -> str:
    """The district that ``text`` names at its start, or shortly after."""
    found = _DISTRICT[city].search(text)
    if found is None or found.start() > (_NEAR if len(found.group()) > 2 else 0):
        return ""  # two characters further on may be anything: 中山東區間車站
    return _SPELLINGS[city][found.group()]
