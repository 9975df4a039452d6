"""How a worker stops: it begins nothing new, lets running jobs finish for a while, and gives the rest back.

Celery has two ways to stop, and a deploy can use neither. The warm one waits for running jobs without limit. The cold
one, with its soft timeout, sleeps in the signal handler for all of that timeout even if the last job ended at once, and
as nobody reads the children's results meanwhile, a child may then wait half a minute for somebody to do so (billiard's
``_ensure_messages_consumed``). Here the event loop goes on turning: it only fetches no more. A thread of its own waits
until nothing runs or time is up, and then tells Celery to end.

    SIGTERM, SIGINT     once: as above; again: now
    SIGQUIT             now

"Now" still gives the rows back. A job is ended with its process, so that it does not go on asking providers while
another worker begins it anew. Whatever hangs on the way, the platform's stop grace is not exceeded.
"""

import logging
import os
import queue as queues
import signal
import threading
import time
from contextlib import suppress
from functools import partial
from types import FrameType
from typing import Any, Final

from celery import bootsteps
from celery.platforms import EX_OK
from celery.worker import state
from django.conf import settings

from caferoam.jobs.lease import LeaseKeeper, held_tickets

logger = logging.getLogger("caferoam.jobs.shutdown")

LOOP_PATIENCE_S: Final = 1.0
DATABASE_PATIENCE_S: Final = 3.0
END_PATIENCE_S: Final = 5.0
_POLL_S: Final = 0.05
_TRY_AGAIN_S: Final = 0.2


class GracefulShutdown(bootsteps.StartStopStep):
    """Celery worker bootstep. It takes the stop signals over from Celery, which has set its own handlers before."""

    requires = (LeaseKeeper,)

    def __init__(self, parent: Any, **kwargs: Any) -> None:
        super().__init__(parent, **kwargs)
        # Its put() may interrupt another one in the same thread, as a signal handler does.
        self._asked_at_once: queues.SimpleQueue[bool] = queues.SimpleQueue()
        self._stopping = False

    def start(self, parent: Any) -> None:
        """Listen for the signals."""
        threading.Thread(target=self._run, args=[parent], name="shutdown", daemon=True).start()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            signal.signal(number, self._on_signal)

    def register_with_event_loop(self, parent: Any, hub: Any) -> None:
        """A connection that is made anew while the worker stops fetches nothing either."""
        if self._stopping:
            hub.call_soon(_begin_no_more, parent, threading.Event())

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self._asked_at_once.put(number == signal.SIGQUIT)

    def _run(self, worker: Any) -> None:
        at_once = self._asked_at_once.get()
        try:
            self._stop_work(worker, at_once=at_once)
        except Exception:  # this thread is the only one that ends the worker
            logger.exception("the worker stops in disorder; leases bring back what it held")
        state.should_terminate = EX_OK  # type: ignore[assignment]  # the stubs know its first value only
        with suppress(Exception):
            worker.hub.call_soon(bool)  # so that the loop wakes and sees it
        time.sleep(END_PATIENCE_S)
        logger.error("the worker did not end by itself")
        os._exit(EX_OK)

    def _stop_work(self, worker: Any, *, at_once: bool) -> None:
        deadline = time.monotonic() + (0.0 if at_once else settings.JOBS_FINISH_WITHIN.total_seconds())
        self._stopping = True
        left_s = max(0.0, deadline - time.monotonic())
        logger.info("stopping: %d running jobs have %.0f s to finish", len(state.active_requests), left_s)
        none_begins = threading.Event()
        worker.hub.call_soon(_begin_no_more, worker, none_begins)
        none_begins.wait(LOOP_PATIENCE_S)
        keeper: LeaseKeeper = worker.blueprint[LeaseKeeper.name]
        keeper.soon(keeper.give_back).wait(DATABASE_PATIENCE_S)
        self._wait_for_jobs(deadline)
        _end_jobs(worker, keeper)

    def _wait_for_jobs(self, deadline: float) -> None:
        """Wait until nothing runs, the deadline has come, or somebody asks again."""
        while state.requests and (left_s := deadline - time.monotonic()) > 0:
            with suppress(queues.Empty):
                self._asked_at_once.get(timeout=min(left_s, _POLL_S))
                return


def _begin_no_more(worker: Any, done: threading.Event) -> None:
    """Fetch no more, and drop what waits for a free process. Runs in the event loop's thread."""
    if worker.consumer.task_consumer is not None:
        worker.consumer.task_consumer.cancel()
    state.revoked.update([request.id for request in state.reserved_requests if request not in state.active_requests])
    done.set()


def _end_jobs(worker: Any, keeper: LeaseKeeper) -> None:
    """Kill the processes that still work on something, then give its rows back."""
    requests = list(state.requests.values())
    if not requests:
        return
    # Killed, because a polite signal can be caught or come too late; a handler must survive this anyway. By the pool's
    # own hand, or it would report a lost child, and the attempt would count.
    for pid in {request.worker_pid for request in requests if request.worker_pid}:
        worker.pool.terminate_job(pid, signal.SIGKILL)
    release = partial(keeper.release, held_tickets(requests))
    deadline = time.monotonic() + DATABASE_PATIENCE_S
    while not keeper.gave_all_back and (left_s := deadline - time.monotonic()) > 0:
        keeper.soon(release).wait(left_s)
        if not keeper.gave_all_back:  # Postgres may just be starting again
            time.sleep(_TRY_AGAIN_S)
