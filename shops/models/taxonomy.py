"""The taxonomy (what can be said of a café) and the tags (what is said of one)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from caferoam.database.functions import GenRandomUUID
from shops.models.shop import Shop

MAX_TAG_NUMBER = 1023
"""Tag numbers are positions in ``sparsevec(1024)``, which counts from 1; see `shops/models/search.py`."""


class TaxonomyTag(models.Model):
    """One concept. Filters, enrichment and the understanding of queries all derive from this table."""

    class Dimension(models.TextChoices):
        FUNCTIONALITY = "functionality", "functionality"
        TIME = "time", "time"
        AMBIENCE = "ambience", "ambience"
        MODE = "mode", "mode"
        COFFEE = "coffee", "coffee"

    id = models.TextField(primary_key=True)
    number = models.PositiveSmallIntegerField(unique=True, help_text="Stable; never given to another tag.")
    dimension = models.CharField(max_length=20, choices=Dimension)
    label = models.TextField()
    label_zh = models.TextField()
    aliases = ArrayField(models.TextField(), db_default=[], default=list)
    avoid_aliases = ArrayField(
        models.TextField(),
        db_default=[],
        default=list,
        help_text="Words that only name this tag when one wants to avoid it.",
    )
    complement = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")

    class Meta:
        db_table = "taxonomy_tags"
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(number__range=(1, MAX_TAG_NUMBER)), name="taxonomy_tags_number_in_range"
            ),
            models.CheckConstraint(
                condition=models.Q(dimension__in=["functionality", "time", "ambience", "mode", "coffee"]),
                name="taxonomy_tags_dimension_known",
            ),
        ]

    def __str__(self) -> str:
        return self.id


class ShopTag(models.Model):
    """What one source says: that the tag fits the shop, how surely, and from which words.

    A curator's row with confidence 0 takes the tag away, whatever the other sources say.
    """

    class Source(models.TextChoices):
        IMPORT = "import", "import"
        OFFLINE = "offline", "offline rules"
        LLM = "llm", "language model"
        CURATOR = "curator", "curator"

    id = models.UUIDField(primary_key=True, db_default=GenRandomUUID(), editable=False)
    shop = models.ForeignKey(Shop, models.CASCADE, related_name="tags")
    tag = models.ForeignKey(TaxonomyTag, models.PROTECT, related_name="+")
    source = models.CharField(max_length=10, choices=Source)
    confidence = models.FloatField(help_text="0 to 1")
    distinctiveness = models.FloatField(null=True, help_text="confidence * ln(shops / shops with the tag)")
    evidence = models.JSONField(
        db_default=[],
        default=list,
        help_text='[{"quote": words of the source, "review_id": uuid or null, "field": where}]',
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "shop_tags"
        constraints = [
            models.UniqueConstraint(fields=["shop", "tag", "source"], name="shop_tags_once_a_source"),
            models.CheckConstraint(condition=models.Q(confidence__range=(0, 1)), name="shop_tags_confidence_in_range"),
            models.CheckConstraint(
                condition=models.Q(source__in=["import", "offline", "llm", "curator"]), name="shop_tags_source_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tag_id} ({self.source})"


class EffectiveShopTag(models.Model):
    """What counts in the end, one row per shop and tag: the curator's word, else the surest source. A view."""

    id = models.UUIDField(primary_key=True)
    shop = models.ForeignKey(Shop, models.DO_NOTHING, related_name="effective_tags")
    tag = models.ForeignKey(TaxonomyTag, models.DO_NOTHING, related_name="+")
    source = models.CharField(max_length=10, choices=ShopTag.Source)
    confidence = models.FloatField()
    distinctiveness = models.FloatField(null=True)
    evidence = models.JSONField()

    class Meta:
        db_table = "effective_shop_tags"
        managed = False

    def __str__(self) -> str:
        return self.tag_id
