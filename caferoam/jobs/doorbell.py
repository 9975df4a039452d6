"""Telling Celery which rows to start. Redis may lose every word of it: the rows know better."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import batched

import redis
from celery import Celery
from kombu import Connection
from kombu.exceptions import KombuError
from kombu.exceptions import OperationalError as BrokerError

from caferoam.jobs.registry import JobType
from caferoam.jobs.tickets import Ticket, to_message

_TROUBLES = (BrokerError, KombuError, redis.RedisError, OSError)


class DoorbellError(Exception):
    """The broker cannot be reached. Some of the tickets may have arrived all the same."""


class Doorbell:
    """Publishes tickets as messages of the job types' tasks, over one connection that is replaced when it fails."""

    def __init__(self, app: Celery, job_types: Mapping[str, JobType]) -> None:
        self._app = app
        self._job_types = job_types
        self._connection: Connection | None = None

    def ring(self, tickets: Mapping[str, Sequence[Ticket]]) -> None:
        """Publish all tickets in one round trip.

        Raises:
            DoorbellError: that did not work.
        """
        try:
            if self._connection is None:
                self._connection = self._app.connection_for_write()
            # The stubs do not know batch yet, which is new in kombu 5.7.
            with self._app.amqp.Producer(self._connection) as producer, producer.batch():  # type: ignore[attr-defined]
                for job_type, of_type in tickets.items():
                    task, known = self._app.tasks[job_type], self._job_types[job_type]
                    for message in batched(of_type, known.batch or 1):
                        # No retry: the relay has better things to do than to wait, and the lease covers the rest.
                        task.apply_async((to_message(message),), producer=producer, queue=known.queue, retry=False)
        except _TROUBLES as exc:
            self.close()
            raise DoorbellError(str(exc)) from exc

    def close(self) -> None:
        """Drop the connection; the next ring makes a new one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(*_TROUBLES):
                connection.release()
