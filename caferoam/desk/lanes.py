"""The page about lanes: how much of each job type runs at once and how fast, and pausing it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Q
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from caferoam.desk.pages import WatchedAdmin
from caferoam.jobs import queue
from caferoam.jobs.models import Job, Lane


class LimitsForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """What operators set: an empty rate is none."""

    width = forms.IntegerField(label=gettext_lazy("At once"), min_value=0, max_value=10_000)
    rate_per_minute = forms.IntegerField(
        label=gettext_lazy("A minute"), min_value=1, max_value=1_000_000, required=False
    )
    rate_per_day = forms.IntegerField(label=gettext_lazy("A day"), min_value=1, max_value=100_000_000, required=False)

    class Meta:
        model = Lane
        fields = ("width", "rate_per_minute", "rate_per_day")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.visible_fields():
            field.field.widget.attrs["aria-label"] = f"{self.instance.pk}: {field.label}"


class PauseForm(forms.Form):
    """Why a lane is paused; whoever comes next reads it."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=200,
        widget=forms.TextInput(attrs={"size": 60, "autofocus": True}),
        help_text=gettext_lazy("For whoever finds the lane paused: what is wrong, and who will resume it."),
    )


@dataclass(frozen=True)
class Row:
    """A lane with what is in it; ``form`` for those who may change it."""

    lane: Lane
    due: int
    later: int
    running: int
    is_paused: bool
    form: LimitsForm | None


class LaneAdmin(WatchedAdmin):
    """Lanes come from the code and are never added or removed here."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<path:job_type>/pause/", view(self.pause_view), name="jobs_lane_pause"),
            path("<path:job_type>/resume/", view(self.resume_view), name="jobs_lane_resume"),
            path("", view(self.changelist_view), name="jobs_lane_changelist"),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """All lanes in one table, their limits to be changed in place."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        may_change = self.has_change_permission(request)
        if request.method == "POST" and not may_change:
            raise PermissionDenied
        lanes = list(Lane.objects.order_by("pk"))
        submitted = request.POST if request.method == "POST" else None
        forms_ = [LimitsForm(submitted, instance=lane, prefix=lane.pk) for lane in lanes] if may_change else []
        if submitted is not None and not any(form.errors for form in forms_):
            self._save(request, [form for form in forms_ if form.has_changed()])
            return HttpResponseRedirect(reverse("admin:jobs_lane_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Lanes"),
            "rows": _rows(lanes, {form.prefix or "": form for form in forms_}),
            "may_change": may_change,
            "has_errors": any(form.errors for form in forms_),
        }
        return TemplateResponse(request, "desk/lanes.html", context)

    def _save(self, request: HttpRequest, changed: list[LimitsForm]) -> None:
        with transaction.atomic():
            for form in changed:
                # No other column: relays write in the same row how much of the rate is used up.
                form.instance.save(update_fields=form.changed_data)
                limits = {name: (form.initial[name], form.cleaned_data[name]) for name in form.changed_data}
                self.log_change(request, form.instance, [{"limits": limits}])
            if changed:
                queue.notify("")  # a relay that waits looks again
        text = ngettext("%(n)d lane was changed.", "%(n)d lanes were changed.", len(changed)) % {"n": len(changed)}
        messages.success(request, text + " " + _("It counts from the next claim on.") if changed else _("No change."))

    def pause_view(self, request: HttpRequest, job_type: str) -> HttpResponseBase:
        """Ask for the reason, then let nothing more of this type begin."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        lane = get_object_or_404(Lane, pk=job_type)
        form = PauseForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            reason = f"{form.cleaned_data['reason']} ({request.user.get_username()})"
            with transaction.atomic():
                Lane.objects.filter(pk=job_type).update(paused=True, pause_reason=reason)
                self.log_change(request, lane, [{"paused": reason}])
            messages.success(request, _("The lane %(lane)s is paused. What runs already goes on.") % {"lane": job_type})
            return HttpResponseRedirect(reverse("admin:jobs_lane_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Pause %(lane)s?") % {"lane": job_type},
            "form": form,
        }
        return TemplateResponse(request, "desk/pause_lane.html", context)

    def resume_view(self, request: HttpRequest, job_type: str) -> HttpResponseBase:
        """End a pause, whoever asked for it: an operator or a provider."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_change_permission(request):
            raise PermissionDenied
        lane = get_object_or_404(Lane, pk=job_type)
        with transaction.atomic():
            Lane.objects.filter(pk=job_type).update(paused=False, paused_until=None, pause_reason=None)
            self.log_change(request, lane, [{"resumed": True}])
            queue.notify("")
        messages.success(request, _("The lane %(lane)s goes on.") % {"lane": job_type})
        return HttpResponseRedirect(reverse("admin:jobs_lane_changelist"))


def _rows(lanes: list[Lane], forms_by_type: dict[str, LimitsForm]) -> list[Row]:
    is_due = Q(status="pending", scheduled_at__lte=Now())
    counts = {
        row["job_type"]: (row["due"], row["later"], row["running"])
        for row in Job.objects.filter(Q(status="pending") | Q(status="claimed"))
        .values("job_type")
        .annotate(
            due=Count("pk", filter=is_due),
            later=Count("pk", filter=Q(status="pending") & ~is_due),
            running=Count("pk", filter=Q(status="claimed")),
        )
    }
    now = timezone.now()
    return [
        Row(
            lane,
            *counts.get(lane.pk, (0, 0, 0)),
            is_paused=is_paused(lane, now=now),
            form=forms_by_type.get(lane.pk),
        )
        for lane in lanes
    ]


def is_paused(lane: Lane, *, now: datetime) -> bool:
    """Whether relays pass this lane by."""
    return lane.paused or (lane.paused_until is not None and lane.paused_until > now)
