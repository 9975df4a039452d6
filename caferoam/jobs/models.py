"""The two tables of the queue. Rows are moved from state to state by ``caferoam.jobs.queue`` and nothing else."""

from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import F, Q

from caferoam.database.functions import GenRandomUUID


class Job(models.Model):
    """One piece of work. ``attempts`` counts starts and is the fencing token; ``claimed_at`` is the lease's clock."""

    class Status(models.TextChoices):
        PENDING = "pending", "waits until scheduled_at"
        CLAIMED = "claimed", "handed to a worker"
        COMPLETED = "completed", "done"
        FAILED = "failed", "cannot succeed, never retried by itself"
        DEAD_LETTER = "dead_letter", "all attempts used up"

    id = models.UUIDField(primary_key=True, db_default=GenRandomUUID(), editable=False)
    job_type = models.TextField()
    payload = models.JSONField(db_default={}, default=dict)
    status = models.TextField(choices=Status, db_default=Status.PENDING)
    priority = models.IntegerField(db_default=0, help_text="Higher goes first, within its type.")
    attempts = models.IntegerField(db_default=0)
    max_attempts = models.IntegerField(db_default=3)
    last_error = models.TextField(null=True)
    claimed_at = models.DateTimeField(null=True, help_text="When it was claimed, started or last renewed.")
    scheduled_at = models.DateTimeField(db_default=TransactionNow())
    completed_at = models.DateTimeField(null=True, help_text="When it reached completed, failed or dead_letter.")
    created_at = models.DateTimeField(db_default=TransactionNow())

    class Meta:
        db_table = "job_queue"
        # Each index holds the rows of one state only, so it stays small however much history the table keeps.
        indexes = [
            models.Index(
                "job_type",
                F("priority").desc(),
                "scheduled_at",
                "id",
                condition=Q(status="pending"),
                name="job_queue_claim_order",
            ),
            # Without claimed_at on purpose: so starting and renewing rewrite no index entry (HOT updates).
            models.Index("job_type", condition=Q(status="claimed"), name="job_queue_claimed"),
            models.Index("completed_at", condition=Q(status="completed"), name="job_queue_prunable"),
            models.Index(
                F("created_at").desc(), condition=Q(status__in=["failed", "dead_letter"]), name="job_queue_troubled"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["pending", "claimed", "completed", "failed", "dead_letter"]),
                name="job_queue_status",
            ),
            # A claimed row without a lease would never be rescued.
            models.CheckConstraint(
                condition=Q(status="claimed", claimed_at__isnull=False) | (~Q(status="claimed")),
                name="job_queue_claimed_has_lease",
            ),
            # A completed row without its time would never be pruned.
            models.CheckConstraint(
                condition=Q(status="completed", completed_at__isnull=False) | (~Q(status="completed")),
                name="job_queue_completed_has_time",
            ),
            models.CheckConstraint(condition=Q(attempts__gte=0, max_attempts__gte=1), name="job_queue_attempts"),
        ]

    def __str__(self) -> str:
        return f"{self.job_type} {self.id}"


class Lane(models.Model):
    """How one job type may run. The code says ``queue``, ``max_attempts`` and ``priority``; operators own the rest."""

    job_type = models.TextField(primary_key=True)
    queue = models.TextField(help_text="Celery queue.")
    width = models.IntegerField(help_text="Most rows claimed at the same time, over all relays and workers.")
    paused = models.BooleanField(db_default=False, help_text="Until an operator says otherwise.")
    paused_until = models.DateTimeField(null=True, help_text="Set when a provider asks for a pause.")
    max_attempts = models.IntegerField(db_default=3, help_text="For rows that do not say.")
    priority = models.IntegerField(db_default=0, help_text="For rows that do not say.")

    class Meta:
        db_table = "job_lanes"
        constraints = [
            models.CheckConstraint(condition=Q(width__gte=0, max_attempts__gte=1), name="job_lanes_numbers"),
        ]

    def __str__(self) -> str:
        return self.job_type
