"""The pictures in the middle of the stamps, and which of them says most about a café.

Each is drawn for this project, in a box of 100 by 100: ``lines`` are stroked, ``solids`` are filled.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Motif:
    """Path data by how it is drawn."""

    lines: str
    solids: str = ""


def _dot(x: float, y: float, radius: float) -> str:
    half = f"a{radius:g} {radius:g} 0 1 0"
    return f"M{x - radius:g} {y:g}{half} {2 * radius:g} 0{half} {-2 * radius:g} 0z"


MOTIFS: Final[Mapping[str, Motif]] = {
    "cup": Motif(
        "M20 42h50v18a24 24 0 0 1-24 24h-2a24 24 0 0 1-24-24z M70 47h6a11 11 0 0 1 0 22h-8 M12 92h68"
        " M34 32c-6-7 6-10 0-18 M46 30c-6-7 6-10 0-18 M58 32c-6-7 6-10 0-18"
    ),
    "beans": Motif(
        "M14 40c4-20 30-28 40-14s-2 38-20 38-24-10-20-24z M18 58c14-2 12-22 32-34"
        " M48 70c2-20 26-30 36-16s0 36-18 38-20-10-18-22z M52 86c14-2 12-20 30-32"
    ),
    "dripper": Motif(
        "M22 14h56l-17 32H39z M78 18c14-2 14 16-4 14 M28 46h44 M36 46l-4 6 M64 46l4 6"
        " M33 56h34l10 28a5 5 0 0 1-5 7H28a5 5 0 0 1-5-7z M27 74h46",
        _dot(50, 64, 3.2),
    ),
    "kettle": Motif(
        "M40 44h34l6 42H34z M36 74C12 74 26 40 6 34 M76 50c22-6 22 28 5 26 M44 44c0-14 26-14 26 0 M30 92h54",
        _dot(57, 27, 4) + "M4 32l10-2-7 8z",
    ),
    "siphon": Motif(
        "M36 10h24v24a12 12 0 0 1-24 0z M48 46v10 M48 56a18 18 0 1 1-.1 0z M33 78h30"
        " M78 8v84 M62 92h28 M60 24h18 M64 66h14",
        _dot(44, 82, 2.6) + _dot(53, 84, 2.6),
    ),
    "espresso": Motif(
        "M14 18h72v20H14z M34 38v8h32v-8 M42 46v8 M58 46v8 M34 62h32l-4 24H38z M66 66h5a6 6 0 0 1 0 12h-6 M22 92h56"
    ),
    "cat": Motif(
        "M22 46L18 14l20 14a42 42 0 0 1 24 0l20-14-4 32c10 24-8 42-28 42S12 70 22 46z"
        " M50 62v5c0 6-9 7-12 2 M50 67c0 6 9 7 12 2 M6 56l16 3 M7 70l15-3 M94 56l-16 3 M93 70l-15-3",
        _dot(37, 52, 4.2) + _dot(63, 52, 4.2) + "M45 59h10l-5 6z",
    ),
    "dog": Motif(
        "M30 24C14 16 6 30 10 54c2 10 14 8 16-2 M70 24c16-8 24 6 20 30-2 10-14 8-16-2"
        " M30 24c12-8 28-8 40 0 6 14 6 22 4 34-2 16-12 28-24 28S28 74 26 58c-2-12-2-20 4-34z"
        " M50 66v6c-2 5-9 5-12 1 M50 72c2 5 9 5 12 1",
        _dot(39, 46, 4) + _dot(61, 46, 4) + "M42 60c2-5 14-5 16 0 0 6-5 8-8 8s-8-2-8-8z",
    ),
    "laptop": Motif(
        "M24 20h52a5 5 0 0 1 5 5v39H19V25a5 5 0 0 1 5-5z M8 72h84l-4 10a5 5 0 0 1-5 3H17a5 5 0 0 1-5-3z"
        " M40 42h18v6a8 8 0 0 1-8 8h-2a8 8 0 0 1-8-8z M58 44h4a4 4 0 0 1 0 8h-5 M46 36c-2-3 2-4 0-7 M53 36c-2-3 2-4 0-7"
    ),
    "plug": Motif(
        "M36 10v22 M64 10v22 M24 32h52v16a26 26 0 0 1-52 0z M50 74c0 22 34 8 34 20", "M53 38l-13 17h8l-3 13 14-18h-8z"
    ),
    "book": Motif(
        "M50 26c-12-9-26-11-40-8v58c14-3 28-1 40 8 12-9 26-11 40-8V18c-14-3-28-1-40 8z M50 26v58"
        " M20 34c7-1 14 0 20 3 M20 47c7-1 14 0 20 3 M20 60c7-1 14 0 20 3"
        " M80 34c-7-1-14 0-20 3 M80 47c-7-1-14 0-20 3 M80 60c-7-1-14 0-20 3"
    ),
    "leaf": Motif(
        "M20 80C10 40 38 14 88 12c4 46-22 78-68 68z M10 92c14-28 34-46 56-58 M36 62l-4-22"
        " M50 48l-2-20 M40 58l24 4 M56 44l20 2"
    ),
    "moon": Motif(
        "M58 10a41 41 0 1 0 31 58A36 36 0 0 1 58 10z",
        "M78 16l3 8 8 3-8 3-3 8-3-8-8-3 8-3z M64 44l2 5 5 2-5 2-2 5-2-5-5-2 5-2z",
    ),
    "sun": Motif(
        "M50 30a20 20 0 1 1-.1 0z M50 8v10 M50 82v10 M8 50h10 M82 50h10"
        " M20 20l7 7 M73 73l7 7 M20 80l7-7 M73 27l7-7 M42 52c4 6 12 6 16 0",
        _dot(43, 45, 2.6) + _dot(57, 45, 2.6),
    ),
    "cake": Motif(
        "M12 54l56-28c10 6 18 16 20 28z M12 54v30h76V54 M12 68h76 M20 92h60 M57 14c2-7 8-8 12-7",
        _dot(56, 22, 8),
    ),
    "toast": Motif(
        "M22 40c-12-4-10-24 8-26h40c18 2 20 22 8 26v46H22z M34 36c-4-4-1-9 5-9",
        "M43 48l18 4-4 18-18-4z",
    ),
    "house": Motif(
        "M8 46l42-34 42 34 M20 40v50h60V40 M41 90V66a9 9 0 0 1 18 0v24 M12 90h76 M28 52h10v10H28z M62 52h10v10H62z",
        _dot(50, 40, 5),
    ),
    "note": Motif(
        "M34 76V22l46-10v54 M34 36l46-10",
        "M34 68c-12-2-24 6-20 15s22 5 21-7z M80 58c-12-2-24 6-20 15s22 5 21-7z",
    ),
    "glass": Motif(
        "M14 18h72L50 56z M50 56v32 M32 90h36 M26 30h48 M68 8L54 42",
        _dot(57, 36, 5.5),
    ),
    "teapot": Motif(
        "M28 44h40c12 0 16 40-8 44H36C12 84 16 44 28 44z M36 44c0-12 24-12 24 0 M74 52c18-8 18 30-2 26"
        " M22 60C8 60 14 44 4 40"
        " M32 94h32",
        _dot(48, 28, 4.5),
    ),
    "lantern": Motif(
        "M34 22h32 M34 80h32 M34 22C8 34 8 68 34 80 M66 22c26 12 26 46 0 58"
        " M17 40h66 M14 51h72 M17 62h66 M50 80v12 M44 92h12 M50 8v14",
    ),
    "dice": Motif(
        "M50 8l36 20v42L50 92 14 70V28z M14 28l36 20 36-20 M50 48v44",
        _dot(50, 28, 5) + _dot(25, 50, 4.4) + _dot(39, 74, 4.4) + _dot(62, 72, 4) + _dot(68.5, 59, 4) + _dot(75, 46, 4),
    ),
    "umbrella": Motif(
        "M8 54a42 42 0 0 1 84 0c-7-8-21-8-28 0-7-8-21-8-28 0-7-8-21-8-28 0z M50 50v32a9 9 0 0 0 18 0 M50 6v6"
    ),
    "mountain": Motif("M4 82l32-50 17 26 11-15 32 39z M26 48l10 8 9-9 M4 92h92 M74 12a10 10 0 1 1-.1 0z"),
    "frame": Motif(
        "M16 30h68v58H16z M26 40h48v38H26z M26 72l14-16 10 10 10-14 14 18 M50 10L30 30 M50 10l20 20",
        _dot(37, 49, 4) + _dot(50, 10, 4),
    ),
    "armchair": Motif(
        "M26 48V28a12 12 0 0 1 12-12h24a12 12 0 0 1 12 12v20 M26 66V56a9 9 0 1 0-12 9v19h72V65a9 9 0 1 0-12-9v10z"
        " M22 84v8 M78 84v8 M26 66h48"
    ),
    "lamp": Motif(
        "M50 4v24 M20 62c0-20 12-34 30-34s30 14 30 34z M42 62a8 9 0 0 0 16 0 M50 80v12 M28 76l-8 10 M72 76l8 10"
    ),
    "camera": Motif(
        "M12 32h18l8-12h24l8 12h18a4 4 0 0 1 4 4v42a4 4 0 0 1-4 4H12a4 4 0 0 1-4-4V36a4 4 0 0 1 4-4z "
        " M50 38a18 18 0 1 1-.1 0z M50 48a8 8 0 1 1-.1 0z",
        _dot(80, 43, 3.4),
    ),
}
"""All motifs by name."""

_TELLING: Final[Sequence[tuple[str, Sequence[str]]]] = (
    ("cat", ("resident_cat",)),
    ("dog", ("resident_dog",)),
    ("siphon", ("siphon",)),
    ("dice", ("games",)),
    ("glass", ("cocktail_bar", "alcohol")),
    ("book", ("bookshop", "books_to_read", "reading")),
    ("house", ("old_house", "vintage")),
    ("lantern", ("japanese_style",)),
    ("frame", ("gallery", "creative_park")),
    ("mountain", ("scenic_view",)),
    ("lamp", ("industrial",)),
    ("kettle", ("pour_over", "single_origin")),
    ("beans", ("roasts_on_site", "house_roast", "coffee_beans")),
)
"""What few cafés have, the rarest first: motif, and the tags it stands for."""

_USUAL: Final[Sequence[tuple[str, Sequence[str]]]] = (
    ("leaf", ("greenery", "plant_milk", "vegan_healthy", "outdoor_seating")),
    ("dog", ("pets_welcome",)),
    ("moon", ("late_night", "late_night_work", "open_evenings")),
    ("sun", ("opens_early", "slow_morning", "natural_light")),
    ("note", ("good_music",)),
    ("toast", ("brunch", "meals", "all_day")),
    ("cake", ("desserts", "dessert_run", "afternoon_tea")),
    ("teapot", ("tea",)),
    ("dripper", ("specialty_coffee", "tasting", "cold_brew")),
    ("espresso", ("espresso", "latte_art")),
    ("armchair", ("comfortable_seats", "homelike", "cosy", "healing", "spacious")),
    ("camera", ("photogenic", "tourist_stop")),
    ("umbrella", ("rainy_day", "hidden_gem", "alley")),
    ("laptop", ("laptop_friendly", "wifi", "deep_work", "casual_work", "study", "meeting", "standing_desk")),
    ("plug", ("outlets",)),
)
"""What many cafés have. Which of several is shown follows from the café's own number, or all would show the first."""

_PLAIN: Final = ("cup", "beans", "dripper", "espresso")


def motif_of(tags: Collection[str], number: int) -> str:
    """The name of the motif for a café with these tags; ``number`` is its own, to choose where tags leave a choice."""
    for name, meant in _TELLING:
        if any(tag in tags for tag in meant):
            return name
    usual = [name for name, meant in _USUAL if any(tag in tags for tag in meant)] or _PLAIN
    return usual[number % len(usual)]
