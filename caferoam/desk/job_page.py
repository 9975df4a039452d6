"""One job's page: what state it is in and why, in sentences, and what has happened to it, newest first."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caferoam.desk.words import Condition, clock, relative, span
from caferoam.jobs.discovery import discover_job_types
from caferoam.jobs.models import Job, JobEvent, JobStart, Lane
from caferoam.jobs.payload import RESERVED_PREFIX

MOST_EVENTS: Final = 100

_ORIGINS: Final[Mapping[str, Promise]] = {
    "_request_id": gettext_lazy("Request id"),
    "_trace": gettext_lazy("Trace"),
    "_unique": gettext_lazy("Key by which the same job is not queued twice"),
}
_LOST_ON_THE_WAY: Final = "lost on the way"
_TITLES: Final[Mapping[str, Promise]] = {
    JobEvent.Kind.RETRIED: gettext_lazy("Attempt %(attempt)d failed; to be tried again"),
    JobEvent.Kind.SNOOZED: gettext_lazy("Put off during attempt %(attempt)d, at no cost of an attempt"),
    JobEvent.Kind.RELEASED: gettext_lazy("Given back during attempt %(attempt)d by a worker that stopped"),
    JobEvent.Kind.LOST: gettext_lazy("The worker was gone during attempt %(attempt)d"),
    _LOST_ON_THE_WAY: gettext_lazy("Lost on its way to a worker, or its worker was gone too soon to know"),
    JobEvent.Kind.FAILED: gettext_lazy("Attempt %(attempt)d failed in a way that no other attempt can mend"),
    JobEvent.Kind.DEAD_LETTER: gettext_lazy("Attempt %(attempt)d failed, and it was the last: dead letter"),
    JobEvent.Kind.REQUEUED: gettext_lazy("Queued again"),
    JobEvent.Kind.DISCARDED: gettext_lazy("Discarded"),
    JobEvent.Kind.CANCELLED: gettext_lazy("Cancelled"),
    JobEvent.Kind.HASTENED: gettext_lazy("Made due at once"),
}
_BAD: Final = frozenset({"retried", "lost", "failed", "dead_letter"})


@dataclass(frozen=True)
class Moment:
    """Something that happened to the job, or will."""

    at: datetime
    title: str
    is_bad: bool = False
    lasted: timedelta | None = None
    actor: str = ""
    worker: str = ""
    detail: str = ""
    traceback_of: int | None = None


@dataclass(frozen=True)
class Story:
    """What the page shows."""

    job: Job
    condition: Condition
    lane: Lane | None
    start: JobStart | None
    state_in_words: str
    advice: str
    payload: str
    origin: list[tuple[str, str]]
    moments: list[Moment]

    @property
    def is_moving(self) -> bool:
        """Whether the page is likely to be another one soon."""
        return self.condition in {Condition.RUNNING, Condition.HANDED_OVER}


def read(job: Job) -> Story:
    """Three queries, whatever the job went through."""
    now = timezone.now()
    start = JobStart.objects.filter(pk=job.pk, attempt=job.attempts).first()
    lane = Lane.objects.filter(pk=job.job_type).first()
    condition = Condition.of_job(job, started=start is not None, now=now)
    payload = job.payload if isinstance(job.payload, dict) else {}
    own = {name: value for name, value in payload.items() if not name.startswith(RESERVED_PREFIX)}
    return Story(
        job=job,
        condition=condition,
        lane=lane,
        start=start,
        state_in_words=_state_in_words(job, condition, start, now),
        advice=_advice(condition, lane, now, is_known=job.job_type in discover_job_types()),
        payload=json.dumps(own if isinstance(job.payload, dict) else job.payload, ensure_ascii=False, indent=2),
        origin=[(str(_ORIGINS.get(name, name)), str(payload[name])) for name in payload.keys() - own.keys()],
        moments=sorted(_moments(job, condition, start), key=lambda moment: moment.at, reverse=True),
    )


def _state_in_words(job: Job, condition: Condition, start: JobStart | None, now: datetime) -> str:
    facts = {
        "attempt": job.attempts,
        "next": job.attempts + 1,
        "most": job.max_attempts,
        "due": clock(job.scheduled_at, now),
        "due_relative": relative(job.scheduled_at, now),
        "ended": clock(job.completed_at, now) if job.completed_at else _("an unknown time"),
        "claimed": relative(job.claimed_at, now) if job.claimed_at else "",
        "running": span(now - start.started_at) if start else "",
        "worker": start.worker if start else "",
    }
    match condition:
        case Condition.DUE:
            text = _("Due since %(due)s (%(due_relative)s). Next comes attempt %(next)d of %(most)d.")
        case Condition.LATER:
            text = _("Waits until %(due)s (%(due_relative)s), then comes attempt %(next)d of %(most)d.")
        case Condition.HANDED_OVER:
            text = _("Handed to the workers %(claimed)s; none has begun attempt %(next)d of %(most)d yet.")
        case Condition.RUNNING:
            text = _("Attempt %(attempt)d of %(most)d has been running for %(running)s on worker %(worker)s.")
        case Condition.DONE:
            text = _("Done at %(ended)s, in attempt %(attempt)d.")
        case Condition.FAILED:
            text = _("Ended at %(ended)s after %(attempt)d of %(most)d attempts. It is not tried again by itself.")
        case _:
            text = _("All attempts are used up (%(attempt)d of %(most)d) since %(ended)s. Somebody has to look at it.")
    return text % facts


def _advice(condition: Condition, lane: Lane | None, now: datetime, *, is_known: bool) -> str:
    """What to do about it, or why it does not go on, where that is not the ordinary waiting for its turn."""
    match condition:
        case Condition.DEAD | Condition.FAILED:
            return _(
                "Read the last error. Once its cause is mended, queue the job again; until then it would fail again."
            )
        case Condition.HANDED_OVER:
            text = _("If no worker shows a sign of life for %(lease)s, it goes back to waiting by itself.")
            return text % {"lease": span(settings.JOBS_LEASE)}
        case Condition.DUE | Condition.LATER:
            return _obstacle(lane if is_known else None, now)
        case _:
            return ""


def _obstacle(lane: Lane | None, now: datetime) -> str:
    if lane is None:
        return _("No code that runs knows this type of job. It waits until such code is deployed.")
    reason = lane.pause_reason or _("no reason given")
    if lane.paused:
        return _("Its lane is paused until somebody resumes it: %(reason)s") % {"reason": reason}
    if lane.paused_until and lane.paused_until > now:
        until = clock(lane.paused_until, now)
        return _("Its lane is paused until %(until)s: %(reason)s") % {"until": until, "reason": reason}
    return ""


def _moments(job: Job, condition: Condition, start: JobStart | None) -> Iterator[Moment]:
    yield Moment(job.created_at, _("Queued"))
    if condition == Condition.LATER:
        yield Moment(job.scheduled_at, _("Attempt %(attempt)d is due") % {"attempt": job.attempts + 1})
    elif condition == Condition.DUE and job.scheduled_at > job.created_at:
        yield Moment(job.scheduled_at, _("Due"))
    if start is not None:
        yield Moment(start.started_at, _("Attempt %(attempt)d began") % {"attempt": start.attempt}, worker=start.worker)
    if condition == Condition.DONE and job.completed_at is not None:
        lasted = job.completed_at - start.started_at if start else None
        yield Moment(job.completed_at, _("Done"), lasted=lasted)
    events = JobEvent.objects.filter(job=job.pk).defer("traceback")
    for event in events.annotate(has_traceback=Q(traceback__isnull=False)).order_by("-at", "-pk")[:MOST_EVENTS]:
        yield _moment(event)


def _moment(event: Any) -> Moment:
    unseen = event.kind == JobEvent.Kind.LOST and event.started_at is None
    return Moment(
        event.at,
        str(_TITLES[_LOST_ON_THE_WAY if unseen else event.kind]) % {"attempt": event.attempt},
        is_bad=event.kind in _BAD,
        lasted=event.at - event.started_at if event.started_at else None,
        actor=event.actor or "",
        detail=event.detail,
        traceback_of=event.pk if event.has_traceback else None,
    )
