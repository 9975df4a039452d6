"""What somebody should look at: said in words, with what to do about it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import quote

import redis
from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from caferoam.desk.words import clock, span
from caferoam.jobs.overview import TypeOverview
from caferoam.pulse import Name, read_pulses

TOO_LONG: Final = timedelta(minutes=2)
UNBEGUN_TOO_LONG: Final = timedelta(minutes=1)
"""Shorter than the lease: a job that is taken back and claimed again is young again."""
"""So long nothing should wait that is due: recovery from any single fault takes less."""
SILENT: Final = timedelta(seconds=30)
"""So long no process should take for a round."""

_NAMES: Final[Mapping[Name, Promise]] = {
    "relay": gettext_lazy("The relay"),
    "worker": gettext_lazy("The worker"),
    "beat": gettext_lazy("Beat"),
}
_REMEDIES: Final[Mapping[Name, Promise]] = {
    "relay": gettext_lazy("It hands jobs to the workers: without it none begins. Restart the relay service."),
    "worker": gettext_lazy("It does the jobs: without it none begins. Restart the worker service."),
    "beat": gettext_lazy("It queues the schedule's turns. Restart the beat service; missed turns are made up for."),
}


@dataclass(frozen=True)
class Trouble:
    """Something that somebody should look at: what it is, and what to do about it."""

    what: str
    remedy: str
    url: str = ""
    is_grave: bool = True


@dataclass(frozen=True)
class Sign:
    """How long ago a process showed that it gets on."""

    name: Name
    age: timedelta | None
    is_well: bool


type Source = Callable[[], Iterable[Trouble]]

_sources: list[Source] = []


def register(source: Source) -> None:
    """Let an app tell of its own troubles on the start page. Each costs what ``source`` asks of the database there."""
    _sources.append(source)


def of_apps() -> Iterator[Trouble]:
    """What apps have to tell."""
    for source in _sources:
        yield from source()


def read_signs() -> list[Sign] | None:
    """Of the processes that have one; None when Redis, which keeps them, does not answer."""
    try:
        ages = read_pulses(settings.REDIS_URL)
    except redis.RedisError:
        return None
    return [Sign(name, age, age is not None and age < SILENT) for name, age in ages.items()]


def silences(signs: Iterable[Sign] | None) -> Iterator[Trouble]:
    """Processes that do not get on."""
    if signs is None:
        yield Trouble(
            _("Redis does not answer."),
            _("Nothing new begins until it does; no job is lost. Restart the Redis service."),
        )
    for sign in signs or ():
        if sign.is_well:
            continue
        text = _("%(who)s has shown no sign of life for %(span)s.")
        age = _("ten minutes or more") if sign.age is None else span(sign.age)
        yield Trouble(text % {"who": _NAMES[sign.name], "span": age}, str(_REMEDIES[sign.name]))


def delays(*, oldest_due: timedelta | None, oldest_unstarted: timedelta | None) -> Iterator[Trouble]:
    """Jobs that wait too long, for the relay or for a worker."""
    jobs_url = reverse("admin:jobs_job_changelist")
    if oldest_due is not None and oldest_due > TOO_LONG:
        yield Trouble(
            _("The oldest job that is due has waited for %(span)s.") % {"span": span(oldest_due)},
            _("If its lane is full, that is load: raise the lane's width or wait. Otherwise look at the relay's log."),
            f"{jobs_url}?status=pending",
        )
    if oldest_unstarted is not None and oldest_unstarted > UNBEGUN_TOO_LONG:
        yield Trouble(
            _("A job was handed to the workers %(span)s ago and none has begun it.") % {"span": span(oldest_unstarted)},
            _("The workers are busy, down or deaf. Restart the worker service; its jobs come back by themselves."),
            f"{jobs_url}?status=claimed",
        )


def dead_letters(count: int) -> Iterator[Trouble]:
    """Jobs that wait for a human."""
    if count:
        yield Trouble(
            ngettext("%(n)d dead letter.", "%(n)d dead letters.", count) % {"n": count},
            _("All attempts are used up. Read the last error, mend its cause, then queue them again or discard them."),
            reverse("admin:jobs_job_changelist") + "?status=dead_letter",
        )


def obstacles(types: Iterable[TypeOverview]) -> Iterator[Trouble]:
    """Types of which nothing begins: no code knows them, or their lane lets nothing through."""
    for of_type in types:
        if not of_type.is_known:
            yield from _unknown(of_type.job_type, of_type.ready + of_type.scheduled)
        elif text := _closed(of_type):
            reason = of_type.pause_reason or _("No reason was given.")
            yield Trouble(text, reason, reverse("admin:jobs_lane_changelist"), is_grave=False)


def _unknown(job_type: str, waiting: int) -> Iterator[Trouble]:
    if waiting:
        text = ngettext(
            "%(n)d job waits for code that knows its type: %(type)s.",
            "%(n)d jobs wait for code that knows their type: %(type)s.",
            waiting,
        )
        yield Trouble(
            text % {"n": waiting, "type": job_type},
            _("Deploy the code that has this type, or cancel the jobs."),
            reverse("admin:jobs_job_changelist") + f"?job_type={quote(job_type)}",
        )


def _closed(of_type: TypeOverview) -> str:
    if of_type.paused:
        return _("%(lane)s is paused until somebody resumes it.") % {"lane": of_type.job_type}
    if of_type.paused_until is not None:
        until = clock(of_type.paused_until)
        return _("%(lane)s is paused until %(until)s.") % {"lane": of_type.job_type, "until": until}
    if of_type.width == 0:
        return _("%(lane)s lets nothing through: none of its jobs may run at once.") % {"lane": of_type.job_type}
    return ""
