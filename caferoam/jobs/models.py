"""The tables of the queue. Jobs are moved from state to state by ``caferoam.jobs.queue`` and nothing else."""

from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

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


class JobStart(models.Model):
    """What is known of a job's current or last start. The table is unlogged: fast, and empty after a crash of Postgres.

    Nothing depends on it. A row stays when its job ends, and goes when the job is put back to be started again; so a
    claimed job without one waits in Redis.
    """

    job_id = models.UUIDField(primary_key=True)
    attempt = models.IntegerField()
    started_at = models.DateTimeField()
    worker = models.TextField(help_text="Host and process id.")
    done = models.IntegerField(null=True, help_text="Units of work done, as the handler counts them.")
    total = models.IntegerField(null=True, help_text="Units of work in all, where that is known.")
    note = models.TextField(null=True)
    progressed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "job_starts"

    def __str__(self) -> str:
        return f"attempt {self.attempt} of {self.job_id}"


class JobEvent(models.Model):
    """A step of a job other than going well: how an attempt ended, or what an operator did."""

    class Kind(models.TextChoices):
        RETRIED = "retried", "failed, to be tried again"
        SNOOZED = "snoozed", "put off, no attempt counted"
        RELEASED = "released", "given back by a worker that stopped, no attempt counted"
        LOST = "lost", "its worker was gone"
        FAILED = "failed", "cannot succeed"
        DEAD_LETTER = "dead_letter", "failed on its last attempt"
        REQUEUED = "requeued", "queued again by an operator"
        DISCARDED = "discarded", "given up by an operator"
        CANCELLED = "cancelled", "cancelled by an operator"
        HASTENED = "hastened", "made due at once by an operator"

    # The constraint is made in SQL, where it can delete a job's events with the job.
    job = models.ForeignKey(Job, on_delete=models.CASCADE, db_constraint=False, related_name="events")
    at = models.DateTimeField(db_default=Now())
    kind = models.TextField(choices=Kind)
    attempt = models.IntegerField(help_text="How often the job had been started.")
    started_at = models.DateTimeField(null=True, help_text="When the attempt that ended had started.")
    detail = models.TextField(db_default="", help_text="The error, short and without secrets.")
    traceback = models.TextField(null=True)
    actor = models.TextField(null=True, help_text="The operator, where it was one.")

    class Meta:
        db_table = "job_events"
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        "retried",
                        "snoozed",
                        "released",
                        "lost",
                        "failed",
                        "dead_letter",
                        "requeued",
                        "discarded",
                        "cancelled",
                        "hastened",
                    ]
                ),
                name="job_events_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.job_id}"


class Lane(models.Model):
    """How one job type may run. The code says ``queue``, ``max_attempts``, ``priority`` and ``unique``.

    Operators own the rest.
    """

    job_type = models.TextField(primary_key=True)
    queue = models.TextField(help_text="Celery queue.")
    width = models.IntegerField(help_text="Most rows claimed at the same time, over all relays and workers.")
    paused = models.BooleanField(db_default=False, help_text="Until an operator says otherwise.")
    paused_until = models.DateTimeField(null=True, help_text="Set when a provider asks for a pause.")
    pause_reason = models.TextField(null=True, help_text="Why it was last paused.")
    rate_per_minute = models.IntegerField(null=True, help_text="Starts a minute: a bucket of so many, refilled evenly.")
    rate_per_day = models.IntegerField(null=True, help_text="The same a day.")
    minute_tokens = models.FloatField(null=True, editable=False, help_text="Left at refilled_at; unset is full.")
    day_tokens = models.FloatField(null=True, editable=False)
    refilled_at = models.DateTimeField(null=True, editable=False)
    max_attempts = models.IntegerField(db_default=3, help_text="For rows that do not say.")
    priority = models.IntegerField(db_default=0, help_text="For rows that do not say.")
    unique = models.BooleanField(db_default=False, help_text="No second job waits with the same payload.")

    class Meta:
        db_table = "job_lanes"
        constraints = [
            models.CheckConstraint(condition=Q(width__gte=0, max_attempts__gte=1), name="job_lanes_numbers"),
            models.CheckConstraint(
                condition=(Q(rate_per_minute=None) | Q(rate_per_minute__gte=1))
                & (Q(rate_per_day=None) | Q(rate_per_day__gte=1)),
                name="job_lanes_rates",
            ),
        ]

    def __str__(self) -> str:
        return self.job_type
