from django.db import models
from django.db.models.functions import Now

from caferoam.database.functions import GenRandomUUID


class LlmUsage(models.Model):
    """One call to a model and what it cost. Written for every call, offline ones at no cost included."""

    id = models.UUIDField(primary_key=True, db_default=GenRandomUUID(), editable=False)
    provider = models.TextField()
    model = models.TextField()
    purpose = models.TextField(help_text="The job type that asked.")
    tokens_in = models.PositiveIntegerField(db_default=0)
    tokens_out = models.PositiveIntegerField(db_default=0)
    tokens_cached = models.PositiveIntegerField(db_default=0)
    usd = models.DecimalField(max_digits=12, decimal_places=6, db_default=0)
    job_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "llm_usage"
        indexes = [models.Index(fields=["created_at", "purpose"], name="llm_usage_by_day")]

    def __str__(self) -> str:
        return f"{self.model} {self.usd} USD"
