"""The relay: from rows that are due to messages that Celery runs.

It claims what is due, lane by lane, and publishes one ticket for each row. It wakes by NOTIFY, by its own poll, and
while a lane is full by a short nap, because nobody tells it that a slot came free. Two relays can run side by side.
Whatever it claimed and could not publish it gives back; what a dead worker held it takes back when the lease has run
out.
"""

import logging
import os
import select
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import structlog
from django.db import DatabaseError, InterfaceError, connection

from caferoam.jobs import endings, metrics, queue
from caferoam.jobs.backoff import Backoff
from caferoam.jobs.doorbell import Doorbell, DoorbellError
from caferoam.jobs.lanes import publish_lanes
from caferoam.jobs.listener import Listener
from caferoam.jobs.registry import JobType
from caferoam.pulse import Pulse

POLL_S: Final = 5.0
POLL_UNHEARD_S: Final = 0.5
"""Between two looks while nothing can be heard."""
NAP_S: Final = (0.02, 0.2)
"""Between two looks at a full lane: the first nap after something was claimed, and the longest."""
REPORT_S: Final = 60.0
KEEPS_BEFORE_RESCUE: Final = 1.25
"""Of the interval at which workers renew: how long rescue is held back when the database may have been away."""

logger = logging.getLogger("caferoam.jobs.relay")


@dataclass
class Every:
    """Something to do at intervals; due at once the first time."""

    interval_s: float
    due_at: float = field(default=float("-inf"))

    def is_due(self) -> bool:
        """Whether to do it now; saying so starts the next interval."""
        now = time.monotonic()
        if now < self.due_at:
            return False
        self.due_at = now + self.interval_s
        return True

    def hold_back(self, seconds: float) -> None:
        """Do it no sooner than that."""
        self.due_at = max(self.due_at, time.monotonic() + seconds)


class Relay:
    """One relay. ``listener`` is None when NOTIFY is switched off."""

    def __init__(
        self,
        job_types: Mapping[str, JobType],
        *,
        doorbell: Doorbell,
        listener: Listener | None,
        pulse: Pulse,
        lease: timedelta,
        keep_every: timedelta,
        rescue_every: timedelta,
    ) -> None:
        self._job_types = job_types
        self._doorbell = doorbell
        self.listener = listener
        self._pulse = pulse
        self._lease = lease
        self._keep_s = keep_every.total_seconds()
        self._rescue = Every(rescue_every.total_seconds())
        self._let_workers_renew()
        self._report = Every(REPORT_S)
        self._broker_trouble = Backoff()
        self._database_trouble = Backoff(most_s=5.0)
        self._nap_s = NAP_S[0]
        self._rounded_at = time.monotonic()
        self._prepared = False
        self.turns = 0
        self.is_stopping = False
        self._wake_reader, self._wake_writer = os.pipe()
        os.set_blocking(self._wake_writer, False)

    @property
    def loop_age_s(self) -> float:
        """Since the last round was completed, or since it was made."""
        return time.monotonic() - self._rounded_at

    @property
    def is_cut_off(self) -> bool:
        """Whether it could not reach the broker when it last tried, and so leaves it alone for a while."""
        return self._broker_trouble.is_on

    def stop(self) -> None:
        """End the loop soon. Safe to call from a signal handler."""
        self.is_stopping = True
        with suppress(OSError):  # the pipe is full, or the loop has ended
            os.write(self._wake_writer, b".")

    def run(self) -> None:
        """Go round until told to stop. Survives restarts of Postgres and Redis."""
        try:
            while not self.is_stopping:
                self._sleep(self._guarded(self.round))
                self.turns += 1  # also while the database is away
        finally:
            self._doorbell.close()
            self._pulse.close()
            if self.listener is not None:
                self.listener.close()
            os.close(self._wake_reader)
            os.close(self._wake_writer)
            connection.close()
        logger.info("relay stopped")

    def round(self) -> float:
        """Everything once; returns the seconds to wait before the next round, unless something is heard."""
        if not self._prepared:
            publish_lanes(self._job_types.values())
        if self.listener is not None:
            self.listener.tend()
        if self._database_trouble.is_on:
            self._let_workers_renew()
        elif self._rescue.is_due():
            self._take_back()
        if self._report.is_due():
            self._report_unknown()
        pause_s = self._broker_trouble.remaining_s or self._pass_on()
        if not self._prepared:
            self._prepared = True
            logger.info("relay ready: %s", ", ".join(sorted(self._job_types)) or "no job types")
        self._rounded_at = time.monotonic()
        self._pulse.beat()
        return min(pause_s, POLL_S)

    def _pass_on(self) -> float:
        claim = queue.claim(self._job_types.keys())
        if claim.tickets:
            self._nap_s = NAP_S[0]
            try:
                self._doorbell.ring(claim.tickets)
            except DoorbellError as exc:
                return self._give_back(claim, exc)
            for job_type, tickets in claim.tickets.items():
                metrics.published.add(job_type, by=len(tickets))
            if self._broker_trouble.succeeded():
                logger.info("the broker is back")
            if claim.request_ids or logger.isEnabledFor(logging.DEBUG):
                _tell_published(claim)
        idle_s = POLL_S if self.listener is not None and self.listener.is_listening else POLL_UNHEARD_S
        waits_s = [idle_s, *(wait_s for wait_s in claim.full_lanes.values() if wait_s is not None)]
        if None in claim.full_lanes.values():
            nap_s, self._nap_s = self._nap_s, min(self._nap_s * 2, NAP_S[1])
            return min(nap_s, *waits_s)
        return min(waits_s) if claim.next_due_s is None else min(claim.next_due_s, *waits_s)

    def _give_back(self, claim: queue.Claim, error: DoorbellError) -> float:
        metrics.publish_errors.add()
        wait_s = self._broker_trouble.failed()
        # Only rows that did not start: part of the messages may have gone out before the connection broke.
        released = queue.release([ticket for tickets in claim.tickets.values() for ticket in tickets])
        logger.warning(
            "the broker cannot be reached; %d rows given back, next try in %.0f s: %s", released, wait_s, error
        )
        return wait_s

    def _take_back(self) -> None:
        if rescued := endings.rescue(self._lease):
            logger.warning("rescued from lost workers: %s", _in_words(rescued))

    def _report_unknown(self) -> None:
        if unknown := queue.unknown_types(self._job_types.keys()):
            logger.error("waiting for code that knows their job type: %s", _in_words(unknown))

    def _guarded(self, step: Callable[[], float]) -> float:
        """Run one round; when the database is away, say so and return how long to leave it alone."""
        try:
            pause_s = step()
        except (DatabaseError, InterfaceError) as exc:  # also one that only reads, as while a standby takes over
            connection.close()
            wait_s = self._database_trouble.failed()
            logger.warning("the database cannot be worked with; next try in %.0f s: %s", wait_s, str(exc).strip())
            return wait_s
        if self._database_trouble.succeeded():
            logger.info("the database is back")
        return pause_s

    def _let_workers_renew(self) -> None:
        """Hold rescue back: leases may have run out while the database was away, from workers that are well."""
        self._rescue.hold_back(self._keep_s * KEEPS_BEFORE_RESCUE)

    def _sleep(self, seconds: float) -> None:
        """Wait, but no longer than until a notification or the order to stop."""
        heard_through = None if self.listener is None else self.listener.fileno()
        files = [self._wake_reader] if heard_through is None else [self._wake_reader, heard_through]
        select.select(files, [], [], max(0.0, seconds))
        if self.listener is not None:
            self.listener.drain()


def _tell_published(claim: queue.Claim) -> None:
    """One line for each job that comes from a request; the others only help those who debug."""
    for job_type, tickets in claim.tickets.items():
        for ticket in tickets:
            request_id = claim.request_ids.get(ticket.job_id)
            of_request = {} if request_id is None else {"request_id": request_id}
            with structlog.contextvars.bound_contextvars(job_id=str(ticket.job_id), job_type=job_type, **of_request):
                logger.log(logging.INFO if of_request else logging.DEBUG, "%s published", job_type)


def _in_words(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
