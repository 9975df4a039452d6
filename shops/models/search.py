"""What search reads: one search document and one vector per shop, each in a table of its own."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now
from pgvector.django import SparseVectorField, VectorField

from shops.models.hours import OpenMinutesField
from shops.models.shop import Shop

VECTOR_DIMENSIONS = 1536
"""Of text-embedding-3-small; shorter vectors are padded with zeros, which changes no cosine."""


class ShopSearch(models.Model):
    """The search document. Triggers rebuild it by ``private.rebuild_shop_search_v2``; nothing else writes it."""

    shop = models.OneToOneField(Shop, models.CASCADE, primary_key=True, related_name="search_document")
    live = models.BooleanField()
    name_normalized = models.TextField()
    city = models.CharField(max_length=10)
    district = models.CharField(max_length=10)
    latitude = models.FloatField()
    longitude = models.FloatField()
    mode_work = models.FloatField(null=True)
    mode_rest = models.FloatField(null=True)
    mode_social = models.FloatField(null=True)
    open_minutes = OpenMinutesField(null=True)
    rating = models.FloatField(null=True)
    quality = models.FloatField(help_text="0 to 1: the rating, drawn towards 4.2 by twenty imagined votes")
    tag_numbers = ArrayField(models.IntegerField())
    tag_vector = SparseVectorField(dimensions=1024, help_text="confidence at the tag's number")

    class Meta:
        db_table = "shop_search"
        indexes = [
            models.Index(fields=["latitude", "longitude"], condition=models.Q(live=True), name="shop_search_place"),
            models.Index(fields=["city", "district"], condition=models.Q(live=True), name="shop_search_area"),
            models.Index(fields=["name_normalized", "shop"], condition=models.Q(live=True), name="shop_search_name"),
            GinIndex(fields=["tag_numbers"], condition=models.Q(live=True), name="shop_search_tags"),
        ]

    def __str__(self) -> str:
        return str(self.shop_id)


class ShopEmbedding(models.Model):
    """The meaning of a shop as one model sees it. Rows of different models are never compared."""

    pk = models.CompositePrimaryKey("model", "shop_id")
    shop = models.ForeignKey(Shop, models.CASCADE, related_name="embeddings")
    model = models.TextField()
    input_hash = models.BinaryField(max_length=32, help_text="SHA-256 of the embedded text")
    embedding = VectorField(dimensions=VECTOR_DIMENSIONS, help_text="unit length; stored PLAIN, which exact scans need")
    embedded_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "shop_embeddings"

    def __str__(self) -> str:
        return f"{self.shop_id} ({self.model})"
