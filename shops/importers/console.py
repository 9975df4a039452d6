"""What the import commands share: a progress bar for people, and none for logs."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tqdm import tqdm

from shops.importers.source import Progress


@contextmanager
def progress_bar(description: str) -> Iterator[Progress]:
    """A bar on stderr that counts the file's bytes; silent where stderr is not a terminal."""
    with tqdm(desc=description, unit="B", unit_scale=True, disable=not sys.stderr.isatty()) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield show
