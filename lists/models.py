from typing import Final

from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Length, Now, Replace

from caferoam.database.functions import GenRandomUUID, NormalizedName
from caferoam.text.unseen import SEEN, UNSEEN, UNSEEN_IN_A_LINE

models.CharField.register_lookup(Length)

LISTS_PER_MEMBER: Final = 3
NAME_MAX_LENGTH: Final = 60
NOTE_MAX_LENGTH: Final = 280


class ShopList(models.Model):
    """A member's own, private list of cafés."""

    id = models.UUIDField(primary_key=True, db_default=GenRandomUUID(), editable=False)
    user = models.ForeignKey(
        "accounts.Profile", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="lists"
    )
    slot = models.SmallIntegerField(
        editable=False, help_text="Which of the member's lists it is. A trigger takes the lowest that is free."
    )
    name = models.CharField(max_length=NAME_MAX_LENGTH)
    name_key = models.GeneratedField(
        expression=Replace(NormalizedName("name"), Value(" "), Value("")),
        output_field=models.TextField(),
        db_persist=True,
        help_text="What two lists of one member must differ in: the name without case and blanks.",
    )
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now(), help_text="When its name or its cafés changed.")

    class Meta:
        db_table = "lists"
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(slot__range=(1, LISTS_PER_MEMBER)), name="lists_cap"),
            models.UniqueConstraint(fields=["user", "slot"], name="lists_slot_once"),
            models.UniqueConstraint(fields=["user", "name_key"], name="lists_name_once"),
            models.CheckConstraint(condition=Q(name__length__range=(1, NAME_MAX_LENGTH)), name="lists_name_length"),
            models.CheckConstraint(condition=~Q(name_key=""), name="lists_name_not_blank"),
            models.CheckConstraint(condition=~Q(name__regex=UNSEEN_IN_A_LINE), name="lists_name_seen"),
            models.CheckConstraint(condition=Q(name__regex=SEEN), name="lists_name_visible"),
        ]

    def __str__(self) -> str:
        return self.name


class ListItem(models.Model):
    """A café on a list."""

    id = models.UUIDField(primary_key=True, db_default=GenRandomUUID(), editable=False)
    list = models.ForeignKey(ShopList, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="items")
    shop = models.ForeignKey("shops.Shop", models.DO_NOTHING, db_constraint=False, related_name="+")
    position = models.IntegerField(help_text="Lists show their cafés in this order; gaps do not matter.")
    note = models.CharField(max_length=NOTE_MAX_LENGTH, db_default="", default="")
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "list_items"
        ordering = ["list", "position"]
        constraints = [
            models.UniqueConstraint(fields=["list", "shop"], name="list_items_once"),
            # At the end of a statement, so that one can move cafés past each other.
            models.UniqueConstraint(
                fields=["list", "position"], name="list_items_place_once", deferrable=models.Deferrable.IMMEDIATE
            ),
            models.CheckConstraint(condition=Q(note__length__lte=NOTE_MAX_LENGTH), name="list_items_note_length"),
            models.CheckConstraint(condition=~Q(note__regex=UNSEEN), name="list_items_note_seen"),
        ]

    def __str__(self) -> str:
        return f"{self.list_id} #{self.position}"
