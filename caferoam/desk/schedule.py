"""The page about the schedule: what is queued by the clock, when next, and a form of the fields that count here.

Entries are django-celery-beat's, of whose many fields our beat heeds a few; each has a crontab of its own in Taipei
time, and a payload that is checked against what its job type takes.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from celery.schedules import ParseException, crontab
from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from caferoam.desk.pages import TableAdmin
from caferoam.jobs import PayloadError, queue
from caferoam.jobs.default_entries import AWAITED
from caferoam.jobs.discovery import discover_job_types
from caferoam.jobs.registry import JobType

_PARTS: Final = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week")


class EntryForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """An entry: which job, when, with what."""

    task = forms.ChoiceField(label=gettext_lazy("Job type"))
    when = forms.CharField(
        label=gettext_lazy("When, in Taipei time"),
        help_text=gettext_lazy(
            "Five parts: minute, hour, day of the month, month, day of the week (0 is Sunday); * is every one."
            " 0 3 * * * is every day at 03:00, 0 9 * * 1 every Monday at 09:00, */15 * * * * every quarter of an hour."
        ),
    )
    kwargs = forms.CharField(
        label=gettext_lazy("Payload"),
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4, "cols": 60, "spellcheck": "false"}),
    )

    class Meta:
        model = PeriodicTask
        fields = ("name", "task", "when", "kwargs", "enabled", "description")
        labels = {
            "name": gettext_lazy("Name"),
            "enabled": gettext_lazy("Switched on"),
            "description": gettext_lazy("Description"),
        }
        help_texts = {"name": "", "enabled": "", "description": ""}
        widgets = {"description": forms.Textarea(attrs={"rows": 3, "cols": 60})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._job_types = discover_job_types()
        known = sorted(self._job_types)
        present = self.instance.task
        unknown = [(present, _("%(type)s (no code knows it yet)") % {"type": present})]
        task = self.fields["task"]
        if isinstance(task, forms.ChoiceField):
            task.choices = [(name, name) for name in known] + (unknown if present and present not in known else [])
        self.fields["kwargs"].help_text = _takes(self._job_types)
        if self.instance.crontab is not None:
            self.initial["when"] = line_of(self.instance.crontab)

    def clean_when(self) -> str:
        """Checked by who will follow it."""
        line = " ".join(str(self.cleaned_data["when"]).split())
        if line.count(" ") != len(_PARTS) - 1:
            raise ValidationError(_("It needs five parts with blanks between them."))
        try:
            crontab.from_string(line)
        except (ParseException, ValueError) as exc:
            raise ValidationError(_("This is not such a line: %(why)s") % {"why": exc}) from exc
        return line

    def clean_kwargs(self) -> str:
        """A JSON object, written the same way whoever types it."""
        try:
            payload = json.loads(self.cleaned_data["kwargs"] or "{}")
        except (ValueError, RecursionError) as exc:
            raise ValidationError(_("This is not JSON: %(why)s") % {"why": exc}) from exc
        if not isinstance(payload, dict):
            raise ValidationError(_("The payload must be a JSON object, such as {}."))
        return json.dumps(payload, ensure_ascii=False)

    def clean(self) -> dict[str, Any]:
        """The payload must be one that the job type takes, and the entry gets the crontab of its line."""
        cleaned = super().clean() or {}
        job_type = self._job_types.get(cleaned.get("task", ""))
        if job_type is None and cleaned.get("enabled"):
            self.add_error("enabled", _("No code knows this type of job yet, so it cannot be switched on."))
        if job_type is not None and "kwargs" in cleaned:
            try:
                job_type.shape.read(json.loads(cleaned["kwargs"]))
            except PayloadError as exc:
                text = _("%(type)s does not take this: %(why)s") % {"type": job_type.name, "why": exc}
                self.add_error("kwargs", text)
        if "when" in cleaned:
            self.instance.crontab = crontab_of(cleaned["when"])
            self.instance.interval = self.instance.solar = self.instance.clocked = None
        return cleaned

    def save(self, commit: bool = True) -> PeriodicTask:
        """The crontab first, where there was none like it."""
        if commit and self.instance.crontab.pk is None:
            self.instance.crontab.save()
            self.instance.crontab_id = self.instance.crontab.pk
        return super().save(commit)


def crontab_of(line: str) -> CrontabSchedule:
    """The row for a line in Taipei time: one that stands already, or a new one that is not saved."""
    when = dict(zip(_PARTS, line.split(), strict=True)) | {"timezone": settings.TIME_ZONE}
    return CrontabSchedule.objects.filter(**when).first() or CrontabSchedule(**when)


def line_of(schedule: CrontabSchedule) -> str:
    """The five parts in the order that people know."""
    return " ".join(str(getattr(schedule, part)) for part in _PARTS)


def _takes(job_types: Mapping[str, JobType]) -> str:
    """What the types take that take anything."""
    fields = {name: ", ".join(sorted(known.shape.fields)) for name, known in sorted(job_types.items())}
    told = "; ".join(f"{name}: {taken}" for name, taken in fields.items() if taken)
    return _("A JSON object with what the job type takes; the others take {}.") + f" {told}."


@dataclass(frozen=True)
class Row:
    """An entry as the list shows it."""

    entry: PeriodicTask
    line: str
    next_at: datetime | None
    is_default: bool
    is_known: bool
    description: str


class ScheduleAdmin(TableAdmin):
    """What the code proposes is switched off rather than removed: beat would make it again."""

    def get_urls(self) -> list[URLPattern]:
        view, name = self.admin_site.admin_view, "django_celery_beat_periodictask"
        return [
            path("", view(self.changelist_view), name=f"{name}_changelist"),
            path("add/", view(self.entry_view), name=f"{name}_add"),
            path("<int:entry_id>/change/", view(self.entry_view), name=f"{name}_change"),
            path("<int:entry_id>/run-now/", view(self.run_now_view), name=f"{name}_run_now"),
            path("<int:entry_id>/delete/", view(self.remove_view), name=f"{name}_delete"),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """All entries with their next and last turn."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        now = timezone.now()
        entries = PeriodicTask.objects.select_related("crontab", "interval", "clocked", "solar").order_by("name")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Schedule"),
            "rows": [_row(entry, now) for entry in entries],
            "may_change": self.has_change_permission(request),
            "may_add": self.has_add_permission(request),
            "may_remove": self.has_delete_permission(request),
        }
        return TemplateResponse(request, "desk/schedule.html", context)

    def entry_view(self, request: HttpRequest, entry_id: int | None = None) -> HttpResponseBase:
        """The form of an entry, new or not."""
        may = self.has_add_permission(request) if entry_id is None else self.has_change_permission(request)
        if not may:
            raise PermissionDenied
        entry = None if entry_id is None else get_object_or_404(PeriodicTask, pk=entry_id)
        form = EntryForm(request.POST or None, instance=entry)
        if request.method == "POST" and form.is_valid():
            with transaction.atomic():
                saved = form.save()
                if entry is None:
                    self.log_addition(request, saved, [{"added": {}}])
                else:
                    self.log_change(request, saved, [{"changed": {"fields": form.changed_data}}])
            messages.success(
                request, _("The entry %(name)s was saved. Beat follows it within seconds.") % {"name": saved.name}
            )
            return HttpResponseRedirect(_list_url())
        context = {
            **self.admin_site.each_context(request),
            "title": _("New entry") if entry is None else entry.name,
            "form": form,
        }
        return TemplateResponse(request, "desk/schedule_entry.html", context)

    def run_now_view(self, request: HttpRequest, entry_id: int) -> HttpResponseBase:
        """Queue the entry's job once, now; its turns stay as they are."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        entry = get_object_or_404(PeriodicTask, pk=entry_id)
        if entry.task not in discover_job_types():
            raise Http404
        if request.method == "POST":
            with transaction.atomic():
                job_id = queue.enqueue(entry.task, json.loads(entry.kwargs or "{}"))
                self.log_change(request, entry, [{"queued": str(job_id)}])
            messages.success(request, _("A job was queued: this one."))
            return HttpResponseRedirect(reverse("admin:jobs_job_change", args=[job_id]))
        text = _("One job of type %(type)s is queued at once with the entry's payload. Its turns stay as they are.")
        question = _("Run %(name)s now?") % {"name": entry.name}
        return self._ask(request, question, text % {"type": entry.task}, _("Run now"))

    def remove_view(self, request: HttpRequest, entry_id: int) -> HttpResponseBase:
        """Remove an entry that somebody has added."""
        entry = get_object_or_404(PeriodicTask, pk=entry_id)
        if not self.has_delete_permission(request, entry):
            raise PermissionDenied
        if entry.name in settings.JOBS_SCHEDULE:
            raise Http404
        if request.method == "POST":
            with transaction.atomic():
                self.log_deletions(request, PeriodicTask.objects.filter(pk=entry_id))
                entry.delete()
            messages.success(request, _("The entry %(name)s was removed.") % {"name": entry.name})
            return HttpResponseRedirect(_list_url())
        question = _("Remove %(name)s?") % {"name": entry.name}
        text = _("It has no further turn. Jobs that it has queued stay.")
        return self._ask(request, question, text, _("Remove"))

    def _ask(self, request: HttpRequest, question: str, consequence: str, label: str) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": question,
            "consequence": consequence,
            "label": label,
            "back": _list_url(),
        }
        return TemplateResponse(request, "desk/confirm.html", context)


def _list_url() -> str:
    return reverse("admin:django_celery_beat_periodictask_changelist")


def _next_turn(schedule: CrontabSchedule, now: datetime) -> datetime:
    """Turns come on the minute; what Celery says is a little less."""
    about: datetime = now + schedule.schedule.remaining_estimate(now) + timedelta(seconds=30)
    return about.replace(second=0, microsecond=0)


def _described(text: str) -> str:
    """What the code says of its own entries in the reader's language, what somebody wrote as it stands."""
    own = text.removeprefix(AWAITED)
    if own not in {description for _line, description in settings.JOBS_SCHEDULE.values()}:
        return text
    return _(own) if own == text else _("Not in use yet: no code here has this job.") + " " + _(own)


def _row(entry: PeriodicTask, now: datetime) -> Row:
    is_cron = entry.crontab is not None
    return Row(
        entry=entry,
        line=line_of(entry.crontab) if is_cron else str(entry.scheduler),
        next_at=_next_turn(entry.crontab, now) if is_cron and entry.enabled else None,
        is_default=entry.name in settings.JOBS_SCHEDULE,
        is_known=entry.task in discover_job_types(),
        description=_described(entry.description),
    )
