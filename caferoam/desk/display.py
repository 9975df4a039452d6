"""How the desk's pages show times and states."""

from datetime import datetime, timedelta
from uuid import UUID

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from caferoam.desk import words
from caferoam.jobs.models import Job

register = template.Library()


@register.filter
def span(duration: timedelta | float) -> str:
    """A duration in words; a bare number is seconds."""
    return words.span(duration if isinstance(duration, timedelta) else timedelta(seconds=duration))


@register.filter
def ago(moment: datetime | None) -> str:
    """``3 min ago``, with the exact time to be had by pointing at it."""
    return "" if moment is None else _time(moment, words.relative(moment))


@register.filter
def clock(moment: datetime | None) -> str:
    """``14:05:11``, or with the day where that is not today."""
    return "" if moment is None else _time(moment, words.clock(moment))


@register.filter
def clock_and_ago(moment: datetime | None) -> str:
    """``14:05:11 (3 min ago)``"""
    return "" if moment is None else _time(moment, words.clock_and_relative(moment))


@register.filter
def plain_clock(moment: datetime) -> str:
    """``14:05``, as bare text."""
    return timezone.localtime(moment).strftime("%H:%M")


@register.filter
def since(moment: datetime) -> str:
    """How long it has been since then."""
    return words.span(timezone.now() - moment)


@register.filter
def times(number: int, factor: int) -> int:
    """For places in a drawing."""
    return number * factor


@register.filter
def count_or_dash(count: int) -> str:
    """None is easier to pass over as a dash than as a nought."""
    return number(count) if count else "–"


@register.filter
def number(count: int) -> str:
    """With a comma after thousands."""
    return f"{count:,}"


@register.filter
def short_id(job_id: UUID) -> str:
    """As much of an id as people compare."""
    return str(job_id)[:8]


@register.filter
def one_line(text: str | None) -> str:
    """The beginning of an error, for a row of a table."""
    return Truncator(" ".join((text or "").split())).chars(110)


@register.filter
def status_badge(status: str) -> SafeString:
    """A row's ``status``, where nothing finer is known."""
    plain = {
        Job.Status.PENDING: words.Condition.DUE,
        Job.Status.CLAIMED: words.Condition.RUNNING,
        Job.Status.COMPLETED: words.Condition.DONE,
        Job.Status.FAILED: words.Condition.FAILED,
        Job.Status.DEAD_LETTER: words.Condition.DEAD,
    }
    return badge(plain[Job.Status(status)])


@register.filter
def badge(condition: words.Condition) -> SafeString:
    """A job's state, as a word in a colour."""
    return format_html('<span class="badge badge-{}">{}</span>', condition.value, condition.label)


def _time(moment: datetime, text: str) -> SafeString:
    local = timezone.localtime(moment)
    exact = local.isoformat(sep=" ", timespec="seconds")
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), exact, text)
