"""The operators' view of lists: who keeps how many, and when they changed. What is on them only their members see."""

from typing import Any
from uuid import UUID

from django.contrib.admin import ModelAdmin, display
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caferoam.desk.display import clock_and_ago
from caferoam.desk.job_list import BoundedPaginator
from caferoam.desk.site import desk
from lists.models import ShopList


class ShopListAdmin(ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    """Looked at when a member says that a list is missing. Nobody changes one."""

    list_display = ("changed", "short_id", "by", "shops", "begun")
    list_display_links = None
    list_per_page = 50
    paginator = BoundedPaginator
    show_full_result_count = False
    ordering = ("-updated_at", "-pk")
    sortable_by = ()
    search_fields = ("pk",)  # so that there is a box; what it finds is decided below
    search_help_text = gettext_lazy("The whole id of a list or a member.")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: ShopList | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ShopList | None = None) -> bool:
        return False

    # Any column can be asked for in the address (?name__contains=…), which would find out what is not shown.
    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[ShopList]:
        return ShopList.objects.only("user_id", "created_at", "updated_at").annotate(kept=Count("items"))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ShopList], search_term: str
    ) -> tuple[QuerySet[ShopList], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        try:
            wanted = UUID(term)
        except ValueError:
            return queryset.none(), False
        return queryset.filter(Q(pk=wanted) | Q(user_id=wanted)), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Those that changed last first."""
        return super().changelist_view(request, {"title": _("Lists"), **(extra_context or {})})

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
        url = reverse("admin:accounts_profile_change", args=[shop_list.user_id])
        return format_html('<a href="{}"><code>{}</code></a>', url, str(shop_list.user_id)[:8])

    @display(description=gettext_lazy("Cafés"))
    def shops(self, shop_list: Any) -> int:  # with what get_queryset adds
        count: int = shop_list.kept
        return count

    @display(description=gettext_lazy("Begun"))
    def begun(self, shop_list: ShopList) -> str:
        return clock_and_ago(shop_list.created_at)


desk.register(ShopList, ShopListAdmin)
