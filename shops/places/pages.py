"""The curators' pages of cafés: what their sources say of them, put right, and where they are."""

from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib.admin import ModelAdmin, SimpleListFilter, display
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseNotAllowed, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import linebreaksbr
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caferoam.desk.pages import WatchedAdmin
from caferoam.providers.maps import Point, Where
from caferoam.text.normalize import normalize
from shops.hours.desk import HoursField, week_table
from shops.hours.reading import read_hours
from shops.models import Shop
from shops.models.shop import LATITUDES, LONGITUDES
from shops.places.looking import PRECISIONS, Look, Note, find, look, named_area

_PLACE: Final = ("latitude", "longitude", "location_precision")
_HOURS: Final = "open_minutes"
_LOCKS_OF_PLACE: Final = {"latitude", "longitude"}
_STATES: Final = {
    Shop.Status.LIVE: ("done", gettext_lazy("Visitors see it")),
    Shop.Status.DRAFT: ("later", gettext_lazy("Draft")),
    Shop.Status.CLOSED: ("failed", gettext_lazy("Closed for good")),
}
_SOURCES: Final = {
    Shop.LocationSource.SOURCE: gettext_lazy("its source"),
    Shop.LocationSource.CURATOR: gettext_lazy("a curator"),
    Shop.LocationSource.MAPBOX: "Mapbox",
    Shop.LocationSource.OFFLINE: gettext_lazy("the cafés around"),
}
_NAMES: Final = {
    "name": gettext_lazy("Name"),
    "status": gettext_lazy("State"),
    "address": gettext_lazy("Address"),
    "city": gettext_lazy("City"),
    "district": gettext_lazy("District"),
    "latitude": gettext_lazy("Latitude"),
    "longitude": gettext_lazy("Longitude"),
    "location_precision": gettext_lazy("How exact this is"),
    _HOURS: gettext_lazy("Hours"),
}
_WALKED_TO: Final = {Shop.LocationPrecision.EXACT.value, Shop.LocationPrecision.ADDRESS.value}
_TEXT_MAX_LENGTH: Final = 300


class StateFilter(SimpleListFilter):
    title = gettext_lazy("State")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> Iterable[tuple[str, Any]]:
        return [(status.value, word) for status, (_colour, word) in _STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Shop]) -> QuerySet[Shop]:
        return queryset if self.value() is None else queryset.filter(status=self.value())


class PlaceFilter(SimpleListFilter):
    title = gettext_lazy("Location")
    parameter_name = "place"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> Iterable[tuple[str, Any]]:
        return [(precision.value, word) for precision, word in PRECISIONS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Shop]) -> QuerySet[Shop]:
        return queryset if self.value() is None else queryset.filter(location_precision=self.value())


class ShopForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """What a curator corrects."""

    status = forms.ChoiceField(
        label=_NAMES["status"], choices=[(status.value, word) for status, (_colour, word) in _STATES.items()]
    )
    location_precision = forms.ChoiceField(
        label=_NAMES["location_precision"], choices=[(value.value, word) for value, word in PRECISIONS.items()]
    )
    latitude = forms.FloatField(label=_NAMES["latitude"], min_value=LATITUDES[0], max_value=LATITUDES[1])
    longitude = forms.FloatField(label=_NAMES["longitude"], min_value=LONGITUDES[0], max_value=LONGITUDES[1])
    hours = HoursField()
    locked = forms.MultipleChoiceField(
        label=gettext_lazy("Locked"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "No import writes these. What you change is locked; take the tick away to let go of it."
        ),
    )

    class Meta:
        model = Shop
        fields = ("name", "status", "address", "city", "district", *_PLACE)
        labels = _NAMES
        help_texts = {"city": gettext_lazy("As in 台北市: 台, not 臺."), "district": gettext_lazy("As in 大安區.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("address", "city", "district"):
            if name in self.fields:
                self.fields[name].required = False
        self.fields["hours"].initial = self.instance.open_minutes
        if isinstance(locked := self.fields.get("locked"), forms.MultipleChoiceField):
            # What another page locked is shown by its own name, and stays.
            others = [(name, name) for name in self.instance.locked_fields if name not in _NAMES]
            known = [(name, label) for name, label in _NAMES.items() if name != "location_precision"]
            locked.choices = [*known, *others]
            locked.initial = self.instance.locked_fields

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())

    def clean_city(self) -> str:
        return str(self.cleaned_data["city"]).replace("臺", "台")

    def clean(self) -> dict[str, Any]:
        """No visitor sees a café whose place is not known to be its own."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        precision = cleaned.get("location_precision")
        if cleaned.get("status") == Shop.Status.LIVE and precision and precision not in _WALKED_TO:
            self.add_error("status", _("Visitors are shown metres: say first where it stands, or leave it a draft."))
        return cleaned

    @property
    def written(self) -> set[str]:
        """The columns that change."""
        changed = set(self.changed_data) - {"locked"}
        return {_HOURS if name == "hours" else name for name in changed}

    def locks(self) -> list[str]:
        """What is locked from now on: what was ticked, and what was changed."""
        changed = set(self.written)
        if changed & set(_PLACE):
            changed |= _LOCKS_OF_PLACE
        return sorted((set(self.cleaned_data["locked"]) | changed) - {"location_precision"})


class ShopAdmin(WatchedAdmin):
    """Cafés come from imports. What is corrected here is locked, so that no import undoes it."""

    form = ShopForm
    title = gettext_lazy("Cafés")
    fields = (
        "name",
        "status",
        "address",
        ("city", "district"),
        ("latitude", "longitude"),
        "location_precision",
        "who_says",
        "published_hours",
        "read_hours",
        "hours",
        "locked",
    )
    readonly_fields = ("who_says", "published_hours", "read_hours")
    list_display = ("cafe", "area", "state", "place")
    list_filter = (StateFilter, PlaceFilter)
    ordering = ("name_normalized", "pk")
    search_fields = ("pk",)  # so that there is a box; what it finds is decided below
    search_help_text = gettext_lazy("A part of the café's name or address, or its whole id.")
    change_form_template = "shops/shop_form.html"

    class Media:
        css = {"all": ["shops/place.css"]}
        js = ["shops/place.js"]

    # Any column can be asked for in the address.
    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        return lookup in {StateFilter.parameter_name, PlaceFilter.parameter_name}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Shop], search_term: str
    ) -> tuple[QuerySet[Shop], bool]:
        term = normalize(search_term)
        if not term:
            return queryset, False
        try:
            return queryset.filter(pk=UUID(term)), False
        except ValueError:
            return queryset.filter(name_normalized__contains=term) | queryset.filter(address__contains=term), False

    def get_fields(self, request: HttpRequest, obj: Shop | None = None) -> Any:
        """Who may only look gets no field that is no column: Django would say of each that there is nothing in it."""
        fields = super().get_fields(request, obj)
        if self.has_change_permission(request, obj):
            return fields
        return [field for field in fields if field not in {"hours", "locked"}]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [path("<uuid:shop_id>/place/", view(self.place_view), name="shops_shop_place"), *super().get_urls()]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        """With the drawing of where it is; no vendor is asked for that."""
        shop = kwargs.get("obj")
        if shop is not None:
            context |= self._shown(_saved_look(shop))
            context["may_change"] = self.has_change_permission(request, shop)
            context["place_url"] = reverse("admin:shops_shop_place", args=[shop.pk])
            context["subtitle"] = None
            context["title"] = shop.name
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Shop, form: Any, change: bool) -> None:
        """Writes what was changed and nothing else: jobs and imports write the rest meanwhile."""
        written = form.written
        if written & set(_PLACE):
            obj.location_source = Shop.LocationSource.CURATOR
            written |= {*_PLACE, "location_source"}
        locked_before, obj.locked_fields = set(obj.locked_fields), form.locks()
        if _HOURS in written:
            obj.open_minutes = form.cleaned_data["hours"]
        elif _HOURS in locked_before.difference(obj.locked_fields):
            obj.open_minutes = read_hours(obj.opening_hours_raw)
            written |= {_HOURS}
        obj.save(update_fields=[*sorted(written), "locked_fields"])

    def place_view(self, request: HttpRequest, shop_id: UUID) -> HttpResponseBase:
        """Answers what stands in the form, which is not saved: where the address is, or what is around the point."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        shop = get_object_or_404(Shop, pk=shop_id)
        if not self.has_change_permission(request, shop):
            raise PermissionDenied
        address, city, district = (
            request.POST.get(name, "")[:_TEXT_MAX_LENGTH].strip() for name in ("address", "city", "district")
        )
        if request.POST.get("what") == "find":
            shown = find(Where(address, city, district, shop.mrt), shop)
        else:
            point = Point(_degrees(request, "latitude"), _degrees(request, "longitude"))
            shown = look(point, named_area(address, city, district), shop)
        place = shown.found.place if shown.found else None
        found = place and {
            "latitude": place.point.latitude,
            "longitude": place.point.longitude,
            "precision": place.precision.value,
        }
        return JsonResponse({"found": found, "html": render_to_string("shops/place.html", self._shown(shown))})

    @staticmethod
    def _shown(shown: Look) -> dict[str, object]:
        return {"notes": shown.notes, "drawing": shown.drawing}

    @display(description=gettext_lazy("Name"))
    def cafe(self, shop: Shop) -> str:
        return shop.name

    @display(description=gettext_lazy("Area"))
    def area(self, shop: Shop) -> str:
        return f"{shop.city}{shop.district}" or "–"

    @display(description=gettext_lazy("State"))
    def state(self, shop: Shop) -> SafeString:
        colour, word = _STATES[Shop.Status(shop.status)]
        return format_html('<span class="badge badge-{}">{}</span>', colour, word)

    @display(description=gettext_lazy("Location"))
    def place(self, shop: Shop) -> str:
        return str(PRECISIONS[Shop.LocationPrecision(shop.location_precision)])

    @display(description=gettext_lazy("Who says so"))
    def who_says(self, shop: Shop) -> str:
        return str(_SOURCES[Shop.LocationSource(shop.location_source)])

    @display(description=gettext_lazy("Hours as published"))
    def published_hours(self, shop: Shop) -> SafeString:
        return linebreaksbr(shop.opening_hours_raw or "–")

    @display(description=gettext_lazy("What visitors see"))
    def read_hours(self, shop: Shop) -> str:
        """How the text was read, or what a curator made of it."""
        if shop.open_minutes is not None:
            return week_table(shop.open_minutes)
        if not shop.opening_hours_raw or _HOURS in shop.locked_fields:
            return _("Unknown hours.")
        return _("Unknown hours: what is published could not be read without guessing.")


def _saved_look(shop: Shop) -> Look:
    if shop.location_precision == Shop.LocationPrecision.NONE:
        return Look([Note(_("Where it is, is not known yet."), is_warning=True)])
    point = Point(shop.latitude, shop.longitude)
    return look(point, named_area(shop.address, shop.city, shop.district), shop, asks=False)


def _degrees(request: HttpRequest, name: str) -> float:
    """What was typed; what is no number is nowhere."""
    try:
        return float(request.POST.get(name, "")[:40])
    except ValueError:
        return float("nan")
