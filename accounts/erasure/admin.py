"""The operators' pages about members who leave: who, how far it has come, what holds it up, and a way to hasten it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.admin import ModelAdmin, SimpleListFilter, display
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.erasure.operators import jobs_of, purge_now
from accounts.erasure.steps import STEPS
from accounts.models import AccountDeletion
from caferoam.desk.acts import tell
from caferoam.desk.display import ago, number, one_line
from caferoam.desk.pages import WatchedAdmin

_OPEN: Final = Q(cancelled_at=None, purged_at=None)
# Name, colour, word and which rows they are.
_STATES: Final = {
    "waiting": ("later", gettext_lazy("Can be taken back"), _OPEN & Q(step="", last_error="", purge_after__gt=Now())),
    "held_up": ("failed", gettext_lazy("Held up"), _OPEN & ~Q(last_error="")),
    "at_work": ("running", gettext_lazy("Being erased"), _OPEN & Q(last_error="") & ~Q(step="")),
    "due": ("due", gettext_lazy("Due"), _OPEN & Q(step="", last_error="", purge_after__lte=Now())),
    "erased": ("done", gettext_lazy("Erased"), Q(purged_at__isnull=False)),
    "taken_back": ("open", gettext_lazy("Taken back"), Q(cancelled_at__isnull=False)),
}
_STEPS: Final = {
    "begin": gettext_lazy("Begin: the account is closed, its jobs are cancelled"),
    "objects": gettext_lazy("Files in all buckets"),
    "rows": gettext_lazy("Rows in all tables"),
    "provider_records": gettext_lazy("Records of other services"),
    "auth_user": gettext_lazy("The sign-in"),
    "verify": gettext_lazy("Look whether anything is left"),
    "close": gettext_lazy("Close: what is left is this record"),
}


class StateFilter(SimpleListFilter):
    title = gettext_lazy("State")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> Iterable[tuple[str, Any]]:
        return [(name, word) for name, (_colour, word, _rows) in _STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value is None:
            return queryset
        return queryset.filter(_STATES[value][2]) if value in _STATES else queryset.none()


class DeletionAdmin(WatchedAdmin):
    """Deletions are looked at here, and hastened. Members ask for them, and workers fulfil them."""

    title = gettext_lazy("Members who leave")
    list_display = ("asked", "member", "by", "state", "due", "step_done", "deleted", "tries", "error")
    list_display_links = ("asked",)
    list_filter = (StateFilter,)
    ordering = ("-requested_at", "-pk")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [  # in place of Django's own, which would offer forms
            path("<uuid:deletion_id>/change/", view(self.deletion_view), name="accounts_accountdeletion_change"),
            path("<uuid:deletion_id>/purge/", view(self.purge_view), name="accounts_accountdeletion_purge"),
            path("", view(self.changelist_view), name="accounts_accountdeletion_changelist"),
        ]

    @display(description=gettext_lazy("Asked for"))
    def asked(self, deletion: AccountDeletion) -> str:
        return ago(deletion.requested_at)

    @display(description=gettext_lazy("Member"))
    def member(self, deletion: AccountDeletion) -> SafeString:
        return format_html("<code>{}</code>", str(deletion.user_id or "–")[:8])

    @display(description=gettext_lazy("By"))
    def by(self, deletion: AccountDeletion) -> str:
        return deletion.requested_by

    @display(description=gettext_lazy("State"))
    def state(self, deletion: AccountDeletion) -> SafeString:
        return state_badge(deletion, timezone.now())

    @display(description=gettext_lazy("Date of the deletion"))
    def due(self, deletion: AccountDeletion) -> str:
        return ago(deletion.purged_at or deletion.purge_after)

    @display(description=gettext_lazy("Last step done"))
    def step_done(self, deletion: AccountDeletion) -> str:
        return deletion.step or "–"

    @display(description=gettext_lazy("Deleted"))
    def deleted(self, deletion: AccountDeletion) -> str:
        return number(sum(deletion.counts.values())) if deletion.counts else "–"

    @display(description=gettext_lazy("Attempts"))
    def tries(self, deletion: AccountDeletion) -> int:
        return deletion.attempts

    @display(description=gettext_lazy("Last error"))
    def error(self, deletion: AccountDeletion) -> str:
        return one_line(deletion.last_error) or "–"

    def deletion_view(self, request: HttpRequest, deletion_id: UUID) -> HttpResponseBase:
        """How far one deletion has come, and what has gone."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET", "HEAD"])
        if not self.has_view_permission(request):
            raise PermissionDenied
        deletion = get_object_or_404(AccountDeletion, pk=deletion_id)
        names = [step.name for step in STEPS]
        done = names.index(deletion.step) + 1 if deletion.step else 0
        context = {
            **self.admin_site.each_context(request),
            "title": _("Deletion %(id)s") % {"id": str(deletion_id)[:8]},
            "deletion": deletion,
            "state": state_badge(deletion, timezone.now()),
            "steps": [(_STEPS[name], place < done) for place, name in enumerate(names)],
            "counts": sorted(deletion.counts.items()),
            "job": jobs_of(deletion).order_by("-created_at").first() if deletion.user_id else None,
            "may_purge": self.has_change_permission(request) and _is_open(deletion),
        }
        return TemplateResponse(request, "accounts/deletion.html", context)

    def purge_view(self, request: HttpRequest, deletion_id: UUID) -> HttpResponseBase:
        """Ask, then let the deletion be fulfilled at once."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        deletion = get_object_or_404(AccountDeletion, pk=deletion_id)
        back = reverse("admin:accounts_accountdeletion_change", args=[deletion_id])
        if request.method == "POST":
            with transaction.atomic():
                hastened = purge_now(AccountDeletion.objects.filter(pk=deletion_id), by=request.user.get_username())
                if hastened:
                    self.log_change(request, deletion, [{"erasure_hastened": True}])
            if hastened:
                messages.success(request, _("A worker erases the member now."))
            else:
                messages.warning(request, _("This deletion is done, or was taken back. Nothing was changed."))
            return HttpResponseRedirect(back)
        if not _is_open(deletion):
            messages.warning(request, _("This deletion is done, or was taken back. Nothing was changed."))
            return HttpResponseRedirect(back)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Erase this member now?"),
            "consequence": _(
                "All that is kept of them is deleted for good, without the days in which they could take it back."
                " Nobody can undo this."
            ),
            "label": _("Erase now"),
            "back": back,
        }
        return TemplateResponse(request, "desk/confirm.html", context)


def state_badge(deletion: AccountDeletion, now: datetime) -> SafeString:
    """How a deletion stands, as a word in a colour."""
    colour, word, _rows = _STATES[_state(deletion, now)]
    return format_html('<span class="badge badge-{}">{}</span>', colour, word)


def _state(deletion: AccountDeletion, now: datetime) -> str:
    if not _is_open(deletion):
        return "erased" if deletion.purged_at else "taken_back"
    if deletion.last_error:
        return "held_up"
    if deletion.step:
        return "at_work"
    return "waiting" if deletion.purge_after > now else "due"


def _is_open(deletion: AccountDeletion) -> bool:
    return deletion.cancelled_at is None and deletion.purged_at is None


tell("erasure_hastened", lambda _noted: _("Erased without waiting for the date"))
