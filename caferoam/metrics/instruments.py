"""What is counted with: cheap enough for every job and every request.

Label values must come from a short list that the code knows, never from outside: each one costs memory for good.
"""

import os
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from django.conf import settings

from caferoam.metrics.folder import shared_folder

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

# The library's locks would stay locked for ever in a child that is forked while another thread holds one.
_lock: Final = threading.RLock()
os.register_at_fork(before=_lock.acquire, after_in_parent=_lock.release, after_in_child=_lock.release)


class _Child(Protocol):
    """An instrument of the library with its label values."""

    def inc(self, amount: float) -> None: ...
    def observe(self, amount: float) -> None: ...


class _Instrument:
    """Known to the library from its first use on."""

    _kind: Literal["Counter", "Gauge", "Histogram"]

    def __init__(self, name: str, what: str, labels: Sequence[str] = (), **more: object) -> None:
        self.name = f"caferoam_{name}"
        self._what = what
        self._labels = labels
        self._more = more
        self._family: Any = None  # the library's three kinds have no common type that can be used
        self._children: dict[tuple[str, ...], _Child] = {}

    def _child(self, labels: tuple[str, ...]) -> _Child:
        """The one with these label values. The lock must be held."""
        if labels not in self._children:
            if self._family is None:
                self._family = _make(self._kind, self.name, self._what, self._labels, self._more)
            self._children[labels] = self._family.labels(*labels) if labels else self._family
        return self._children[labels]


class Counter(_Instrument):
    """Only grows. Its name ends in ``_total``."""

    _kind = "Counter"

    def add(self, *labels: str, by: float = 1) -> None:
        """Count. By 0 it lets Prometheus know that there is such a counter: it would not notice the first count."""
        if settings.METRICS:
            with _lock:
                self._child(labels).inc(by)


class Histogram(_Instrument):
    """How often which size was seen. Its name ends in the unit; ``buckets`` are upper bounds in it."""

    _kind = "Histogram"

    def __init__(self, name: str, what: str, labels: Sequence[str] = (), *, buckets: Sequence[float]) -> None:
        super().__init__(name, what, labels, buckets=tuple(buckets))

    def observe(self, size: float, *labels: str) -> None:
        if settings.METRICS:
            with _lock:
                self._child(labels).observe(size)


class InProgress(_Instrument):
    """How many are at it now, over all processes that live."""

    _kind = "Gauge"

    def __init__(self, name: str, what: str, labels: Sequence[str] = ()) -> None:
        super().__init__(name, what, labels, multiprocess_mode="livesum")

    def add(self, *labels: str, by: int) -> None:
        """One more, or (-1) one less."""
        if settings.METRICS:
            with _lock:
                self._child(labels).inc(by)


@cache
def registry() -> "CollectorRegistry":
    """Where this process's instruments are found."""
    shared_folder()  # the library needs it
    import prometheus_client  # noqa: PLC0415 - 1.3 MB that a process does without where nothing is counted

    # A second series for each, and in one of the two modes only.
    prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]  # the library leaves it untyped
    return prometheus_client.CollectorRegistry()


def _make(kind: str, name: str, what: str, labels: Sequence[str], more: Mapping[str, object]) -> Any:
    home = registry()
    import prometheus_client  # noqa: PLC0415 - as above

    return getattr(prometheus_client, kind)(name, what, labels, registry=home, **more)
