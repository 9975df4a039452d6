from django.db import models
from django.db.models.functions import Now

from caferoam.database.functions import GenRandomUUID


class Consent(models.Model):
    """One answer of a member to one question. Rows are only ever added; the latest of a kind counts."""

    class Kind(models.TextChoices):
        SERVICE = "service", "the service itself"
        WEEKLY_EMAIL = "weekly_email", "the weekly email"

    class Source(models.TextChoices):
        SIGN_UP = "sign_up", "sign-up"
        PROFILE = "profile", "profile page"
        UNSUBSCRIBE = "unsubscribe", "unsubscribe link"
        DELETION = "deletion", "deletion of the account"

    id = models.UUIDField(primary_key=True, db_default=GenRandomUUID(), editable=False)
    user = models.ForeignKey(
        "accounts.Profile", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="consents"
    )
    kind = models.CharField(max_length=20, choices=Kind)
    granted = models.BooleanField()
    version = models.CharField(max_length=40, help_text="Of the text that the member was shown.")
    locale = models.CharField(max_length=5, help_text="The language it was shown in.")
    source = models.CharField(max_length=20, choices=Source)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "consents"
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["user", "kind", "-at", "-id"], name="consents_latest")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=["service", "weekly_email"]), name="consents_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(source__in=["sign_up", "profile", "unsubscribe", "deletion"]),
                name="consents_source_known",
            ),
            models.CheckConstraint(condition=models.Q(locale__in=["zh-TW", "en"]), name="consents_locale_known"),
            models.CheckConstraint(condition=~models.Q(version=""), name="consents_version_named"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {'yes' if self.granted else 'no'} ({self.version})"
