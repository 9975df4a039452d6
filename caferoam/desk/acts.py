"""What operators have done: every change from these pages is noted in ``django_admin_log``, and told here."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.contrib.admin import display
from django.contrib.admin.models import LogEntry
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caferoam.desk.display import clock_and_ago
from caferoam.desk.pages import ReadOnlyAdmin
from caferoam.desk.steps import STEPS

_TOLD: Final[dict[str, Callable[[Any], str]]] = {}


def tell(key: str, sentence: Callable[[Any], str]) -> None:
    """Let the log tell what an app's page notes as ``[{key: …}]``: ``sentence`` makes words of what stands there."""
    _TOLD[key] = sentence


class LogAdmin(ReadOnlyAdmin):
    """Read by whoever asks who has done what; nobody writes in it."""

    title = gettext_lazy("What operators did")
    list_display = ("when", "user", "on_what", "what")
    list_display_links = None
    list_select_related = ("user", "content_type")
    ordering = ("-pk",)
    search_fields = ("user__username", "object_repr", "change_message")

    @display(description=gettext_lazy("When"))
    def when(self, entry: LogEntry) -> str:
        return clock_and_ago(entry.action_time)

    @display(description=gettext_lazy("To what"))
    def on_what(self, entry: LogEntry) -> str:
        url = entry.get_admin_url() if entry.object_id and not entry.is_deletion() else None
        name = entry.object_repr or _("Jobs")
        return format_html('<a href="{}">{}</a>', url, name) if url else name

    @display(description=gettext_lazy("What was done"))
    def what(self, entry: LogEntry) -> str:
        return sentence(entry)


def sentence(entry: LogEntry) -> str:
    """What was done, in the reader's language; what no page of ours notes itself, Django tells."""
    match _noted(entry.change_message):
        case {"step": str(name), "jobs": int(count), "of": str(selection)} if name in STEPS:
            return STEPS[name].done(count) + (f" ({selection})" if selection else "")
        case dict(noted) if told := [_TOLD[key](value) for key, value in noted.items() if key in _TOLD]:
            return " ".join(told)
    return str(entry.get_change_message() or entry.get_action_flag_display())


def _noted(message: str) -> object:
    """The first part of it: the desk notes one thing at a time."""
    try:
        parts = json.loads(message)
    except ValueError:
        return None
    return parts[0] if isinstance(parts, list) and parts else None


def _limit(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


def _limits(limits: Mapping[str, tuple[int | None, int | None]]) -> str:
    return ", ".join(f"{name}: {_limit(before)} → {_limit(after)}" for name, (before, after) in limits.items())


tell("paused", lambda reason: _("Paused: %(reason)s") % {"reason": reason})
tell("resumed", lambda _noted: _("Resumed"))
tell("queued", lambda job: _("Run now, as job %(job)s") % {"job": job[:8]})
tell("limits", _limits)
