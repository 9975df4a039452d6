"""All numbers as Prometheus reads them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from caferoam.metrics.folder import process_lives, shared_folder
from caferoam.metrics.instruments import registry

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4


def exposition(collectors: Sequence[Collector] = ()) -> bytes:
    """Everything that was counted, by this process or in the shared folder, and what ``collectors`` find now."""
    found = CollectorRegistry()
    for collector in collectors:
        found.register(collector)
    if folder := shared_folder():
        _forget_the_dead(folder)
        MultiProcessCollector(found, path=str(folder))  # type: ignore[no-untyped-call]  # the library leaves it untyped
        return generate_latest(found)
    return generate_latest(registry()) + generate_latest(found)


def _forget_the_dead(folder: Path) -> None:
    """What a process that is gone had in progress is so no longer. What it had counted stays."""
    for file in folder.glob("gauge_live*.db"):
        pid = int(file.stem.rpartition("_")[2])
        if not process_lives(pid):
            mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]  # as above
