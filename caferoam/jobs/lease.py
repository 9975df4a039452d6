"""The lease keeper: one thread in the worker's main process that tends the rows the worker holds.

It renews their leases, and puts them back when a child dies or the worker stops. In the main process because a handler
cannot starve it there, and because a child that dies stops being renewed: its request is no longer among those the main
process knows of.
"""

import logging
import os
import queue as queues
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any, Final, NamedTuple

from billiard.exceptions import TimeLimitExceeded, WorkerLostError
from celery import bootsteps, signals
from celery.worker import state
from celery.worker.request import Request
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

from caferoam.jobs import endings, queue
from caferoam.jobs.forks import ForkBarrier
from caferoam.jobs.models import Job
from caferoam.jobs.registry import registry
from caferoam.jobs.tickets import Attempt, Ticket, from_message

logger = logging.getLogger("caferoam.jobs.lease")

PATIENCE_S: Final = 3.0
RETRY_S: Final = 1.5
"""After a renewal that failed: whoever takes rows back waits only a little longer than one interval."""
LOOK_FOR_DEAD_EVERY_S: Final = 1.0
_SOFT_TIME_LIMIT: Final = signal.SIGUSR1
"""A child that gets it raises ``SoftTimeLimitExceeded`` in its handler."""
_barrier: Final = ForkBarrier()


class Order(NamedTuple):
    """A step for the keeper's thread, and the event that says it is done with."""

    step: Callable[[], None]
    done: threading.Event


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
        self._orders: queues.SimpleQueue[Order] = queues.SimpleQueue()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lease-keeper", daemon=True)
        self._misses: Counter[Ticket] = Counter()
        self.gave_all_back = False
        self._look: Any = None

    def start(self, parent: Any) -> None:
        """Begin renewing, and listen for children that die."""
        signals.task_failure.connect(self.on_task_failure, weak=False)
        self._thread.start()

    def register_with_event_loop(self, parent: Any, hub: Any) -> None:
        """Have Celery look for dead children every second.

        It looks when a child's pipe closes, but then the kernel may not have the exit code yet, and only 5 s later it
        would look again.
        """
        if self._look is not None:  # the broker's connection is made anew
            self._look.cancel()
        self._look = hub.call_repeatedly(LOOK_FOR_DEAD_EVERY_S, parent.pool.maintain_pool)

    def stop(self, parent: Any) -> None:
        """Give back what has not started. The thread goes on: running jobs may still have to be waited for."""
        self.soon(self.give_back).wait(PATIENCE_S)

    def end(self) -> None:
        """End the thread and its database session. A worker never asks: it renews until the process ends."""
        signals.task_failure.disconnect(self.on_task_failure)
        self.soon(self._ending.set)
        self._thread.join(PATIENCE_S)

    def soon(self, step: Callable[[], None]) -> threading.Event:
        """Let the thread take this step next. The event is set when it has, or found that it cannot."""
        order = Order(step, threading.Event())
        self._orders.put(order)
        return order.done

    def on_task_failure(self, *, sender: Any, exception: BaseException, args: Any, **_: Any) -> None:
        """Put the rows of a child back that was killed, by the hard time limit or from outside."""
        if sender.name in registry and isinstance(exception, WorkerLostError | TimeLimitExceeded):
            self.soon(partial(self.put_back, _tickets(args), f"{type(exception).__name__}: {exception}"))

    def _run(self) -> None:
        interval_s = settings.JOBS_KEEP_EVERY.total_seconds()
        due_at = time.monotonic() + interval_s
        while not self._ending.is_set():
            try:
                order = self._orders.get(timeout=max(0.0, due_at - time.monotonic()))
            except queues.Empty:
                renewed = self._attempt(self.renew)
                due_at = time.monotonic() + (interval_s if renewed else min(RETRY_S, interval_s))
            else:
                self._attempt(order.step)
                order.done.set()
        connection.close()

    def _attempt(self, step: Callable[[], None]) -> bool:
        """Take a step, and say whether it worked. One that fails is left to the rescue; the thread must live."""
        with _barrier.kept_from_forks():
            try:
                connection.close_if_unusable_or_obsolete()
                step()
            except (DatabaseError, InterfaceError) as exc:
                connection.close()
                logger.warning("leases could not be tended: %s", str(exc).strip())
            except Exception:
                logger.exception("leases could not be tended")
            else:
                return True
        return False

    def renew(self) -> None:
        """Renew all rows that this worker holds."""
        requests = [] if self.gave_all_back else list(state.requests.values())
        tickets = held_tickets(requests)
        if tickets and queue.keep(tickets) < len(tickets):
            self._look_for_lost([request for request in requests if request.worker_pid])
        else:
            self._misses.clear()

    def _look_for_lost(self, running: Collection[Request]) -> None:
        """Interrupt jobs whose rows were cancelled or taken away: nothing that they do can count any more.

        A row is given up when it was missed twice; at the first time its job may just be ending.
        """
        tickets = held_tickets(running)
        rows = Job.objects.filter(pk__in=[ticket.job_id for ticket in tickets], status__in=["claimed", "completed"])
        held = set(rows.values_list("pk", "attempts"))
        missing = [ticket for ticket in tickets if (ticket.job_id, ticket.attempt) not in held]
        self._misses = Counter({ticket: self._misses[ticket] + 1 for ticket in missing})
        for ticket in missing:
            if self._misses[ticket] == 2:
                logger.warning(
                    "job %s, attempt %d runs, but was cancelled or taken away", ticket.job_id, ticket.attempt
                )
        for request in running:
            of_request = held_tickets([request])
            lost = bool(of_request) and min(self._misses[ticket] for ticket in of_request) == 2
            # If it has ended meanwhile, its child may be at work on another one.
            if lost and state.requests.get(request.id) is request:
                with suppress(ProcessLookupError):
                    os.kill(request.worker_pid, _SOFT_TIME_LIMIT)

    def give_back(self) -> None:
        """Give back all rows that were taken from the broker but not started."""
        if (tickets := held_tickets(list(state.requests.values()))) and (released := queue.release(tickets)):
            queue.notify("")
            logger.info("%d rows given back unstarted", released)

    def release(self, tickets: Collection[Ticket]) -> None:
        """Give back rows whose jobs this worker will not finish, started or not, without counting the attempt.

        It is the last thing to do: when it has worked, nothing is renewed any more.
        """
        attempts = [Attempt(ticket.job_id, ticket.attempt) for ticket in tickets]
        released = endings.snooze(attempts, timedelta(), "its worker stopped before it had ended", kind="released")
        released += queue.release(tickets)
        self.gave_all_back = True
        queue.notify("")
        logger.info("%d rows of running jobs given back", released)

    def put_back(self, tickets: Collection[Ticket], reason: str) -> None:
        """End the attempts of a dead child as failed, and give back what it had not started."""
        for ticket in tickets:
            ended = endings.fail(Attempt(ticket.job_id, ticket.attempt), reason)
            logger.warning("job %s, attempt %d: %s; now %s", ticket.job_id, ticket.attempt, reason, ended)
        queue.release(tickets)
