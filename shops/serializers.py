"""The shapes of the answers, as the API describes them. Answers are plain data; a test holds them to these shapes."""

from rest_framework import serializers

from caferoam.api.params import FlagField
from caferoam.text.normalize import normalize
from shops.directory import ORDERS
from shops.filters import MODES, FilterParams
from shops.models import MenuItem, ShopTag, TaxonomyTag
from shops.search.statement import PARTS

TEXT_MAX_LENGTH = 500


class ShopListParams(FilterParams):
    """GET /shops."""

    order = serializers.ChoiceField(
        choices=ORDERS,
        required=False,
        help_text="name if not given, or distance where `near` is; distance needs `near`.",
    )
    limit = serializers.IntegerField(required=False, default=20, min_value=1, max_value=100)
    facets = FlagField(
        required=False, default=False, help_text="Count, too, how many shops each further choice would leave."
    )

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        """Choose the order that was not given."""
        attrs = super().validate(attrs)
        if attrs.get("order") == "distance" and "near" not in attrs:
            raise serializers.ValidationError({"order": ["Ordering by distance needs `near`."]})
        attrs.setdefault("order", "distance" if "near" in attrs else "name")
        return attrs


class SearchParams(FilterParams):
    """GET /search."""

    text = serializers.CharField(
        trim_whitespace=False,  # spans in the answer count in the text as it was sent
        help_text=f"What one wants, in Chinese or English; 1 to {TEXT_MAX_LENGTH} characters once cleaned.",
    )
    areas = serializers.ChoiceField(
        choices=("filter", "ignore"),
        default="filter",
        help_text="Whether cities and districts named in `text` filter. `city` and `district` outrank them.",
    )
    times = serializers.ChoiceField(
        choices=("filter", "ignore"),
        default="filter",
        help_text='Whether a moment named in `text` filters, as 現在, 週日早上 or "open late" do: only cafés that are'
        " open then, and those that are called so. `open_now` and `open_at` outrank it.",
    )
    modes = serializers.ChoiceField(
        choices=("count", "ignore"),
        default="count",
        help_text="Whether the mode that `text` suggests counts: cafés that suit it rank higher, and none is left out."
        " `mode` outranks it.",
    )
    limit = serializers.IntegerField(required=False, default=20, min_value=1, max_value=50)

    def validate_text(self, value: str) -> str:
        """Something must be left of it, and not too much."""
        length = len(normalize(value))
        if not length:
            raise serializers.ValidationError("This holds nothing that can be read.")
        if length > TEXT_MAX_LENGTH:
            raise serializers.ValidationError(f"This is longer than {TEXT_MAX_LENGTH} characters.")
        return value


class _Shape(serializers.Serializer[None]):
    pass  # a docstring here would describe every shape


class TagLabelSerializer(_Shape):
    id = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment] # the wire's own name, which Field uses too
    label_zh = serializers.CharField()


class ShopTagSerializer(TagLabelSerializer):
    dimension = serializers.ChoiceField(choices=TaxonomyTag.Dimension.values)
    confidence = serializers.FloatField(help_text="0 to 1")


class EvidenceSerializer(_Shape):
    quote = serializers.CharField(help_text="Words of the source.")
    field = serializers.CharField(allow_null=True, help_text="Where they stand.")


class EvidentShopTagSerializer(ShopTagSerializer):
    source = serializers.ChoiceField(choices=ShopTag.Source.values)  # type: ignore[assignment] # likewise
    evidence = EvidenceSerializer(many=True)


class ModesSerializer(_Shape):
    work = serializers.FloatField()
    rest = serializers.FloatField()
    social = serializers.FloatField()


class ShopSerializer(_Shape):
    id = serializers.UUIDField()
    name = serializers.CharField()
    city = serializers.CharField()
    district = serializers.CharField()
    address = serializers.CharField()
    latitude = serializers.FloatField(help_text="degrees WGS84")
    longitude = serializers.FloatField(help_text="degrees WGS84")
    mrt = serializers.CharField(help_text="Nearest stations in the source's own words.")
    rating = serializers.FloatField(allow_null=True, help_text="1 to 5")
    rating_count = serializers.IntegerField()
    price_level = serializers.IntegerField(allow_null=True)
    summary_zh = serializers.CharField()
    summary_en = serializers.CharField()
    modes = ModesSerializer(allow_null=True, help_text="How well it suits each, 0 to 1; null while nobody knows.")
    is_open_now = serializers.BooleanField(allow_null=True, help_text="null while its hours are unknown.")
    next_change_at = serializers.DateTimeField(
        allow_null=True,
        help_text="When it next opens or closes, in Taipei's time; null if unknown, or if it never does.",
    )
    tags = ShopTagSerializer(many=True, help_text="The surest first.")


class OpenIntervalSerializer(_Shape):
    opens = serializers.RegexField(r"^([01][0-9]|2[0-3]):[0-5][0-9]$", help_text="As in 08:00.")
    closes = serializers.RegexField(
        r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", help_text="On the next day if it is not after `opens`."
    )


class OpenDaySerializer(_Shape):
    day = serializers.IntegerField(min_value=1, max_value=7, help_text="1 is Monday, as in ISO 8601.")
    intervals = OpenIntervalSerializer(many=True, help_text="None if it is closed all day.")


class OpeningHoursSerializer(_Shape):
    always_open = serializers.BooleanField(help_text="Round the clock, every day.")
    week = OpenDaySerializer(many=True, help_text="All seven days, Monday first.")


class ListedShopSerializer(ShopSerializer):
    distance_m = serializers.FloatField(allow_null=True, help_text="Metres from `near`; null without it.")


class CityCountSerializer(_Shape):
    city = serializers.CharField()
    count = serializers.IntegerField()


class DistrictCountSerializer(CityCountSerializer):
    district = serializers.CharField()


class TagCountSerializer(_Shape):
    id = serializers.CharField()
    count = serializers.IntegerField()


class ModeCountsSerializer(_Shape):
    work = serializers.IntegerField()
    rest = serializers.IntegerField()
    social = serializers.IntegerField()


class FacetsSerializer(_Shape):
    total = serializers.IntegerField(help_text="Shops that pass all filters, on all pages.")
    open_now = serializers.IntegerField(help_text="Those of them that are open now.")
    cities = CityCountSerializer(many=True, help_text="Counted as if `city` were not given. The most shops first.")
    districts = DistrictCountSerializer(many=True, help_text="Counted as if `district` were not given.")
    tags = TagCountSerializer(many=True, help_text="Of the shops that pass all filters, those that have it, too.")
    modes = ModeCountsSerializer(help_text="Counted as if `mode` were not given.")


class ShopPageSerializer(_Shape):
    results = ListedShopSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)
    facets = FacetsSerializer(
        allow_null=True,
        help_text="How many shops the same query would find with each value in its filter's place; what no shop has is"
        " left out. null unless `facets=true`.",
    )


class ShopPhotoSerializer(_Shape):
    url = serializers.URLField()
    width = serializers.IntegerField(help_text="pixels")
    height = serializers.IntegerField(help_text="pixels")


class MenuItemSerializer(_Shape):
    name = serializers.CharField()
    price_twd = serializers.IntegerField(allow_null=True, help_text="New Taiwan dollars; null where none is known.")
    category = serializers.CharField()
    source = serializers.ChoiceField(choices=MenuItem.Source.values)  # type: ignore[assignment] # likewise
    updated_at = serializers.DateTimeField(help_text="When it was last seen or edited.")


class ShopDetailSerializer(ShopSerializer):
    description = serializers.CharField()
    phone = serializers.CharField()
    website = serializers.CharField()
    hours = OpeningHoursSerializer(allow_null=True, help_text="null while they are unknown.")
    opening_hours_raw = serializers.CharField(help_text="As published; may lag.")
    source = serializers.CharField()  # type: ignore[assignment] # the wire's own name, which Field uses too
    updated_at = serializers.DateTimeField()
    tags = EvidentShopTagSerializer(many=True, help_text="The surest first.")
    photos = ShopPhotoSerializer(many=True)
    menu = MenuItemSerializer(
        many=True, help_text="By category and name. Read from visitors' photos, so it may be old."
    )


class TaxonomyTagSerializer(TagLabelSerializer):
    complement = serializers.CharField(allow_null=True, help_text="The tag that is meant when this one is denied.")


class DimensionSerializer(TagLabelSerializer):
    tags = TaxonomyTagSerializer(many=True)


class TaxonomySerializer(_Shape):
    dimensions = DimensionSerializer(many=True)


class SpanSerializer(_Shape):
    start = serializers.IntegerField(help_text="First character, counted in code points of `text` as sent.")
    end = serializers.IntegerField(help_text="One past the last.")
    text = serializers.CharField()


class WishSerializer(TagLabelSerializer):
    implied = serializers.BooleanField(help_text="Not said, but meant: the opposite of what is avoided.")
    query_span = SpanSerializer()


class MatchedTagSerializer(WishSerializer):
    confidence = serializers.FloatField()
    evidence = serializers.CharField(allow_null=True, help_text="Words of the source, if any are kept.")


class AreaSerializer(_Shape):
    city = serializers.CharField()
    district = serializers.CharField(help_text="Empty for the whole city.")


class AreaWishSerializer(_Shape):
    areas = AreaSerializer(many=True, help_text="Several where cities share a district's name.")
    excluded = serializers.BooleanField()
    applied = serializers.BooleanField(help_text="Whether it filters; see `areas` among the parameters.")
    query_span = SpanSerializer()


class OpeningWishSerializer(_Shape):
    open_at = serializers.DateTimeField(help_text="The moment that is meant, in Taipei's time.")
    applied = serializers.BooleanField(help_text="Whether it filters; see `times` among the parameters.")
    query_span = SpanSerializer()


class UnderstoodSerializer(_Shape):
    text = serializers.CharField(help_text="In normal form.")
    wanted = WishSerializer(many=True)
    avoided = WishSerializer(many=True)
    areas = AreaWishSerializer(many=True)
    time = OpeningWishSerializer(allow_null=True, help_text="When it must be open; null where the text does not say.")
    mode = serializers.ChoiceField(
        choices=MODES, allow_null=True, help_text="What most of `wanted` suggests; null where that is no single one."
    )
    mode_applied = serializers.BooleanField(help_text="Whether it counts; see `modes` among the parameters.")
    needs_place = serializers.BooleanField(help_text="It says near me, but `near` is missing.")
    leftover = serializers.ListField(child=serializers.CharField(), help_text="What no known word explains.")


class PartSerializer(_Shape):
    name = serializers.ChoiceField(choices=PARTS)
    weight = serializers.FloatField()
    value = serializers.FloatField()
    contribution = serializers.FloatField(help_text="weight * value; all of them sum to total_score.")


class MatchedSerializer(_Shape):
    parts = PartSerializer(many=True)
    name = serializers.BooleanField(help_text="The text names this shop; such shops come first.")
    tags = MatchedTagSerializer(many=True)
    avoided = MatchedTagSerializer(many=True)
    missing = WishSerializer(many=True)
    distance_m = serializers.FloatField(allow_null=True)


class ResultSerializer(_Shape):
    shop = ShopSerializer()
    similarity_score = serializers.FloatField(help_text="The part of meaning, 0 to 1.")
    taxonomy_boost = serializers.FloatField(help_text="The part of tags, 0 to 1.")
    total_score = serializers.FloatField()
    matched = MatchedSerializer()


class SearchAnswerSerializer(_Shape):
    understood = UnderstoodSerializer()
    total = serializers.IntegerField(help_text="Shops that pass the filters, all of them ranked.")
    degraded = serializers.BooleanField(help_text="The embedder was down: tags and words only.")
    weights_version = serializers.CharField()
    results = ResultSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)
