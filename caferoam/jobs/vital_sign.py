"""The worker's pulse."""

from typing import Any, Final

from celery import bootsteps
from django.conf import settings

from caferoam.pulse import Pulse

LOOK_EVERY_S: Final = 1.0


class WorkerPulse(bootsteps.StartStopStep):
    """Celery worker bootstep. The event loop itself beats: a thread would go on when the loop hangs.

    All workers share one pulse, so it says that one of them gets on.
    """

    requires = ("celery.worker.components:Hub",)

    def __init__(self, parent: Any, **kwargs: Any) -> None:
        super().__init__(parent, **kwargs)
        self._pulse = Pulse(settings.REDIS_URL, "worker")
        self._timer: Any = None

    def register_with_event_loop(self, parent: Any, hub: Any) -> None:
        """Beat from now on, and as often as the pulse lets itself be heard."""
        if self._timer is not None:  # the broker's connection is made anew
            self._timer.cancel()
        hub.call_soon(self._pulse.beat)
        self._timer = hub.call_repeatedly(LOOK_EVERY_S, self._pulse.beat)
