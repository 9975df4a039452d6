"""Times, durations and states in words, in the reader's language."""

from datetime import datetime, timedelta

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caferoam.jobs.models import Job


def span(duration: timedelta) -> str:
    """How long, in at most two units: ``80 ms``, ``3 min 5 s``, ``2 h 4 min``, ``5 d 3 h``."""
    seconds = max(0.0, duration.total_seconds())
    if seconds < 1:
        return _("%(number)d ms") % {"number": round(seconds * 1000)}
    if seconds < 10:
        return _("%(number)s s") % {"number": number_format(round(seconds, 1))}
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    parts = [
        _("%(number)d d") % {"number": days} if days else "",
        _("%(number)d h") % {"number": hour} if hour else "",
        _("%(number)d min") % {"number": minute} if minute and not days else "",
        _("%(number)d s") % {"number": second} if second and not hours else "",
    ]
    return " ".join(part for part in parts if part)


def relative(moment: datetime, now: datetime | None = None) -> str:
    """How long ago, or in how long."""
    distance = (now or timezone.now()) - moment
    if distance < timedelta(0):
        return _("in %(span)s") % {"span": span(-distance)}
    return _("%(span)s ago") % {"span": span(distance)}


def clock(moment: datetime, now: datetime | None = None) -> str:
    """The time in Taipei, to the second today, else with the day and to the minute."""
    local, today = timezone.localtime(moment), timezone.localtime(now)
    return local.strftime("%H:%M:%S" if local.date() == today.date() else "%Y-%m-%d %H:%M")


def clock_and_relative(moment: datetime, now: datetime | None = None) -> str:
    """``14:05:11 (3 min ago)``"""
    return _("%(clock)s (%(relative)s)") % {"clock": clock(moment, now), "relative": relative(moment, now)}


class Condition(TextChoices):
    """What state a job is in as operators see it: finer than ``status``, because they ask what it waits for."""

    DUE = "due", gettext_lazy("Waiting")
    LATER = "later", gettext_lazy("Waiting for its time")
    HANDED_OVER = "handed_over", gettext_lazy("Handed over")
    RUNNING = "running", gettext_lazy("Running")
    DONE = "done", gettext_lazy("Done")
    FAILED = "failed", gettext_lazy("Failed")
    DEAD = "dead", gettext_lazy("Dead letter")

    @classmethod
    def of_job(cls, job: Job, *, started: bool, now: datetime) -> "Condition":
        """From the row and whether a worker has begun its current attempt."""
        match job.status:
            case Job.Status.PENDING:
                return cls.DUE if job.scheduled_at <= now else cls.LATER
            case Job.Status.CLAIMED:
                return cls.RUNNING if started else cls.HANDED_OVER
            case Job.Status.COMPLETED:
                return cls.DONE
            case Job.Status.FAILED:
                return cls.FAILED
            case _:
                return cls.DEAD
