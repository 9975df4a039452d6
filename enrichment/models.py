from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from caferoam.database.functions import GenRandomUUID


class LlmUsage(models.Model):
    """One call to a model and what it cost. Written for every call, offline ones at no cost included."""

    id = models.UUIDField(primary_key=True, db_default=GenRandomUUID(), editable=False)
    provider = models.TextField()
    model = models.TextField()
    purpose = models.TextField(help_text="The job type that asked, or search.")
    items = models.PositiveIntegerField(
        db_default=1, default=1, help_text="Shops, photos or texts that it answered for; 0 if the answer was of no use."
    )
    tokens_in = models.PositiveIntegerField(db_default=0)
    tokens_out = models.PositiveIntegerField(db_default=0)
    tokens_cached = models.PositiveIntegerField(db_default=0)
    # To the billionth: embedding the text of a search costs less than a millionth.
    usd = models.DecimalField(max_digits=15, decimal_places=9, db_default=0)
    job_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "llm_usage"
        indexes = [models.Index(fields=["created_at", "purpose"], name="llm_usage_by_day")]

    def __str__(self) -> str:
        return f"{self.model} {self.usd} USD"


class LlmDailySpend(models.Model):
    """The ledger's sums of one day in Taipei. A trigger keeps them, so they are right to the token at any moment."""

    pk = models.CompositePrimaryKey("day", "purpose", "provider", "model")
    day = models.DateField()
    purpose = models.TextField()
    provider = models.TextField()
    model = models.TextField()
    calls = models.BigIntegerField()
    items = models.BigIntegerField()
    tokens_in = models.BigIntegerField()
    tokens_out = models.BigIntegerField()
    tokens_cached = models.BigIntegerField()
    usd = models.DecimalField(max_digits=18, decimal_places=9)

    class Meta:
        db_table = "llm_daily_spend"
        indexes = [models.Index(fields=["purpose", "day"], name="llm_daily_spend_by_purpose")]

    def __str__(self) -> str:
        return f"{self.day} {self.purpose} {self.model}: {self.usd} USD"


class LlmBudget(models.Model):
    """What one purpose may cost. When it is used up its lane pauses until the next day, or month, in Taipei.

    ``reached_at``, ``_until`` and ``_by`` are the database's: written when the budget is found to be reached, and taken
    back when it is raised. What lies in the past no longer counts.
    """

    class Period(models.TextChoices):
        DAY = "day", "day"
        MONTH = "month", "month"

    purpose = models.TextField(primary_key=True, help_text="The job type that asks, or search.")
    daily_usd = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    monthly_usd = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    reached_at = models.DateTimeField(null=True, editable=False)
    reached_until = models.DateTimeField(null=True, editable=False)
    reached_by = models.CharField(max_length=5, choices=Period, null=True, editable=False)

    class Meta:
        db_table = "llm_budgets"
        ordering = ["purpose"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(daily_usd=None) | Q(daily_usd__gte=0)) & (Q(monthly_usd=None) | Q(monthly_usd__gte=0)),
                name="llm_budgets_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(daily_usd=None) | Q(monthly_usd=None) | Q(monthly_usd__gte=F("daily_usd")),
                name="llm_budgets_month_holds_a_day",
            ),
            models.CheckConstraint(
                condition=Q(reached_at=None, reached_until=None, reached_by=None)
                | Q(reached_at__isnull=False, reached_until__isnull=False, reached_by__in=["day", "month"]),
                name="llm_budgets_reached_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.purpose


class LlmBatch(models.Model):
    """Many requests handed to a vendor at once, at half the price, to be answered within a day."""

    class Status(models.TextChoices):
        SUBMITTING = "submitting", "being handed over"
        SUBMITTED = "submitted", "waiting for answers"
        ENDED = "ended", "answers collected"
        FAILED = "failed", "never taken"

    id = models.UUIDField(primary_key=True, db_default=GenRandomUUID(), editable=False)
    provider = models.TextField()
    model = models.TextField()
    purpose = models.TextField(help_text="The job type whose work it does.")
    vendor_id = models.TextField(null=True, unique=True, help_text="The vendor's name for it, once it was taken.")
    status = models.CharField(max_length=10, choices=Status, db_default=Status.SUBMITTING, default=Status.SUBMITTING)
    created_at = models.DateTimeField(db_default=Now())
    submitted_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    last_error = models.TextField(db_default="", default="")

    class Meta:
        db_table = "llm_batches"
        ordering = ["-created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["submitting", "submitted", "ended", "failed"]), name="llm_batches_status_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.vendor_id or self.id}"


class LlmBatchItem(models.Model):
    """One request of a batch: a shop, and what exactly was asked of it."""

    class Status(models.TextChoices):
        PENDING = "pending", "not answered yet"
        WRITTEN = "written", "answered and used"
        OUTDATED = "outdated", "answered, but the shop had changed"
        ERRORED = "errored", "not answered"
        EXPIRED = "expired", "not answered in time"

    id = models.UUIDField(primary_key=True, db_default=GenRandomUUID(), editable=False)
    batch = models.ForeignKey(LlmBatch, models.DO_NOTHING, db_constraint=False, related_name="items")
    shop = models.ForeignKey("shops.Shop", models.DO_NOTHING, db_constraint=False, related_name="+")
    input_hash = models.BinaryField()
    status = models.CharField(max_length=10, choices=Status, db_default=Status.PENDING, default=Status.PENDING)
    reason = models.TextField(db_default="", default="")
    estimated_usd = models.DecimalField(
        max_digits=15,
        decimal_places=9,
        db_default=0,
        default=0,
        help_text="Counts as reserved of the budget while it is pending.",
    )

    class Meta:
        db_table = "llm_batch_items"
        indexes = [models.Index(fields=["batch"], condition=Q(status="pending"), name="llm_batch_items_pending")]
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "input_hash"], condition=Q(status="pending"), name="llm_batch_items_asked_once"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "written", "outdated", "errored", "expired"]),
                name="llm_batch_items_status_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shop_id}: {self.status}"


class EmbeddingModel(models.Model):
    """A vector space that shops are, were or will be searched in. One is active; vectors of two are never compared."""

    class Status(models.TextChoices):
        BUILDING = "building", "being filled"
        ACTIVE = "active", "searched"
        RETIRED = "retired", "no longer searched"

    model = models.TextField(primary_key=True)
    provider = models.TextField()
    status = models.CharField(max_length=10, choices=Status)
    started_at = models.DateTimeField(db_default=Now(), help_text="Of the building: older vectors are to be looked at.")
    activated_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)
    cosine_low = models.FloatField(null=True, help_text="Measured on our cafés; see shops.search.weights.Calibration.")
    cosine_high = models.FloatField(null=True)

    class Meta:
        db_table = "embedding_models"
        ordering = ["started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["status"], condition=Q(status="active"), name="embedding_models_one_active"
            ),
            models.UniqueConstraint(
                fields=["status"], condition=Q(status="building"), name="embedding_models_one_building"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["building", "active", "retired"]), name="embedding_models_status_known"
            ),
            models.CheckConstraint(
                condition=Q(cosine_low=None, cosine_high=None)
                | Q(cosine_low__isnull=False, cosine_high__isnull=False, cosine_low__lt=F("cosine_high")),
                name="embedding_models_calibrated_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} ({self.status})"
