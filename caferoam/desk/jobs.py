"""The pages about jobs: a list to find them, one page for each, and what can be done to them from there."""

from functools import partial
from typing import Any
from urllib.parse import unquote_plus
from uuid import UUID

from django.contrib.admin import helpers
from django.contrib.admin.views.main import PAGE_VAR, SEARCH_VAR, ChangeList
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from caferoam.desk import job_page
from caferoam.desk.job_list import AgeFilter, JobChangeList, StatusFilter, TypeFilter, search
from caferoam.desk.pages import WatchedAdmin
from caferoam.desk.steps import STEPS, Step, Target, ask_or_do, steps_for
from caferoam.desk.words import Condition
from caferoam.jobs.models import Job, JobEvent, JobStart


class JobAdmin(WatchedAdmin):
    """Jobs are looked at and pushed along here, but written by the queue alone: there is no form for one."""

    list_filter = (StatusFilter, TypeFilter, AgeFilter)
    change_list_template = "desk/job_list.html"

    def get_urls(self) -> list[URLPattern]:
        return [  # in place of Django's own, which would offer forms
            path("<uuid:job_id>/change/", self.admin_site.admin_view(self.job_view), name="jobs_job_change"),
            path("<uuid:job_id>/step/", self.admin_site.admin_view(self.job_step_view), name="jobs_job_step"),
            path(
                "<uuid:job_id>/traceback/<int:event_id>/",
                self.admin_site.admin_view(self.traceback_view),
                name="jobs_job_traceback",
            ),
            path("", self.admin_site.admin_view(self.changelist_view), name="jobs_job_changelist"),
        ]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return JobChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Job], search_term: str
    ) -> tuple[QuerySet[Job], bool]:
        return search(queryset, search_term), False

    def get_actions(  # type: ignore[override]  # the stubs are of Django 6.1, where it has one more parameter
        self, request: HttpRequest
    ) -> dict[str, tuple[Any, str, Any]]:
        """The steps, for those who may change jobs."""
        if not self.has_change_permission(request):
            return {}
        return {step.name: (partial(_do_step, step=step), step.name, step.label_for_many) for step in STEPS.values()}

    def get_action_choices(  # type: ignore[override]  # likewise
        self, request: HttpRequest, default_choices: list[tuple[str, str]] | None = None
    ) -> list[tuple[str, str]]:
        return super().get_action_choices(request, [("", _("Choose what to do"))])

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The jobs that match, newest first. A POST is a step for those ticked, or for all that match."""
        if request.method == "POST":
            if not self.has_change_permission(request):
                raise PermissionDenied
            _require_uuids(request.POST.getlist(helpers.ACTION_CHECKBOX_NAME))
        response = super().changelist_view(request, {"title": _("Jobs"), **(extra_context or {})})
        if isinstance(response, TemplateResponse) and response.context_data and "cl" in response.context_data:
            response.context_data |= _list_context(response.context_data["cl"])
        return response

    def job_view(self, request: HttpRequest, job_id: UUID) -> HttpResponseBase:
        """All that is known of one job."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        if not self.has_view_permission(request):
            raise PermissionDenied
        story = job_page.read(get_object_or_404(Job, pk=job_id))
        context = {
            **self.admin_site.each_context(request),
            "title": f"{story.job.job_type} {str(job_id)[:8]}",
            "story": story,
            "steps": steps_for(story.condition) if self.has_change_permission(request) else (),
        }
        return TemplateResponse(request, "desk/job.html", context)

    def job_step_view(self, request: HttpRequest, job_id: UUID) -> HttpResponseBase:
        """A step for one job."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        if not self.has_change_permission(request):
            raise PermissionDenied
        step = STEPS.get(request.POST.get("step", ""))
        if step is None:
            raise Http404
        back = reverse("admin:jobs_job_change", args=[job_id])
        target = Target(Job.objects.filter(pk=job_id), [("step", step.name)], back, only=job_id)
        return ask_or_do(request, self.admin_site, step, target)

    def traceback_view(self, request: HttpRequest, job_id: UUID, event_id: int) -> HttpResponseBase:
        """Where in the code an attempt failed."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        event = get_object_or_404(JobEvent.objects.select_related("job"), pk=event_id, job=job_id)
        if event.traceback is None:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": _("Traceback of attempt %(number)d") % {"number": event.attempt},
            "event": event,
        }
        return TemplateResponse(request, "desk/traceback.html", context)


def _do_step(model_admin: JobAdmin, request: HttpRequest, jobs: QuerySet[Job], *, step: Step) -> HttpResponseBase:
    """A step as an action of the list; ``jobs`` are those ticked, or all that match."""
    everything = request.POST.get("select_across") == "1"
    fields = [
        ("action", step.name),
        ("select_across", "1" if everything else "0"),
        *((helpers.ACTION_CHECKBOX_NAME, ticked) for ticked in request.POST.getlist(helpers.ACTION_CHECKBOX_NAME)),
    ]
    told = unquote_plus(request.META["QUERY_STRING"]) if everything else ""
    target = Target(jobs, fields, back=request.get_full_path(), open_ended=everything, told=told)
    return ask_or_do(request, model_admin.admin_site, step, target)


def _list_context(change_list: ChangeList) -> dict[str, Any]:
    now = timezone.now()
    is_started = Exists(JobStart.objects.filter(job_id=OuterRef("pk"), attempt=OuterRef("attempts")))
    jobs = change_list.result_list.annotate(is_started=is_started)
    page = change_list.paginator.get_page(change_list.page_num)
    return {
        "page": page,
        "newer": change_list.get_query_string({PAGE_VAR: change_list.page_num - 1}),
        "older": change_list.get_query_string({PAGE_VAR: change_list.page_num + 1}),
        "rows": [(job, Condition.of_job(job, started=job.is_started, now=now)) for job in jobs],
        "filters": [(spec.title, list(spec.choices(change_list))) for spec in change_list.filter_specs],
        "other_parameters": [(name, value) for name, value in change_list.params.items() if name != SEARCH_VAR],
    }


def _require_uuids(texts: list[str]) -> None:
    for text in texts:
        try:
            UUID(text)
        except ValueError as exc:
            raise BadRequest("A job's id is a UUID.") from exc
