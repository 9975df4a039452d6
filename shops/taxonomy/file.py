"""Reads ``taxonomy.toml`` and holds it to the rules that its header states."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path

from caferoam.errors import CafeRoamError
from caferoam.text.normalize import normalize
from caferoam.text.taxonomy import TagDefinition
from shops.models.taxonomy import MAX_TAG_NUMBER, TaxonomyTag

TAXONOMY_FILE = Path(__file__).with_name("taxonomy.toml")

_ID = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_ONE_HAN = re.compile(r"[\u3400-\u9fff]")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value == value.strip() and normalize(value) != ""


def _is_list_of_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_number(value: object) -> bool:
    return type(value) is int and 1 <= value <= MAX_TAG_NUMBER


def _is_dimension(value: object) -> bool:
    return value in TaxonomyTag.Dimension.values


_TEXT_RULE = (_is_text, "must be a text without blanks at its ends")
_LIST_RULE = (_is_list_of_texts, "must be a list of texts without blanks at their ends")
_RULES: dict[str, tuple[Callable[[object], bool], str]] = {
    "number": (_is_number, f"must be a whole number from 1 to {MAX_TAG_NUMBER}"),
    "dimension": (_is_dimension, f"must be one of {', '.join(TaxonomyTag.Dimension.values)}"),
    "label": _TEXT_RULE,
    "label_zh": _TEXT_RULE,
    "complement": _TEXT_RULE,
    "aliases": _LIST_RULE,
    "avoid_aliases": _LIST_RULE,
}
_REQUIRED = ("number", "dimension", "label", "label_zh")

type _Problems = dict[str, list[str]]
"""What is wrong, by ``tag.field``."""


class TaxonomyError(CafeRoamError):
    """The taxonomy breaks its rules. ``errors`` maps ``tag.field`` to what is wrong there."""

    code = "taxonomy_invalid"

    def __init__(self, problems: Mapping[str, list[str]]) -> None:
        lines = [f"{where}: {problem}" for where, found in problems.items() for problem in found]
        super().__init__("The taxonomy is not valid.\n" + "\n".join(lines), errors=problems)


def file_definitions(path: Path = TAXONOMY_FILE) -> list[TagDefinition]:
    """The tags in the file, by number.

    Raises:
        TaxonomyError: the file cannot be read or breaks a rule; the message names every tag and field to blame.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise TaxonomyError({path.name: [str(exc)]}) from exc
    problems: _Problems = defaultdict(list)
    definitions = [
        definition
        for tag_id, table in tables.items()
        if (definition := _definition(tag_id, table, problems)) is not None
    ]
    _check_numbers(definitions, problems)
    _check_complements(definitions, problems)
    _check_surfaces(definitions, problems)
    if problems:
        raise TaxonomyError(problems)
    return sorted(definitions, key=lambda definition: definition.number)


def _definition(tag_id: str, table: object, problems: _Problems) -> TagDefinition | None:
    """One tag of the file; None where it is too broken to be looked at further."""
    if not isinstance(table, dict):
        problems[tag_id].append("must be a table: [id] with fields below it")
        return None
    found: _Problems = defaultdict(list)
    if not _ID.fullmatch(tag_id):
        found[tag_id].append("the id must be snake_case: small letters, digits and single underscores")
    for name in _REQUIRED:
        if name not in table:
            found[f"{tag_id}.{name}"].append("is missing")
    for name, value in table.items():
        if name not in _RULES:
            found[f"{tag_id}.{name}"].append(f"is not a field; the fields are {', '.join(_RULES)}")
            continue
        holds, rule = _RULES[name]
        if not holds(value):
            found[f"{tag_id}.{name}"].append(f"{rule}, not {value!r}")
    if found:
        problems.update(found)
        return None
    return TagDefinition(
        id=tag_id,
        number=table["number"],
        dimension=table["dimension"],
        label=table["label"],
        label_zh=table["label_zh"],
        aliases=tuple(table.get("aliases", ())),
        complement=table.get("complement"),
        avoid_aliases=tuple(table.get("avoid_aliases", ())),
    )


def _check_numbers(definitions: list[TagDefinition], problems: _Problems) -> None:
    owner: dict[int, str] = {}
    for definition in definitions:
        other = owner.setdefault(definition.number, definition.id)
        if other != definition.id:
            problems[f"{definition.id}.number"].append(f"{definition.number} already belongs to {other}")


def _check_complements(definitions: list[TagDefinition], problems: _Problems) -> None:
    known = {definition.id: definition for definition in definitions}
    for definition in definitions:
        if definition.complement is None:
            continue
        where = f"{definition.id}.complement"
        if definition.complement == definition.id:
            problems[where].append("a tag is not its own complement")
        elif definition.complement not in known:
            problems[where].append(f"there is no tag {definition.complement!r}")
        elif known[definition.complement].dimension != definition.dimension:
            problems[where].append(f"{definition.complement!r} is of another dimension")


def _check_surfaces(definitions: list[TagDefinition], problems: _Problems) -> None:
    """A surface means one thing: else the matcher would report two tags for one word."""
    owner: dict[str, str] = {}
    for definition in definitions:
        named = {
            "label": (definition.label,),
            "label_zh": (definition.label_zh,),
            "aliases": definition.aliases,
            "avoid_aliases": definition.avoid_aliases,
        }
        for field, written in named.items():
            for text in written:
                surface = normalize(text)
                where = f"{definition.id}.{field}"
                if field != "avoid_aliases" and _ONE_HAN.fullmatch(surface):
                    problems[where].append(f"{text!r} is a single character, which is found inside too many words")
                if surface in owner:
                    other = owner[surface]
                    whose = "this tag already" if other == definition.id else other
                    problems[where].append(f"{text!r} belongs to {whose}")
                owner.setdefault(surface, definition.id)
