from django.db import models
from django.db.models.functions import Now

from caferoam.database.functions import GenRandomUUID


class Stamp(models.Model):
    """What a check-in earns. The database awards it; nobody can move, buy or make one."""

    id = models.UUIDField(primary_key=True, db_default=GenRandomUUID(), editable=False)
    user = models.ForeignKey(
        "accounts.Profile", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="stamps"
    )
    shop = models.ForeignKey("shops.Shop", models.PROTECT, related_name="stamps")
    check_in = models.OneToOneField("checkins.CheckIn", models.DO_NOTHING, db_constraint=False, related_name="stamp")
    design_url = models.TextField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "stamps"
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="stamps_newest"),
            models.Index(fields=["user", "shop"], name="stamps_of_shop"),
        ]

    def __str__(self) -> str:
        return f"stamp {self.id}"
