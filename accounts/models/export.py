from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from caferoam.database.functions import GenRandomUUID


class DataExport(models.Model):
    """All that is kept of a member, as a file for the member to take away. One at a time."""

    class Status(models.TextChoices):
        PENDING = "pending", "being put together"
        READY = "ready", "ready"
        FAILED = "failed", "failed"
        EXPIRED = "expired", "expired"

    id = models.UUIDField(primary_key=True, db_default=GenRandomUUID(), editable=False)
    user = models.ForeignKey("accounts.Profile", models.DO_NOTHING, db_constraint=False, related_name="exports")
    status = models.CharField(max_length=10, choices=Status, db_default=Status.PENDING, default=Status.PENDING)
    requested_at = models.DateTimeField(db_default=Now())
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    path = models.TextField(
        null=True, help_text="In the bucket for exports, where a file may be as long as this is set."
    )
    bytes = models.BigIntegerField(null=True)

    class Meta:
        db_table = "data_exports"
        ordering = ["-requested_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(status="pending"), name="data_exports_one_at_a_time"),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "ready", "failed", "expired"]), name="data_exports_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status="ready")
                | Q(ready_at__isnull=False, expires_at__isnull=False, path__isnull=False, bytes__isnull=False),
                name="data_exports_ready_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"export {self.id} ({self.status})"
