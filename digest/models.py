from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from caferoam.database.functions import GenRandomUUID


class Edition(models.Model):
    """What one week's email says; the same for all who get it."""

    class Status(models.TextChoices):
        DRAFT = "draft", "draft"
        READY = "ready", "ready to be sent"
        SENDING = "sending", "being sent"
        SENT = "sent", "sent"

    id = models.UUIDField(primary_key=True, db_default=GenRandomUUID(), editable=False)
    week = models.DateField(help_text="The Monday it is for, in Taipei.")
    status = models.CharField(max_length=10, choices=Status, db_default=Status.DRAFT, default=Status.DRAFT)
    is_automatic = models.BooleanField(
        db_default=False, default=False, help_text="Made by rules, because no curator had made one in time."
    )
    subject_zh = models.CharField(max_length=120, db_default="", default="", blank=True)
    subject_en = models.CharField(max_length=120, db_default="", default="", blank=True)
    intro_zh = models.TextField(db_default="", default="", blank=True)
    intro_en = models.TextField(db_default="", default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.CharField(max_length=150, db_default="", default="", blank=True)
    sending_since = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "digest_editions"
        verbose_name = _("edition")
        verbose_name_plural = _("editions")
        ordering = ["-week"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["draft", "ready", "sending", "sent"]), name="digest_editions_status_known"
            ),
            models.CheckConstraint(condition=Q(week__iso_week_day=1), name="digest_editions_on_monday"),
            # A draft stands in nobody's way: where none is approved in time, an automatic one takes the week.
            models.UniqueConstraint(fields=["week"], condition=~Q(status="draft"), name="digest_editions_one_a_week"),
            models.CheckConstraint(
                condition=~Q(status="sent") | Q(sent_at__isnull=False), name="digest_editions_sent_at_set"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.week:%Y-%m-%d}"


class Pick(models.Model):
    """One café of an edition, and why."""

    class Label(models.TextChoices):
        VISITED = "visited", _("Many were here this week")
        NEW = "new", _("New on CafeRoam")
        WORK = "mode_work", _("To get work done")
        REST = "mode_rest", _("To slow down")
        SOCIAL = "mode_social", _("To meet friends")

    id = models.UUIDField(primary_key=True, db_default=GenRandomUUID(), editable=False)
    edition = models.ForeignKey(Edition, models.DO_NOTHING, db_constraint=False, related_name="picks")
    shop = models.ForeignKey("shops.Shop", models.DO_NOTHING, db_constraint=False, related_name="+")
    position = models.IntegerField()
    label = models.CharField(
        max_length=12,
        choices=Label,
        db_default="",
        default="",
        blank=True,
        help_text="Stands above the name, in the reader's language.",
    )
    blurb_zh = models.TextField(db_default="", default="", blank=True)
    blurb_en = models.TextField(db_default="", default="", blank=True)

    class Meta:
        db_table = "digest_picks"
        verbose_name = _("pick")
        verbose_name_plural = _("picks")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["edition", "shop"], name="digest_picks_once"),
            models.CheckConstraint(
                condition=Q(label__in=["", "visited", "new", "mode_work", "mode_rest", "mode_social"]),
                name="digest_picks_label_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.edition_id} #{self.position}"


class Delivery(models.Model):
    """One edition to one member: written before it is sent, so that nobody gets it twice, whatever crashes."""

    class Status(models.TextChoices):
        PENDING = "pending", "to be sent"
        SENT = "sent", "sent"
        SKIPPED = "skipped", "not sent: no longer wanted"
        FAILED = "failed", "refused by the mail provider"

    id = models.UUIDField(primary_key=True, db_default=GenRandomUUID(), editable=False)
    edition = models.ForeignKey(Edition, models.DO_NOTHING, db_constraint=False, related_name="deliveries")
    profile = models.ForeignKey("accounts.Profile", models.DO_NOTHING, db_constraint=False, related_name="+")
    chunk = models.IntegerField(help_text="Those of one chunk go out with one call, under one idempotency key.")
    status = models.CharField(max_length=10, choices=Status, db_default=Status.PENDING, default=Status.PENDING)
    handed_over_at = models.DateTimeField(
        null=True, help_text="When it was first given to the mail provider; from then on it may have been sent."
    )
    email_hash = models.CharField(
        max_length=64, db_default="", default="", help_text="HMAC-SHA256 of the address that it went to."
    )
    provider_id = models.TextField(null=True, help_text="The mail provider's own id of this mail.")
    reason = models.TextField(db_default="", default="", help_text="Why it was skipped or failed, or how it bounced.")
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "digest_deliveries"
        ordering = ["chunk", "id"]
        indexes = [
            models.Index(fields=["edition", "chunk"], name="digest_deliveries_to_send", condition=Q(status="pending")),
            models.Index(fields=["profile"], name="digest_deliveries_of_member"),
            models.Index(
                fields=["provider_id"], name="digest_deliveries_by_mail", condition=Q(provider_id__isnull=False)
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["edition", "profile"], name="digest_deliveries_once"),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "sent", "skipped", "failed"]), name="digest_deliveries_status_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.edition_id} to {self.profile_id}: {self.status}"


class Unsubscribe(models.Model):
    """The secret behind a member's unsubscribe link. Only its hash is kept; it never expires and opens nothing else."""

    id = models.UUIDField(primary_key=True, db_default=GenRandomUUID(), editable=False)
    profile = models.ForeignKey("accounts.Profile", models.DO_NOTHING, db_constraint=False, related_name="+")
    token_hash = models.BinaryField(unique=True, help_text="SHA-256 of the 128 bits in the link.")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "digest_unsubscribes"

    def __str__(self) -> str:
        return f"unsubscribe link of {self.profile_id}"


class Suppression(models.Model):
    """An address that mail is not sent to any more: it bounced, or its owner complained."""

    class Reason(models.TextChoices):
        BOUNCED = "bounced", "bounced"
        COMPLAINED = "complained", "complained"

    id = models.UUIDField(primary_key=True, db_default=GenRandomUUID(), editable=False)
    profile = models.ForeignKey("accounts.Profile", models.DO_NOTHING, db_constraint=False, null=True, related_name="+")
    email_hash = models.CharField(max_length=64, unique=True, help_text="HMAC-SHA256 of the address in lower case.")
    reason = models.CharField(max_length=10, choices=Reason)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "digest_suppressions"
        constraints = [
            models.CheckConstraint(
                condition=Q(reason__in=["bounced", "complained"]), name="digest_suppressions_reason_known"
            ),
        ]

    def __str__(self) -> str:
        return self.reason


class WebhookEvent(models.Model):
    """A message of the mail provider's, kept once by its own id."""

    id = models.CharField(primary_key=True, max_length=100, help_text="svix-id")
    kind = models.CharField(max_length=60)
    payload = models.JSONField(help_text="Only the parts that are used: mail id and kind of bounce, no address.")
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "digest_webhook_events"

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
