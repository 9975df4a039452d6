"""The report of what an import did not take: a CSV for whoever corrects the source."""

import csv
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from shops.importers.errors import ImportRefused
from shops.importers.record import Rejected

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@contextmanager
def rejects_report(path: Path) -> Iterator[Callable[[Rejected], None]]:
    """Gives the function that writes one line. The report takes its place when all went well and it has lines.

    Raises:
        ImportRefused: it cannot be written there. That is tried first, before an import has done its work.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # utf-8-sig: without the mark, Excel takes Chinese for something else
        file = tempfile.NamedTemporaryFile(  # noqa: SIM115 - closed by the with below; only opening it may fail this way
            "w", encoding="utf-8-sig", newline="", dir=path.parent, prefix=f".{path.name}.", delete=False
        )
    except OSError as exc:
        raise ImportRefused(f"cannot write the report {path}: {exc.strerror or exc}") from exc
    unfinished = Path(file.name)
    lines = 0

    def write(rejected: Rejected) -> None:
        nonlocal lines
        lines += 1
        writer.writerow([_harmless(rejected.id), _harmless(rejected.name), _harmless(rejected.reason)])

    try:
        with file:
            writer = csv.writer(file)
            writer.writerow(["id", "name", "reason"])
            yield write
        if lines:
            unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _harmless(cell: str) -> str:
    """A spreadsheet runs a cell that starts like a formula; a leading apostrophe makes it text."""
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
