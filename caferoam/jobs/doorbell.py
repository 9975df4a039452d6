"""Telling Celery which rows to start. Redis may lose every word of it: the rows know better."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import batched

import redis
from celery import Celery
from celery.utils import uuid
from kombu import Connection, Producer
from kombu.exceptions import KombuError
from kombu.exceptions import OperationalError as BrokerError

from caferoam.jobs.registry import JobType
from caferoam.jobs.tickets import Message, Ticket, to_message

ONE_TRY = {"max_retries": 0}  # else kombu itself tries for six seconds, in which the relay does nothing else
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
                self._connection = self._app.connection_for_write(transport_options=ONE_TRY)
            with (
                self._app.amqp.Producer(self._connection) as producer,
                producer.batch(),  # type: ignore[attr-defined]  # the stubs do not know it yet: it is new in kombu 5.7
            ):
                for name, of_type in tickets.items():
                    job_type = self._job_types[name]
                    for some in batched(of_type, job_type.batch or 1):
                        self._publish(producer, job_type, to_message(some))
        except _TROUBLES as exc:
            self.close()
            raise DoorbellError(str(exc)) from exc

    def _publish(self, producer: Producer, job_type: JobType, message: Message) -> None:
        """What ``task.apply_async`` ends in; on its way there it looks up so much that it takes twice as long."""
        amqp = self._app.amqp
        task_message = amqp.as_task_v2(
            uuid(), job_type.name, (message,), argsrepr=str(message), kwargsrepr="{}", ignore_result=True
        )
        # No retry: the relay has better things to do than to wait, and the lease covers the rest.
        amqp.send_task_message(producer, job_type.name, task_message, queue=job_type.queue, retry=False)

    def close(self) -> None:
        """Drop the connection; the next ring makes a new one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(*_TROUBLES):
                connection.release()
