"""How the desk's pages show times and states."""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from caferoam.desk import words

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
    return "" if moment is None else _time(moment, f"{words.clock(moment)} ({words.relative(moment)})")


@register.filter
def badge(condition: words.Condition) -> SafeString:
    """A job's state, as a word in a colour."""
    return format_html('<span class="badge badge-{}">{}</span>', condition.value, condition.label)


def _time(moment: datetime, text: str) -> SafeString:
    local = timezone.localtime(moment)
    exact = local.isoformat(sep=" ", timespec="seconds")
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), exact, text)
