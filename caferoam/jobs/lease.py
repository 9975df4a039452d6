"""The lease keeper: one thread in the worker's main process that renews every row the worker holds.

In the main process because a handler cannot starve it there, and because a child that dies stops being renewed: its
request is no longer among those the main process knows of.
"""

import logging
import queue as queues
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Final, NamedTuple

from billiard.exceptions import TimeLimitExceeded, WorkerLostError
from celery import bootsteps, signals
from celery.worker import state
from celery.worker.request import Request
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from caferoam.jobs import endings, queue
from caferoam.jobs.registry import registry
from caferoam.jobs.tickets import Attempt, Ticket, from_message

logger = logging.getLogger("caferoam.jobs.lease")

SHUTDOWN_PATIENCE_S: Final = 3.0


class Lost(NamedTuple):
    """Rows whose child process died, and why."""

    tickets: list[Ticket]
    reason: str


def held_tickets(requests: Iterable[Request]) -> list[Ticket]:
    """The tickets in these requests of job tasks. A message that no relay wrote holds none."""
    return [ticket for request in requests if request.name in registry for ticket in _tickets(request.args)]


def _tickets(arguments: Any) -> list[Ticket]:
    try:
        return from_message(arguments[0])
    except (IndexError, TypeError, ValueError, AttributeError):
        logger.warning("a message holds no tickets: %.200r", arguments)
        return []


class LeaseKeeper(bootsteps.StartStopStep):
    """Celery worker bootstep. Every statement it makes runs on its thread, so on a connection of its own."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, **kwargs: Any) -> None:
        super().__init__(parent, **kwargs)
        self._lost: queues.SimpleQueue[Lost | None] = queues.SimpleQueue()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lease-keeper", daemon=True)
        self._released = threading.Event()

    def start(self, parent: Any) -> None:
        """Begin renewing, and listen for children that die."""
        signals.task_failure.connect(self.on_task_failure, weak=False)
        self._thread.start()

    def stop(self, parent: Any) -> None:
        """Give back what has not started. The thread goes on: running jobs are still to be waited for."""
        self._lost.put(None)
        self._released.wait(SHUTDOWN_PATIENCE_S)

    def end(self) -> None:
        """End the thread and its database session. A worker never asks: it renews until the process ends."""
        signals.task_failure.disconnect(self.on_task_failure)
        self._ending.set()
        self._lost.put(None)
        self._thread.join(SHUTDOWN_PATIENCE_S)

    def on_task_failure(self, *, sender: Any, exception: BaseException, args: Any, **_: Any) -> None:
        """Note a child that was killed, by the hard time limit or from outside."""
        if sender.name in registry and isinstance(exception, WorkerLostError | TimeLimitExceeded):
            self._lost.put(Lost(_tickets(args), f"{type(exception).__name__}: {exception}"))

    def _run(self) -> None:
        interval_s = settings.JOBS_KEEP_EVERY.total_seconds()
        due_at = time.monotonic() + interval_s
        while not self._ending.is_set():
            try:
                lost = self._lost.get(timeout=max(0.0, due_at - time.monotonic()))
            except queues.Empty:
                due_at = time.monotonic() + interval_s
                self._attempt(self.renew)
                continue
            if lost is None:
                self._attempt(self.give_back)
                self._released.set()
            else:
                self._attempt(partial(self.put_back, lost))
        connection.close()

    def _attempt(self, step: Callable[[], None]) -> None:
        """Without the database nothing can be done now: the next renewal, or the rescue, will mend it."""
        try:
            connection.close_if_unusable_or_obsolete()
            step()
        except (DatabaseError, InterfaceError) as exc:
            connection.close()
            logger.warning("leases could not be tended: %s", str(exc).strip())

    def renew(self) -> None:
        """Renew all rows that this worker holds."""
        if tickets := held_tickets(list(state.requests.values())):
            queue.keep(tickets)

    def give_back(self) -> None:
        """Give back all rows that were taken from the broker but not started."""
        if tickets := held_tickets(list(state.requests.values())):
            logger.info("%d rows given back unstarted", queue.release(tickets))

    def put_back(self, lost: Lost) -> None:
        """End the attempts of a dead child as failed, and give back what it had not started."""
        for ticket in lost.tickets:
            ended = endings.fail(Attempt(ticket.job_id, ticket.attempt), lost.reason)
            logger.warning("job %s, attempt %d: %s; now %s", ticket.job_id, ticket.attempt, lost.reason, ended)
        queue.release(lost.tickets)
