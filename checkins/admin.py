"""The operators' view of check-ins: who was where, and when. Photos and notes are the member's own: neither is read."""

from typing import Any
from uuid import UUID

from django.contrib.admin import ModelAdmin, display
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caferoam.desk.display import clock_and_ago
from caferoam.desk.job_list import BoundedPaginator
from caferoam.desk.site import desk
from checkins.models import CheckIn


class CheckInAdmin(ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    """Looked at by whoever asks why a café has so many, or a member says that one is missing. Nobody changes one."""

    list_display = ("when", "cafe", "by", "photos", "has_menu")
    list_display_links = None
    list_select_related = ("shop",)
    list_per_page = 50
    paginator = BoundedPaginator
    show_full_result_count = False
    ordering = ("-created_at", "-pk")
    sortable_by = ()
    search_fields = ("pk",)  # so that there is a box; what it finds is decided below
    search_help_text = gettext_lazy("A part of the café's name, or the whole id of a check-in, a member or a café.")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: CheckIn | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: CheckIn | None = None) -> bool:
        return False

    # Any column can be asked for in the address (?note__contains=…), which would find out what is not shown.
    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[CheckIn]:
        return CheckIn.objects.only("user_id", "shop__name", "photo_upload_ids", "menu_upload_id", "created_at")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[CheckIn], search_term: str
    ) -> tuple[QuerySet[CheckIn], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        try:
            wanted = UUID(term)
        except ValueError:
            return queryset.filter(shop__name__icontains=term), False
        return queryset.filter(Q(pk=wanted) | Q(user_id=wanted) | Q(shop_id=wanted)), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The newest first."""
        return super().changelist_view(request, {"title": _("Check-ins"), **(extra_context or {})})

    # What Django would show of a single one has the note in it.
    def get_urls(self) -> list[Any]:
        return [url for url in super().get_urls() if url.name == "checkins_checkin_changelist"]

    @display(description=gettext_lazy("When"))
    def when(self, check_in: CheckIn) -> str:
        return clock_and_ago(check_in.created_at)

    @display(description=gettext_lazy("Café"))
    def cafe(self, check_in: CheckIn) -> str:
        return check_in.shop.name

    @display(description=gettext_lazy("Member"))
    def by(self, check_in: CheckIn) -> SafeString:
        url = reverse("admin:accounts_profile_change", args=[check_in.user_id])
        return format_html('<a href="{}"><code>{}</code></a>', url, str(check_in.user_id)[:8])

    @display(description=gettext_lazy("Photos"))
    def photos(self, check_in: CheckIn) -> int:
        return len(check_in.photo_upload_ids)

    @display(description=gettext_lazy("Menu"))
    def has_menu(self, check_in: CheckIn) -> str:
        return _("yes") if check_in.menu_upload_id else "–"


desk.register(CheckIn, CheckInAdmin)
