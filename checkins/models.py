from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Length, Now

from caferoam.database.functions import GenRandomUUID
from caferoam.text.unseen import UNSEEN

models.TextField.register_lookup(Length)

PHOTOS = (1, 3)
NOTE_MAX_LENGTH = 1_000


class CheckIn(models.Model):
    """A member was at a café, with photos to show for it. Inserting one claims its uploads and earns a stamp."""

    id = models.UUIDField(primary_key=True, db_default=GenRandomUUID(), editable=False)
    user = models.ForeignKey(
        "accounts.Profile", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="check_ins"
    )
    shop = models.ForeignKey("shops.Shop", models.PROTECT, related_name="check_ins")
    photo_upload_ids = ArrayField(models.UUIDField(), help_text="In the order they are shown; each claimed once.")
    menu_upload = models.OneToOneField(
        "accounts.Upload", models.DO_NOTHING, db_constraint=False, null=True, related_name="+"
    )
    note = models.TextField(db_default="", default="")
    idempotency_key = models.CharField(max_length=200, null=True, help_text="As the client sent it.")
    request_hash = models.CharField(max_length=64, null=True, help_text="SHA-256 of what came with that key.")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "check_ins"
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="check_ins_newest"),
            models.Index(fields=["-created_at", "-id"], name="check_ins_newest_of_all"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(photo_upload_ids__len__range=PHOTOS), name="check_ins_has_photo"),
            models.CheckConstraint(condition=Q(note__length__lte=NOTE_MAX_LENGTH), name="check_ins_note_length"),
            models.CheckConstraint(condition=~Q(note__regex=UNSEEN), name="check_ins_note_seen"),
            models.CheckConstraint(
                condition=Q(idempotency_key__isnull=True, request_hash__isnull=True)
                | Q(idempotency_key__isnull=False, request_hash__isnull=False),
                name="check_ins_key_with_hash",
            ),
            models.UniqueConstraint(fields=["user", "idempotency_key"], name="check_ins_once_per_key"),
        ]

    def __str__(self) -> str:
        return f"check-in {self.id}"
