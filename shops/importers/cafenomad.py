"""Imports Cafe Nomad's cafés: the answer of ``GET /api/v1.2/cafes``, from a file or an address."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import ijson
from django.db import transaction

from shops.importers import merge
from shops.importers.errors import ImportRefused
from shops.importers.record import REQUIRED, ImportedShop, Rejected, read_record
from shops.importers.source import Progress, Reader, open_source
from shops.importers.votes import VOTED_TAGS
from shops.models import TaxonomyTag

_MAX_DEPTH = 8
"""Cafés are flat objects in an array."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or with ``dry_run`` would have done."""

    counts: merge.MergeCounts
    rejected: int
    dry_run: bool


def import_cafenomad(
    source: str,
    *,
    dry_run: bool = False,
    on_reject: Callable[[Rejected], None] | None = None,
    on_unplaced: Callable[[Rejected], None] | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Bring the shops in line with the file or http(s) address ``source``: all of it in one transaction, or nothing.

    ``on_reject`` is told each record that is not taken, while the file is read, and ``on_unplaced`` each that is taken
    without its coordinates, which shops.places looks for afterwards. Reading the same file again changes
    nothing; see :mod:`shops.importers.merge` for what wins over the file.

    Raises:
        ImportRefused: the source cannot be read or is not Cafe Nomad's answer, or the taxonomy is not loaded.
    """
    rejected = 0

    def reject(record: Rejected) -> None:
        nonlocal rejected
        rejected += 1
        if on_reject:
            on_reject(record)

    with open_source(source, progress=progress) as file, transaction.atomic():
        _require_taxonomy()
        with merge.staging() as staged:
            for record in read_cafenomad(file):
                if isinstance(record, ImportedShop):
                    staged.accept(record)
                    if record.place_problem and on_unplaced:
                        on_unplaced(Rejected(str(record.cafenomad_id), record.name, record.place_problem))
                else:
                    staged.reject(record)
                    reject(record)
        for record in merge.second_times():
            reject(record)
        counts = merge.merge()
        if dry_run:
            transaction.set_rollback(True)
    return ImportReport(counts=counts, rejected=rejected, dry_run=dry_run)


def read_cafenomad(file: Reader) -> Iterator[ImportedShop | Rejected]:
    """The records of an unpacked answer, checked and cleaned, one at a time.

    Raises:
        ImportRefused: while reading, where the file stops being JSON; at the first record, if it is no café.
    """
    if not file.peek(1)[:1]:
        raise ImportRefused("the file is empty")
    if not _first_bytes(file).startswith(b"["):
        raise ImportRefused("not Cafe Nomad's answer: a JSON array of cafés is expected")
    try:
        for position, record in enumerate(_items(file)):
            if position == 0:
                _require_cafe(record)
            yield read_record(record)
    except (ijson.JSONError, UnicodeDecodeError) as exc:
        raise ImportRefused(f"not valid JSON: {exc}") from exc


def _items(file: Reader) -> Iterator[object]:
    """The elements of the outermost array, one at a time.

    Not ``ijson.items``: that keeps the path to where it stands, so a few thousand brackets would cost gigabytes.
    """
    level = 0
    builder = ijson.ObjectBuilder()
    for event, value in ijson.basic_parse(file, use_float=True):
        if event.startswith("end_"):
            level -= 1
        if level >= 1:
            builder.event(event, value)
        if level == 1 and not event.startswith("start_"):
            yield builder.value
            builder = ijson.ObjectBuilder()
        if event.startswith("start_"):
            level += 1
        if level > _MAX_DEPTH:
            raise ImportRefused(f"not Cafe Nomad's answer: it is nested more than {_MAX_DEPTH} deep")


def _first_bytes(file: Reader) -> bytes:
    """What follows the leading blanks, without reading on."""
    while (ahead := file.peek()) and not ahead.strip():
        file.read(len(ahead))
    return ahead.lstrip()


def _require_cafe(record: object) -> None:
    missing = [field for field in REQUIRED if not (isinstance(record, Mapping) and field in record)]
    if missing:
        raise ImportRefused(f"not Cafe Nomad's answer: the first record has no {', '.join(missing)}")


def _require_taxonomy() -> None:
    known = set(TaxonomyTag.objects.filter(id__in=VOTED_TAGS).values_list("id", flat=True))
    if missing := VOTED_TAGS - known:
        raise ImportRefused(
            f"the taxonomy lacks {', '.join(sorted(missing))}: run `python manage.py load_taxonomy` first"
        )
