from typing import Final

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Length, Now, Replace

from caferoam.database.functions import GenRandomUUID, NormalizedName

models.CharField.register_lookup(Length)

NAME_MAX_LENGTH: Final = 60
NOTE_MAX_LENGTH: Final = 280


class ShopList(models.Model):
    """A member's own, private list of cafés."""

    CAP: Final = 3
    """Lists a member may keep. The database counts, with the member's profile locked: two requests cannot both win."""
    CAP_CONSTRAINT: Final = "lists_cap"

    id = models.UUIDField(primary_key=True, db_default=GenRandomUUID(), editable=False)
    user = models.ForeignKey("accounts.Profile", models.DO_NOTHING, db_constraint=False, related_name="lists")
    name = models.CharField(max_length=NAME_MAX_LENGTH)
    name_key = models.GeneratedField(
        expression=Replace(NormalizedName("name"), Value(" "), Value("")),
        output_field=models.TextField(),
        db_persist=True,
        help_text="What two lists of one member must differ in: the name without case and blanks.",
    )
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "lists"
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "name_key"], name="lists_name_once"),
            models.CheckConstraint(condition=Q(name__length__range=(1, NAME_MAX_LENGTH)), name="lists_name_length"),
            models.CheckConstraint(condition=~Q(name_key=""), name="lists_name_not_blank"),
        ]

    def __str__(self) -> str:
        return self.name


class ListItem(models.Model):
    """A café on a list."""

    id = models.UUIDField(primary_key=True, db_default=GenRandomUUID(), editable=False)
    list = models.ForeignKey(ShopList, models.DO_NOTHING, db_constraint=False, related_name="items")
    shop = models.ForeignKey("shops.Shop", models.DO_NOTHING, db_constraint=False, related_name="+")
    position = models.IntegerField(help_text="Lists show their cafés in this order; gaps do not matter.")
    note = models.CharField(max_length=NOTE_MAX_LENGTH, db_default="", default="")
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "list_items"
        ordering = ["position", "id"]
        indexes = [models.Index(fields=["list", "position"], name="list_items_in_order")]
        constraints = [
            models.UniqueConstraint(fields=["list", "shop"], name="list_items_once"),
            models.CheckConstraint(condition=Q(note__length__lte=NOTE_MAX_LENGTH), name="list_items_note_length"),
        ]

    def __str__(self) -> str:
        return f"{self.list_id} #{self.position}"
