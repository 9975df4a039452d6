from typing import Final

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from caferoam.database.functions import GenRandomUUID, NormalizedName

PRICE_MAX_TWD: Final = 100_000


class MenuItem(models.Model):
    """Something to eat or drink at a café. What a photo says is merged in; a curator's rows are left alone."""

    class Source(models.TextChoices):
        MENU_PHOTO = "menu_photo", "photo of a menu"
        CURATOR = "curator", "curator"

    id = models.UUIDField(primary_key=True, db_default=GenRandomUUID(), editable=False)
    shop = models.ForeignKey("shops.Shop", models.DO_NOTHING, db_constraint=False, related_name="menu_items")
    name = models.CharField(max_length=120)
    name_key = models.GeneratedField(
        expression=NormalizedName("name"),
        output_field=models.TextField(),
        db_persist=True,
        help_text="Two items of a café whose names differ in case or width only are one.",
    )
    price_twd = models.IntegerField(
        null=True, blank=True, help_text="Whole New Taiwan dollars; empty where none is named."
    )
    category = models.CharField(max_length=40, db_default="", default="", blank=True)
    source = models.CharField(max_length=10, choices=Source)
    source_upload_id = models.UUIDField(null=True, blank=True, help_text="The photo it was read from last.")
    needs_review = models.CharField(
        max_length=60, db_default="", default="", blank=True, help_text="Why a curator should look at it, if at all."
    )
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "menu_items"
        verbose_name = _("menu item")
        verbose_name_plural = _("menu items")
        ordering = ["category", "name_key", "id"]
        constraints = [
            models.UniqueConstraint(fields=["shop", "name_key"], name="menu_items_once"),
            models.CheckConstraint(
                condition=Q(price_twd__isnull=True) | Q(price_twd__range=(0, PRICE_MAX_TWD)), name="menu_items_price"
            ),
            models.CheckConstraint(condition=~Q(name_key=""), name="menu_items_named"),
            models.CheckConstraint(condition=Q(source__in=["menu_photo", "curator"]), name="menu_items_source_known"),
        ]

    def __str__(self) -> str:
        return self.name
