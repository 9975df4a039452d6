"""The curators' pages of menus: what photos were read to say, odd prices first, and how to put it right."""

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import ModelAdmin, SimpleListFilter, action, display
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction
from django.db.models import Case, Q, QuerySet, Value, When
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils.csp import CSP
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.csp import csp_override

from accounts.models import Upload
from caferoam.database.errors import violated_constraint
from caferoam.desk.acts import tell
from caferoam.desk.display import ago, number
from caferoam.desk.pages import TableAdmin
from caferoam.providers.errors import ProviderRefused, ProviderUnavailable
from caferoam.providers.storage import service_storage
from enrichment.menu_merging import TWO_PRICES, UNUSUAL
from shops.models import MenuItem
from shops.models.menu import PRICE_MAX_TWD

logger = logging.getLogger("enrichment")

PHOTO_SHOWN_FOR: Final = timedelta(minutes=5)
_ONCE: Final = "menu_items_once"
_REASONS: Final = {
    TWO_PRICES: gettext_lazy("The photo shows two prices for it."),
    UNUSUAL: gettext_lazy("An unusual price for a café."),
}


class ReviewFilter(SimpleListFilter):
    title = gettext_lazy("To be looked at")
    parameter_name = "odd"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> Iterable[tuple[str, Any]]:
        return [("yes", gettext_lazy("Odd prices")), ("no", gettext_lazy("The others"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[MenuItem]) -> QuerySet[MenuItem]:
        match self.value():
            case None:
                return queryset
            case "yes":
                return queryset.exclude(needs_review="")
            case "no":
                return queryset.filter(needs_review="")
        return queryset.none()


class SourceFilter(SimpleListFilter):
    title = gettext_lazy("Source")
    parameter_name = "source"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> Iterable[tuple[str, Any]]:
        return [(MenuItem.Source.MENU_PHOTO, gettext_lazy("Photo")), (MenuItem.Source.CURATOR, gettext_lazy("Curator"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[MenuItem]) -> QuerySet[MenuItem]:
        value = self.value()
        return queryset if value is None else queryset.filter(source=value)


class MenuItemForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """What a curator corrects."""

    price_twd = forms.IntegerField(
        label=gettext_lazy("Price, NT$"),
        required=False,
        min_value=0,
        max_value=PRICE_MAX_TWD,
        help_text=gettext_lazy("Whole dollars; empty where the menu names none."),
    )

    class Meta:
        model = MenuItem
        fields = ("name", "price_twd", "category")
        labels = {"name": gettext_lazy("Name"), "category": gettext_lazy("Category")}

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())


class MenuItemAdmin(TableAdmin):
    """What is changed here is a curator's from then on, and no photo changes it again."""

    form = MenuItemForm
    fields = ("name", "price_twd", "category")
    title = gettext_lazy("Menus")
    list_display = ("item_name", "shop_name", "price", "group", "provenance", "odd", "changed")
    list_display_links = ("item_name",)
    list_filter = (ReviewFilter, SourceFilter)
    list_select_related = ("shop",)
    search_fields = ("pk",)  # so that there is a box; what it finds is decided below
    search_help_text = gettext_lazy("A part of the name of an item or of its café, or the café's whole id.")
    actions = ("price_is_right",)
    change_list_template = "enrichment/menu_list.html"
    change_form_template = "enrichment/menu_item.html"

    class Media:
        css = {"all": ["enrichment/menus.css"]}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    # Any column can be asked for in the address, also those of what an item hangs on.
    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup in {"odd", "source"}

    def get_actions(  # type: ignore[override]  # the stubs are of Django 6.1, where it has one more parameter
        self, request: HttpRequest
    ) -> dict[str, tuple[Any, str, Any]]:
        actions: dict[str, tuple[Any, str, Any]] = dict(super().get_actions(request))  # type: ignore[arg-type]  # likewise
        if "delete_selected" in actions:  # Django's own: it asks, and notes what is gone
            function, name, _description = actions["delete_selected"]
            actions[name] = (function, name, _("Remove …"))
        return actions

    def get_queryset(self, request: HttpRequest) -> QuerySet[MenuItem]:
        return MenuItem.objects.annotate(
            is_fine=Case(When(needs_review="", then=Value(True)), default=Value(False))
        ).order_by("is_fine", "-updated_at", "pk")

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Odd ones first, then the newest."""
        return ("is_fine", "-updated_at", "pk")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[MenuItem], search_term: str
    ) -> tuple[QuerySet[MenuItem], bool]:
        term = search_term.strip()
        if not term:
            return queryset, False
        try:
            return queryset.filter(shop_id=UUID(term)), False
        except ValueError:
            return queryset.filter(Q(name__icontains=term) | Q(shop__name__icontains=term)), False

    def get_urls(self) -> list[URLPattern]:
        urls = super().get_urls()
        for url in urls:
            if url.name == "shops_menuitem_change":
                url.callback = csp_override(_policy_with_photos())(url.callback)
        return urls

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The form, beside the photo that the item was read from."""
        item = self.get_object(request, object_id or "")
        more: dict[str, Any] = {"title": item.name, "item": item, "reason": reason(item)} if item else {}
        if item and request.method == "GET":
            more |= photo_of(item)
        try:
            with transaction.atomic():
                return super().changeform_view(request, object_id, form_url, {**more, **(extra_context or {})})
        except IntegrityError as exc:
            if violated_constraint(exc) != _ONCE:
                raise
            messages.error(request, _("This café has an item of that name already. Nothing was changed."))
            return HttpResponseRedirect(request.path)

    def save_model(self, request: HttpRequest, obj: MenuItem, form: Any, change: bool) -> None:
        obj.source = MenuItem.Source.CURATOR
        obj.needs_review = ""
        MenuItem.objects.filter(pk=obj.pk).update(
            name=obj.name,
            price_twd=obj.price_twd,
            category=obj.category,
            source=obj.source,
            needs_review="",
            updated_at=Now(),
        )

    @display(description=gettext_lazy("Name"))
    def item_name(self, item: MenuItem) -> str:
        return item.name

    @display(description=gettext_lazy("Category"))
    def group(self, item: MenuItem) -> str:
        return item.category or "–"

    @display(description=gettext_lazy("Café"))
    def shop_name(self, item: MenuItem) -> SafeString:
        url = f"{reverse('admin:shops_menuitem_changelist')}?q={item.shop_id}"
        return format_html('<a href="{}">{}</a>', url, item.shop.name)

    @display(description=gettext_lazy("Price, NT$"))
    def price(self, item: MenuItem) -> str:
        return "–" if item.price_twd is None else number(item.price_twd)

    @display(description=gettext_lazy("Source"))
    def provenance(self, item: MenuItem) -> SafeString:
        if item.source == MenuItem.Source.CURATOR:
            return format_html('<span class="badge badge-done">{}</span>', _("Curator"))
        if item.source_upload_id is None:
            return format_html('<span class="badge badge-later">{}</span>', _("Photo"))
        url = reverse("admin:accounts_upload_change", args=[item.source_upload_id])
        return format_html(
            '<span class="badge badge-later">{}</span> <a href="{}"><code>{}</code></a>',
            _("Photo"),
            url,
            str(item.source_upload_id)[:8],
        )

    @display(description=gettext_lazy("To be looked at"))
    def odd(self, item: MenuItem) -> str:
        return format_html('<span class="badge badge-failed">{}</span>', reason(item)) if item.needs_review else "–"

    @display(description=gettext_lazy("Changed"))
    def changed(self, item: MenuItem) -> str:
        return ago(item.updated_at)

    @action(description=gettext_lazy("The price is right"), permissions=["change"])
    def price_is_right(self, request: HttpRequest, queryset: QuerySet[MenuItem]) -> None:
        """Look no further at these, for as long as no photo names another price."""
        with transaction.atomic():
            odd = list(queryset.exclude(needs_review="").select_for_update(of=("self",)))
            MenuItem.objects.filter(pk__in=[item.pk for item in odd]).update(needs_review="")
            for item in odd:
                self.log_change(request, item, [{"price_passed": item.price_twd}])
        told = ngettext("Passed %(count)s price.", "Passed %(count)s prices.", len(odd))
        messages.success(request, told % {"count": number(len(odd))})


def reason(item: MenuItem) -> str:
    """Why a curator should look at it, in words; '' if there is no reason."""
    known = _REASONS.get(item.needs_review)
    if known is not None:
        return str(known)
    was = item.needs_review.removeprefix("was ")
    if was != item.needs_review and was.isdecimal():
        return _("It was NT$ %(price)s before.") % {"price": number(int(was))}
    return item.needs_review


def photo_of(item: MenuItem) -> dict[str, Any]:
    """``photo_url``, which lasts a few minutes, or ``no_photo``, which says why there is none.

    Only photos of menus are ever shown; those of check-ins are their members' own.
    """
    if item.source_upload_id is None:
        return {"no_photo": _("It was read from no photo.")}
    menus = Upload.objects.filter(purpose=Upload.Purpose.MENU_PHOTO, status=Upload.Status.READY)
    upload = menus.filter(pk=item.source_upload_id).first()
    if upload is None:
        return {"no_photo": _("Its photo is gone.")}
    bucket, path = upload.photo_bucket or "", upload.photo_path or ""
    try:
        signed = service_storage().sign_reads(bucket, [path], ttl=PHOTO_SHOWN_FOR)
    except ImproperlyConfigured:
        return {"no_photo": _("The admin holds no key to photos: SUPABASE_SECRET_KEY is not set for it.")}
    except (ProviderUnavailable, ProviderRefused) as exc:
        logger.warning("menu photo %s cannot be shown: %s", upload.pk, exc)
        return {"no_photo": _("The storage of photos does not answer. Try again in a while.")}
    url = signed.get(path)
    return {"photo_url": url} if url else {"no_photo": _("Its photo is gone.")}


def _policy_with_photos() -> dict[str, list[str]]:
    """As everywhere in the admin, and pictures from the storage."""
    storage = urlsplit(settings.SUPABASE_URL)
    return {
        "default-src": [CSP.SELF],
        "img-src": [CSP.SELF, f"{storage.scheme}://{storage.netloc}"],
        "object-src": [CSP.NONE],
        "base-uri": [CSP.NONE],
        "form-action": [CSP.SELF],
        "frame-ancestors": [CSP.NONE],
    }


tell(
    "price_passed", lambda price: _("Passed the price: %(price)s") % {"price": "–" if price is None else number(price)}
)
