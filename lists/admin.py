"""The operators' view of lists: who keeps how many, and when they changed. What is on them only their members see."""

from typing import Any

from django.contrib.admin import display
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from caferoam.desk.display import clock_and_ago
from caferoam.desk.pages import MembersOwnAdmin, member_link
from caferoam.desk.site import desk
from lists.models import ShopList


class ShopListAdmin(MembersOwnAdmin):
    """Looked at when a member says that a list is missing. Nobody changes one."""

    title = gettext_lazy("Lists")
    list_display = ("changed", "short_id", "by", "shops", "begun")
    list_display_links = None
    ordering = ("-updated_at", "-pk")
    search_help_text = gettext_lazy("The whole id of a list or a member.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ShopList]:
        return ShopList.objects.only("user_id", "created_at", "updated_at").annotate(kept=Count("items"))

    # What Django would show of a single one has its name in it.
    def get_urls(self) -> list[Any]:
        return [url for url in super().get_urls() if url.name == "lists_shoplist_changelist"]

    @display(description=gettext_lazy("Changed"))
    def changed(self, shop_list: ShopList) -> str:
        return clock_and_ago(shop_list.updated_at)

    @display(description=gettext_lazy("Id"))
    def short_id(self, shop_list: ShopList) -> SafeString:
        return format_html("<code>{}</code>", str(shop_list.pk)[:8])

    @display(description=gettext_lazy("Member"))
    def by(self, shop_list: ShopList) -> SafeString:
        return member_link(shop_list.user_id)

    @display(description=gettext_lazy("Cafés"))
    def shops(self, shop_list: Any) -> int:  # with what get_queryset adds
        count: int = shop_list.kept
        return count

    @display(description=gettext_lazy("Begun"))
    def begun(self, shop_list: ShopList) -> str:
        return clock_and_ago(shop_list.created_at)


desk.register(ShopList, ShopListAdmin)
