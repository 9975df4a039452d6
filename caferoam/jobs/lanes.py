"""What the code says of each job type, made known to the database."""

from collections.abc import Iterable

from django.db import connection

from caferoam.jobs.registry import JobType


def publish_lanes(job_types: Iterable[JobType]) -> None:
    """Write a lane for each type. Of one that exists only what the code owns changes: width and pauses stay."""
    known = sorted(job_types, key=lambda job_type: job_type.name)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO job_lanes AS lane (job_type, queue, width, max_attempts, priority, "unique")
            SELECT * FROM unnest(%s::text[], %s::text[], %s::int[], %s::int[], %s::int[], %s::bool[])
            ON CONFLICT (job_type) DO UPDATE SET
                queue = excluded.queue, max_attempts = excluded.max_attempts, priority = excluded.priority,
                "unique" = excluded."unique"
            WHERE (lane.queue, lane.max_attempts, lane.priority, lane."unique")
                IS DISTINCT FROM (excluded.queue, excluded.max_attempts, excluded.priority, excluded."unique")
            """,
            [
                [job_type.name for job_type in known],
                [job_type.queue for job_type in known],
                [job_type.width for job_type in known],
                [job_type.max_attempts for job_type in known],
                [job_type.priority for job_type in known],
                [job_type.unique for job_type in known],
            ],
        )
