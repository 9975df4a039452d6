"""The operators' view of check-ins: who was where, and when. Photos and notes are the member's own: neither is read."""

from typing import Any

from django.contrib.admin import display
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caferoam.desk.display import clock_and_ago
from caferoam.desk.pages import MembersOwnAdmin, member_link
from caferoam.desk.site import desk
from checkins.models import CheckIn


class CheckInAdmin(MembersOwnAdmin):
    """Looked at by whoever asks why a café has so many, or a member says that one is missing. Nobody changes one."""

    title = gettext_lazy("Check-ins")
    list_display = ("when", "cafe", "by", "photos", "has_menu")
    list_display_links = None
    list_select_related = ("shop",)
    search_help_text = gettext_lazy("A part of the café's name, or the whole id of a check-in, a member or a café.")
    id_columns = ("pk", "user_id", "shop_id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CheckIn]:
        return CheckIn.objects.only("user_id", "shop__name", "photo_upload_ids", "menu_upload_id", "created_at")

    def with_words(self, queryset: QuerySet[CheckIn], words: str) -> QuerySet[CheckIn]:
        return queryset.filter(shop__name__icontains=words)

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
        return member_link(check_in.user_id)

    @display(description=gettext_lazy("Photos"))
    def photos(self, check_in: CheckIn) -> int:
        return len(check_in.photo_upload_ids)

    @display(description=gettext_lazy("Menu"))
    def has_menu(self, check_in: CheckIn) -> str:
        return _("yes") if check_in.menu_upload_id else "–"


desk.register(CheckIn, CheckInAdmin)
