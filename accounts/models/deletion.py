from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from caferoam.database.functions import GenRandomUUID


class AccountDeletion(models.Model):
    """A member's wish to leave, and how far it has been fulfilled.

    While a row names a member and is not cancelled, the database lets them do nothing. It outlives the profile, so that
    a token that is still valid opens nothing; then ``user_id`` goes too, and what stays is an HMAC, times and counts.
    """

    id = models.UUIDField(primary_key=True, db_default=GenRandomUUID(), editable=False)
    user_id = models.UUIDField(null=True, help_text="Empty once no token of the member's can be valid any more.")
    user_hmac = models.CharField(
        max_length=64, null=True, help_text="To find a deletion again after a restored backup."
    )
    requested_at = models.DateTimeField(db_default=Now())
    requested_by = models.CharField(max_length=150, db_default="member", default="member")
    purge_after = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)
    step = models.CharField(
        max_length=40, db_default="", default="", help_text="The last step that was finished; empty before the first."
    )
    attempts = models.IntegerField(db_default=0, default=0)
    last_error = models.TextField(db_default="", default="")
    purged_at = models.DateTimeField(null=True, help_text="When it had been verified that nothing is left.")
    counts = models.JSONField(db_default={}, default=dict, help_text="Rows and objects deleted, by table and bucket.")

    class Meta:
        db_table = "account_deletions"
        ordering = ["-requested_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user_id"], condition=Q(cancelled_at__isnull=True), name="account_deletions_one_open"
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True) | Q(purged_at__isnull=True), name="account_deletions_one_end"
            ),
        ]

    def __str__(self) -> str:
        return f"deletion {self.id} ({self.step or 'requested'})"
