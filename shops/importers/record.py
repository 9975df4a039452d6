"""One record of Cafe Nomad's answer (``GET /api/v1.2/cafes``), checked and cleaned. Pure: no database, no files."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from shops.hours.reading import read_hours
from shops.hours.week import OpenWeek
from shops.importers.address import area_of
from shops.importers.cleaning import clean_line, clean_passage, clean_url
from shops.importers.closing import split_closed_mark
from shops.importers.coordinates import coordinate_problem
from shops.importers.votes import VotedTag, voted_tags

REQUIRED: Final = ("id", "name", "address", "latitude", "longitude")
_VOTES = ("wifi", "seat", "quiet", "tasty", "cheap", "music")
_ANSWERS: dict[str, tuple[str, ...]] = {
    "limited_time": ("yes", "no", "maybe"),
    "socket": ("yes", "no", "maybe"),
    "standing_desk": ("yes", "no"),
}
_MAX_NAME_CHARS = 200
_MAX_ADDRESS_CHARS = 300
_MAX_MRT_CHARS = 300
_MAX_HOURS_CHARS = 2000

_TRIALS = {"測試", "測試資料", "測試咖啡廳", "test", "testing", "test cafe"}

_UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)

# Where the dump files a café; "taipei" and three others cover two cities.
_CITIES: dict[str, tuple[str, ...]] = {
    "taipei": ("台北市", "新北市"), "xinbei": ("新北市",), "keelung": ("基隆市",), "taoyuan": ("桃園市",),
    "hsinchu": ("新竹市", "新竹縣"), "miaoli": ("苗栗縣",), "taichung": ("台中市",), "changhua": ("彰化縣",),
    "nantou": ("南投縣",), "yunlin": ("雲林縣",), "chiayi": ("嘉義市", "嘉義縣"), "tainan": ("台南市",),
    "kaohsiung": ("高雄市",), "pingtung": ("屏東縣",), "yilan": ("宜蘭縣",), "hualien": ("花蓮縣",),
    "taitung": ("台東縣",), "penghu": ("澎湖縣",), "kinmen": ("金門縣",), "lienchiang": ("連江縣",),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ImportedShop:
    """A café as the import writes it.

    ``attributes`` holds the votes and answers that were given and, if the name had one, the ``closed_mark``.
    ``latitude`` and ``longitude`` are None where ``place_problem`` says why they cannot be used.
    """

    cafenomad_id: UUID
    name: str
    closed: bool
    city: str
    district: str
    address: str
    latitude: float | None
    longitude: float | None
    place_problem: str
    mrt: str
    website: str
    opening_hours_raw: str
    open_minutes: OpenWeek | None
    attributes: dict[str, float | str]
    tags: tuple[VotedTag, ...]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that is not imported. ``id`` and ``name`` are as the source has them."""

    id: str
    name: str
    reason: str

    @property
    def cafenomad_id(self) -> UUID | None:
        return UUID(self.id) if _UUID.fullmatch(self.id) else None


def read_record(record: object) -> ImportedShop | Rejected:
    """Check and clean one record. Everything that is wrong with it is named in one reason."""
    if not isinstance(record, Mapping):
        return Rejected("", "", "not a JSON object")
    problems: list[str] = []
    texts = {field: _text(record, field, problems) for field in (*REQUIRED, "city", "url", "mrt", "open_time")}
    marked = split_closed_mark(clean_line(texts["name"]))
    address = clean_line(texts["address"])
    problems += _naming_problems(texts["id"], marked.name, marked.mark, address)
    place_problem = _place_problem(texts["latitude"], texts["longitude"])
    attributes = _attributes(record, problems)
    if problems:
        return Rejected(clean_line(texts["id"]), clean_line(texts["name"]), "; ".join(problems))
    if marked.mark:
        attributes["closed_mark"] = marked.mark
    hours = clean_passage(texts["open_time"], max_chars=_MAX_HOURS_CHARS)
    area = area_of(address, likely_cities=_CITIES.get(texts["city"].strip().lower(), ()))
    return ImportedShop(
        cafenomad_id=UUID(texts["id"].strip()),
        name=marked.name,
        closed=bool(marked.mark),
        city=area.city,
        district=area.district,
        address=address,
        latitude=None if place_problem else float(texts["latitude"]),
        longitude=None if place_problem else float(texts["longitude"]),
        place_problem=place_problem,
        mrt=clean_line(texts["mrt"])[:_MAX_MRT_CHARS],
        website=clean_url(texts["url"]),
        opening_hours_raw=hours,
        open_minutes=read_hours(hours),
        attributes=attributes,
        tags=voted_tags(attributes),
    )


def _text(record: Mapping[object, object], field: str, problems: list[str]) -> str:
    value = record.get(field)
    if isinstance(value, str):
        return value
    if field in {"latitude", "longitude"} and isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)  # the API sends strings today; a number says the same
    if value is not None:
        problems.append(f"{field} is not a text")
    elif field in REQUIRED and field not in {"latitude", "longitude"}:
        problems.append(f"{field} is missing")
    return ""


def _naming_problems(source_id: str, name: str, mark: str, address: str) -> list[str]:
    problems = []
    if source_id and not _UUID.fullmatch(source_id.strip()):
        problems.append("id is not a UUID")
    if not any(char.isalnum() for char in name):
        problems.append(f"the name is nothing but the mark {mark}" if mark else "no name")
    elif name.isdecimal() and (len(name) < 4 or name == address):
        problems.append("the name is a number")  # 9803 and 3393 are cafés, 123 is not
    elif name.lower() in _TRIALS:
        problems.append("the name is that of somebody trying the form")
    if len(name) > _MAX_NAME_CHARS:
        problems.append(f"the name is longer than {_MAX_NAME_CHARS} characters")
    if len(address) > _MAX_ADDRESS_CHARS:
        problems.append(f"the address is longer than {_MAX_ADDRESS_CHARS} characters")
    return problems


def _place_problem(latitude: str, longitude: str) -> str:
    if not (latitude.strip() and longitude.strip()):
        return "no coordinates"
    try:
        pair = float(latitude), float(longitude)
    except ValueError:
        return "coordinates are not numbers"
    return coordinate_problem(*pair) or ""


def _attributes(record: Mapping[object, object], problems: list[str]) -> dict[str, float | str]:
    """The votes and answers that were given; 0 and empty mean that nobody did."""
    attributes: dict[str, float | str] = {}
    for field in _VOTES:
        mean = record.get(field) or 0
        if not isinstance(mean, (int, float)) or isinstance(mean, bool) or not 0 <= mean <= 5:
            problems.append(f"{field} is not a number from 0 to 5")
        elif mean:
            attributes[field] = mean
    for field, known in _ANSWERS.items():
        answer = record.get(field) or ""
        if not isinstance(answer, str) or answer not in ("", *known):
            problems.append(f"{field} is none of {', '.join(known)}")
        elif answer:
            attributes[field] = answer
    return attributes
