"""``@job``: one real Celery task for each job type, with its own name, queue and time limits."""

import math
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta

from celery import shared_task

from caferoam.jobs import runner
from caferoam.jobs.payload import PayloadShape
from caferoam.jobs.registry import JobType, registry
from caferoam.jobs.tickets import Message, from_message
from caferoam.providers.checks import KINDS


def job[**P](
    name: str,
    *,
    queue: str,
    width: int,
    time_limit: timedelta,
    max_attempts: int = 3,
    priority: int = 0,
    unique: bool = False,
    batch: int | None = None,
    fields: Mapping[str, type] | None = None,
    needs: Collection[str] = (),
) -> Callable[[Callable[P, None]], Callable[P, None]]:
    """Make a function the handler of a job type; the function itself is returned and can be called directly.

    The handler takes a ``JobRun`` and the payload as keyword-only parameters of type UUID, int, str or bool; a payload
    that does not fit ends as ``failed`` with the field named. With ``batch`` it takes a ``JobBatch`` of up to so many
    runs instead, and ``fields`` says what each payload must hold.

    Args:
        queue: the Celery queue.
        width: rows claimed at most at the same time; an operator can change it later, in ``job_lanes``.
        time_limit: the process is killed after it; the handler gets ``SoftTimeLimitExceeded`` after nine tenths of it.
        max_attempts: starts before the job is dead.
        priority: for rows that do not say; higher goes first.
        unique: while a job waits, ``enqueue`` with the same payload returns that one instead of queueing another.
            A transaction that queues several of them queues them in a fixed order, or two may deadlock.
        batch: runs that are handled together, at most.
        fields: what each payload of a batched type must hold.
        needs: kinds of providers (``caferoam.providers.checks.KINDS``) that it asks. A worker of its queue does not
            start where one of them lacks a setting.

    How a handler ends: it returns (``completed``, in ``run.completing()``'s transaction if it used that), or raises
    ``ProviderUnavailable`` (later, no attempt counted, lane paused), ``PermanentError`` or ``ProviderRefused``
    (``failed``), ``LaneClosed`` (back into the lane, no attempt counted), ``LeaseLost`` (nothing: another attempt has
    the row), or anything else (tried again, until ``dead_letter``).
    """

    if unknown := set(needs) - set(KINDS):
        raise ValueError(f"the job type {name!r} needs providers of no known kind: {', '.join(sorted(unknown))}")

    def decorate(handler: Callable[P, None]) -> Callable[P, None]:
        job_type = JobType(
            name=name,
            queue=queue,
            width=width,
            time_limit=time_limit,
            max_attempts=max_attempts,
            priority=priority,
            unique=unique,
            batch=batch,
            shape=PayloadShape.required(fields or {}) if batch else PayloadShape.of(handler),
            handler=handler,
            needs=frozenset(needs),
        )
        registry.add(job_type)

        @shared_task(
            name=name,
            time_limit=math.ceil(time_limit.total_seconds()),
            soft_time_limit=max(1, math.floor(job_type.soft_time_limit.total_seconds())),
        )
        def run(message: Message) -> None:
            runner.run(job_type, from_message(message))

        return handler

    return decorate
