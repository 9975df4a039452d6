from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Cast, Concat, Length, Now

from caferoam.database.functions import GenRandomUUID

models.TextField.register_lookup(Length)

MAX_BYTES = 5 * 1024 * 1024
"""Of one photo, as the product says: at most 3 photos of 5 MB a check-in."""


class Upload(models.Model):
    """A file that a member may put, or has put, into our storage.

    The database chooses bucket and path. ``pending`` until something of the member's claims it; then a worker makes it
    ``ready``, with a clean copy and a thumbnail, or ``refused``. What is ``discarded`` is deleted by a worker, its
    objects first.
    """

    class Purpose(models.TextChoices):
        CHECKIN_PHOTO = "checkin_photo", "photo of a check-in"
        MENU_PHOTO = "menu_photo", "photo of a menu"
        AVATAR = "avatar", "profile picture"

    class Status(models.TextChoices):
        PENDING = "pending", "pending"
        CLAIMED = "claimed", "claimed, not yet processed"
        READY = "ready", "ready"
        REFUSED = "refused", "refused"
        DISCARDED = "discarded", "to be deleted"

    BUCKETS = {
        Purpose.CHECKIN_PHOTO: "checkin-photos",
        Purpose.MENU_PHOTO: "menu-photos",
        Purpose.AVATAR: "avatar-uploads",
    }
    EXTENSIONS = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}

    id = models.UUIDField(primary_key=True, db_default=GenRandomUUID(), editable=False)
    user = models.ForeignKey("accounts.Profile", models.DO_NOTHING, db_constraint=False, related_name="uploads")
    purpose = models.CharField(max_length=20, choices=Purpose)
    content_type = models.CharField(max_length=20, help_text="As the member said; the worker looks for itself.")
    bytes = models.IntegerField(help_text="As the member said.")
    bucket = models.GeneratedField(
        expression=Case(
            *(When(purpose=purpose.value, then=Value(bucket)) for purpose, bucket in BUCKETS.items()),
            output_field=models.TextField(),
        ),
        output_field=models.TextField(),
        db_persist=True,
    )
    path = models.GeneratedField(
        expression=Concat(
            Cast("user_id", models.TextField()),
            Value("/"),
            Cast("id", models.TextField()),
            Case(
                *(When(content_type=kind, then=Value(extension)) for kind, extension in EXTENSIONS.items()),
                output_field=models.TextField(),
            ),
            output_field=models.TextField(),
        ),
        output_field=models.TextField(),
        db_persist=True,
    )
    status = models.CharField(max_length=10, choices=Status, db_default=Status.PENDING, default=Status.PENDING)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(help_text="After it a pending upload cannot be claimed, and is swept later.")
    claimed_at = models.DateTimeField(null=True)
    processed_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=40, null=True, help_text="The code of what is wrong with it.")
    photo_bucket = models.TextField(null=True, help_text="Where the clean copy and its thumbnail are.")
    photo_path = models.TextField(null=True)
    thumbnail_path = models.TextField(null=True)
    width = models.IntegerField(null=True, help_text="Of the clean copy, in pixels.")
    height = models.IntegerField(null=True)

    class Meta:
        db_table = "uploads"
        indexes = [
            models.Index(fields=["user", "created_at"], name="uploads_of_member"),
            models.Index(fields=["expires_at"], name="uploads_pending", condition=Q(status="pending")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose__in=["checkin_photo", "menu_photo", "avatar"]), name="uploads_purpose_known"
            ),
            models.CheckConstraint(
                condition=Q(content_type__in=["image/jpeg", "image/png", "image/webp"]), name="uploads_type_known"
            ),
            models.CheckConstraint(condition=Q(bytes__range=(1, MAX_BYTES)), name="uploads_size"),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "claimed", "ready", "refused", "discarded"]),
                name="uploads_status_known",
            ),
            models.CheckConstraint(
                condition=Q(photo_path__isnull=True, photo_bucket__isnull=True, width__isnull=True, height__isnull=True)
                | Q(photo_path__isnull=False, photo_bucket__isnull=False, width__gt=0, height__gt=0),
                name="uploads_photo_whole",
            ),
            models.CheckConstraint(
                condition=~Q(status="ready") | Q(photo_path__isnull=False), name="uploads_ready_has_photo"
            ),
            models.CheckConstraint(
                condition=Q(status="refused", refusal__isnull=False)
                | Q(~Q(status="refused"), Q(refusal__isnull=True) | Q(status="discarded")),
                name="uploads_refused_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(photo_path__isnull=True) | Q(photo_path__startswith=Cast(F("user_id"), models.TextField())),
                name="uploads_photo_under_member",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bucket}/{self.path} ({self.status})"
