"""The operators' view of uploads: what became of them and why. The photos are their members' own: none is shown."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django.contrib.admin import ModelAdmin, SimpleListFilter, display
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Upload
from accounts.uploads.refusals import Reason
from caferoam.desk.display import clock_and_ago, number
from caferoam.desk.pages import MembersOwnAdmin, member_link
from caferoam.jobs.models import Job

_STATUSES: Final = {
    Upload.Status.PENDING: ("open", gettext_lazy("Waits to be used")),
    Upload.Status.CLAIMED: ("running", gettext_lazy("Used, not yet looked at")),
    Upload.Status.READY: ("done", gettext_lazy("Ready")),
    Upload.Status.REFUSED: ("failed", gettext_lazy("Refused")),
    Upload.Status.DISCARDED: ("later", gettext_lazy("About to be deleted")),
}
_PURPOSES: Final = {
    Upload.Purpose.CHECKIN_PHOTO: gettext_lazy("Check-in"),
    Upload.Purpose.MENU_PHOTO: gettext_lazy("Menu"),
    Upload.Purpose.AVATAR: gettext_lazy("Profile picture"),
}


class _ChoiceFilter(SimpleListFilter):
    """By one column whose values are known; any other value finds nothing."""

    parameter_name: str
    values: Iterable[tuple[str, Any]]

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> Iterable[tuple[str, Any]]:
        return self.values

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset if value is None else queryset.filter(**{self.parameter_name: value})


class StatusFilter(_ChoiceFilter):
    title = gettext_lazy("State")
    parameter_name = "status"
    values = [(status.value, word) for status, (_colour, word) in _STATUSES.items()]


class PurposeFilter(_ChoiceFilter):
    title = gettext_lazy("For")
    parameter_name = "purpose"
    values = [(purpose.value, word) for purpose, word in _PURPOSES.items()]


class ReasonFilter(_ChoiceFilter):
    title = gettext_lazy("Reason")
    parameter_name = "refusal"
    values = [(reason.value, reason.value) for reason in Reason]


class UploadAdmin(MembersOwnAdmin):
    """Looked at by whoever asks why a photo was refused, or has not come yet. Nobody changes one."""

    title = gettext_lazy("Uploads")
    list_display = ("when", "by", "purpose_word", "state", "reason", "size")
    list_display_links = ("when",)
    list_filter = (StatusFilter, PurposeFilter, ReasonFilter)
    search_help_text = gettext_lazy("The whole id of an upload or a member.")
    lookups = frozenset({"status", "purpose", "refusal"})

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [  # in place of Django's own, which would offer forms
            path("<uuid:upload_id>/change/", view(self.upload_view), name="accounts_upload_change"),
            path("", view(self.changelist_view), name="accounts_upload_changelist"),
        ]

    @display(description=gettext_lazy("When"))
    def when(self, upload: Upload) -> str:
        return clock_and_ago(upload.created_at)

    @display(description=gettext_lazy("Member"))
    def by(self, upload: Upload) -> SafeString:
        return member_link(upload.user_id)

    @display(description=gettext_lazy("For"))
    def purpose_word(self, upload: Upload) -> Any:
        return _PURPOSES[Upload.Purpose(upload.purpose)]

    @display(description=gettext_lazy("State"))
    def state(self, upload: Upload) -> SafeString:
        return status_badge(upload)

    @display(description=gettext_lazy("Reason"))
    def reason(self, upload: Upload) -> str:
        return upload.refusal or "–"

    @display(description=gettext_lazy("Bytes announced"))
    def size(self, upload: Upload) -> str:
        return number(upload.bytes)

    def upload_view(self, request: HttpRequest, upload_id: UUID) -> HttpResponseBase:
        """What is known of one upload, and the jobs that work on it."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        if not self.has_view_permission(request):
            raise PermissionDenied
        upload = get_object_or_404(Upload, pk=upload_id)
        jobs = Job.objects.filter(payload__user_id=str(upload.user_id), payload__upload_id=str(upload_id))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Upload %(id)s") % {"id": str(upload_id)[:8]},
            "upload": upload,
            "purpose": _PURPOSES[Upload.Purpose(upload.purpose)],
            "state": status_badge(upload),
            "reason": Reason(upload.refusal).message if upload.refusal else "",
            "jobs": jobs.order_by("created_at", "pk") if request.user.has_perm("jobs.view_job") else [],
        }
        return TemplateResponse(request, "accounts/upload.html", context)


def status_badge(upload: Upload) -> SafeString:
    """How an upload stands, as a word in a colour."""
    colour, word = _STATUSES[Upload.Status(upload.status)]
    return format_html('<span class="badge badge-{}">{}</span>', colour, word)
