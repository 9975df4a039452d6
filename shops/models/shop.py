"""A café and what people say and show of it."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from caferoam.database.functions import GenRandomUUID, NormalizedName
from shops.models.hours import OpenMinutesField

LATITUDES = (21.8, 26.4)
"""South and north end of Taiwan with its islands, degrees WGS84."""
LONGITUDES = (118.1, 122.1)
"""West and east end of Taiwan with its islands, degrees WGS84."""

MODES = ("mode_work", "mode_rest", "mode_social")


class ShopQuerySet(models.QuerySet["Shop"]):
    def live(self) -> Self:
        """Shops a visitor may see: checked, and not closed for good."""
        return self.filter(status=Shop.Status.LIVE)


class Shop(models.Model):
    """A café. What the machine wrote of it (summaries, modes) stands beside what its sources say (the rest)."""

    class Status(models.TextChoices):
        DRAFT = "draft", "draft"
        LIVE = "live", "live"
        CLOSED = "closed", "closed"

    class Source(models.TextChoices):
        CAFENOMAD = "cafenomad", "Cafe Nomad"
        DEMO = "demo", "fictional demo café"
        CURATOR = "curator", "curator"

    class LocationPrecision(models.TextChoices):
        """How far the point may be from the café; the best first. No visitor sees one that is not at its house."""

        EXACT = "exact", "as its source or a curator gives it"
        ADDRESS = "address", "at the house that its address names"
        STREET = "street", "on its street"
        MRT = "mrt", "at a station near it"
        DISTRICT = "district", "in its district"
        NONE = "none", "not known"

    class LocationSource(models.TextChoices):
        SOURCE = "source", "its source"
        CURATOR = "curator", "a curator"
        MAPBOX = "mapbox", "Mapbox"
        OFFLINE = "offline", "what is known of districts and stations"

    id = models.UUIDField(primary_key=True, db_default=GenRandomUUID(), editable=False)
    source = models.CharField(max_length=20, choices=Source, db_default=Source.CURATOR)
    cafenomad_id = models.UUIDField(null=True, unique=True)
    google_place_id = models.TextField(null=True, unique=True)
    osm_id = models.TextField(null=True, unique=True)
    status = models.CharField(max_length=10, choices=Status, db_default=Status.DRAFT)

    name = models.CharField(max_length=200)
    name_normalized = models.GeneratedField(
        expression=NormalizedName("name"), output_field=models.TextField(), db_persist=True
    )
    description = models.TextField(db_default="", default="", blank=True)
    city = models.CharField(max_length=10, db_default="", default="", help_text="As in 台北市: 台, not 臺.")
    district = models.CharField(max_length=10, db_default="", default="", help_text="As in 大安區.")
    address = models.CharField(max_length=300, db_default="", default="")
    latitude = models.FloatField(help_text="degrees WGS84")
    longitude = models.FloatField(help_text="degrees WGS84")
    location_precision = models.CharField(
        max_length=10,
        choices=LocationPrecision,
        db_default=LocationPrecision.EXACT,
        default=LocationPrecision.EXACT,
        help_text="Of latitude and longitude.",
    )
    location_source = models.CharField(
        max_length=10,
        choices=LocationSource,
        db_default=LocationSource.SOURCE,
        default=LocationSource.SOURCE,
        help_text="Who says latitude and longitude.",
    )
    mrt = models.TextField(db_default="", default="", help_text="Nearest stations in the source's own words.")
    phone = models.CharField(max_length=40, db_default="", default="")
    website = models.TextField(db_default="", default="")
    opening_hours_raw = models.TextField(db_default="", default="", help_text="As published; may lag.")
    open_minutes = OpenMinutesField(
        null=True,
        help_text="Minutes of the week, Monday 00:00 in Taipei being 0, as read from opening_hours_raw or as a curator"
        " says; NULL while nobody knows.",
    )
    rating = models.FloatField(null=True, help_text="1 to 5")
    rating_count = models.IntegerField(db_default=0, default=0)
    price_level = models.SmallIntegerField(null=True)
    attributes = models.JSONField(
        db_default={}, default=dict, help_text="The source's votes and answers, as it gives them."
    )

    summary_zh = models.TextField(db_default="", default="")
    summary_en = models.TextField(db_default="", default="")
    mode_work = models.FloatField(null=True, help_text="0 to 1")
    mode_rest = models.FloatField(null=True, help_text="0 to 1")
    mode_social = models.FloatField(null=True, help_text="0 to 1")
    enriched_at = models.DateTimeField(null=True)
    enriched_model = models.TextField(null=True)
    enrichment_input_hash = models.BinaryField(max_length=32, null=True)

    locked_fields = ArrayField(
        models.TextField(),
        db_default=[],
        default=list,
        help_text="Fields a curator corrected: no import or enrichment writes them.",
    )
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now(), help_text="Kept by a trigger.")

    objects = ShopQuerySet.as_manager()

    class Meta:
        db_table = "shops"
        verbose_name = _("café")
        verbose_name_plural = _("cafés")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=["draft", "live", "closed"]), name="shops_status_known"
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="shops_name_given"),
            models.CheckConstraint(condition=models.Q(latitude__range=LATITUDES), name="shops_latitude_in_taiwan"),
            models.CheckConstraint(condition=models.Q(longitude__range=LONGITUDES), name="shops_longitude_in_taiwan"),
            models.CheckConstraint(
                condition=models.Q(location_precision__in=["exact", "address", "street", "mrt", "district", "none"]),
                name="shops_location_precision_known",
            ),
            models.CheckConstraint(
                condition=models.Q(location_source__in=["source", "curator", "mapbox", "offline"]),
                name="shops_location_source_known",
            ),
            # A visitor is shown metres, and walks there.
            models.CheckConstraint(
                condition=~models.Q(status="live") | models.Q(location_precision__in=["exact", "address"]),
                name="shops_live_has_place",
            ),
            models.CheckConstraint(
                condition=models.Q(rating__isnull=True) | models.Q(rating__range=(1, 5)), name="shops_rating_in_range"
            ),
            models.CheckConstraint(
                condition=models.Q(mode_work__isnull=True, mode_rest__isnull=True, mode_social__isnull=True)
                | models.Q(  # isnull is spelled out: a check that comes to NULL passes
                    *(models.Q(**{f"{mode}__isnull": False, f"{mode}__range": (0, 1)}) for mode in MODES)
                ),
                name="shops_modes_all_or_none",
            ),
        ]
        indexes = [
            models.Index(fields=["enriched_at", "id"], condition=models.Q(status="live"), name="shops_staleness"),
            models.Index(fields=["name_normalized"], name="shops_name_normalized"),
        ]

    def __str__(self) -> str:
        return self.name


class ShopPhoto(models.Model):
    """A public picture of a shop: bucket and path in storage, never a URL."""

    id = models.UUIDField(primary_key=True, db_default=GenRandomUUID(), editable=False)
    shop = models.ForeignKey(Shop, models.CASCADE, related_name="photos")
    bucket = models.TextField(db_default="shop-photos")
    path = models.TextField()
    width = models.PositiveIntegerField(help_text="pixels")
    height = models.PositiveIntegerField(help_text="pixels")
    position = models.PositiveSmallIntegerField(db_default=0)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "shop_photos"
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["bucket", "path"], name="shop_photos_object_once")]

    def __str__(self) -> str:
        return self.path


class ShopReview(models.Model):
    """What a visitor wrote elsewhere. Hostile text: data for the tagger, never served whole."""

    id = models.UUIDField(primary_key=True, db_default=GenRandomUUID(), editable=False)
    shop = models.ForeignKey(Shop, models.CASCADE, related_name="reviews")
    source = models.TextField(help_text="Where it was published, as in google.")
    rating = models.SmallIntegerField(null=True, help_text="1 to 5")
    text = models.TextField()
    text_hash = models.BinaryField(
        max_length=32, help_text="SHA-256 of the cleaned text: the same words are kept once a shop."
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "shop_reviews"
        constraints = [
            models.UniqueConstraint(fields=["shop", "source", "text_hash"], name="shop_reviews_text_once"),
            models.CheckConstraint(
                condition=models.Q(rating__isnull=True) | models.Q(rating__range=(1, 5)),
                name="shop_reviews_rating_in_range",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:40]
