"""Brings the table ``taxonomy_tags`` in line with a list of definitions.

The definitions win over what was changed in the table by hand. Two things are never done: a number is never changed,
since search vectors are built on it, and a tag that shops carry is never deleted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from caferoam.text.taxonomy import TagDefinition
from shops.models import ShopTag, TaxonomyTag
from shops.taxonomy import load_definitions
from shops.taxonomy.file import TaxonomyError

_FIELDS = ("number", "dimension", "label", "label_zh", "aliases", "avoid_aliases", "complement_id")


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did, as ids. ``kept`` are the tags that lost their definition but are still carried by shops."""

    created: tuple[str, ...]
    updated: tuple[str, ...]
    unchanged: tuple[str, ...]
    retired: tuple[str, ...]
    kept: tuple[str, ...]


def load_taxonomy(definitions: Sequence[TagDefinition]) -> LoadReport:
    """Write ``definitions`` to the table, all or nothing. Loading the same twice changes nothing.

    Raises:
        TaxonomyError: a tag's number differs from the one in the table, or belongs to another tag there.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Two loads at once would both see a tag missing; the second waits here instead.
            cursor.execute("LOCK TABLE taxonomy_tags IN SHARE ROW EXCLUSIVE MODE")
        present = {tag.id: tag for tag in load_definitions()}
        _refuse_moved_numbers(definitions, present)
        created = [wanted for wanted in definitions if wanted.id not in present]
        updated = [wanted for wanted in definitions if wanted.id in present and wanted != present[wanted.id]]
        kept, retired = _retire(present.keys() - {wanted.id for wanted in definitions})
        _write([*created, *updated])
    changed = {wanted.id for wanted in (*created, *updated)}
    return LoadReport(
        created=tuple(wanted.id for wanted in created),
        updated=tuple(wanted.id for wanted in updated),
        unchanged=tuple(wanted.id for wanted in definitions if wanted.id not in changed),
        retired=retired,
        kept=kept,
    )


def _refuse_moved_numbers(definitions: Sequence[TagDefinition], present: dict[str, TagDefinition]) -> None:
    owner = {tag.number: tag.id for tag in present.values()}
    problems: dict[str, list[str]] = {}
    for wanted in definitions:
        if wanted.id in present and present[wanted.id].number != wanted.number:
            problem = f"is {present[wanted.id].number} in the table; a tag's number never changes"
        elif owner.get(wanted.number, wanted.id) != wanted.id:
            problem = f"{wanted.number} belongs to {owner[wanted.number]} in the table; take one that was never used"
        else:
            continue
        problems[f"{wanted.id}.number"] = [problem]
    if problems:
        raise TaxonomyError(problems)


def _retire(missing: set[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Delete the tags that no shop carries; returns (kept, retired)."""
    used = set(ShopTag.objects.filter(tag__in=missing).values_list("tag_id", flat=True).distinct())
    TaxonomyTag.objects.filter(id__in=missing - used).delete()
    return tuple(sorted(used)), tuple(sorted(missing - used))


def _write(definitions: Sequence[TagDefinition]) -> None:
    TaxonomyTag.objects.bulk_create(
        [
            TaxonomyTag(
                id=wanted.id,
                number=wanted.number,
                dimension=wanted.dimension,
                label=wanted.label,
                label_zh=wanted.label_zh,
                aliases=list(wanted.aliases),
                avoid_aliases=list(wanted.avoid_aliases),
                complement_id=wanted.complement,
            )
            for wanted in definitions
        ],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[*_FIELDS],
    )
