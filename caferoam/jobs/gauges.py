"""What the tables and the pulses say of the queue, for Prometheus."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import timedelta
from typing import Final

import redis
from django.db import DatabaseError, InterfaceError, connection, transaction
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from caferoam.jobs.counts import STATES, Count, read_counts
from caferoam.jobs.metrics import label
from caferoam.jobs.relay import Relay
from caferoam.jobs.statements import rows_of
from caferoam.pulse import read_pulses

REMEMBER_S: Final = 15.0
"""However often they are asked for, the tables are read no more often."""
PATIENCE: Final = timedelta(seconds=5)
"""With a statement; a scrape is given up after ten seconds."""
UNKNOWN_AGE_S: Final = float("inf")
_AGES: Final = (
    ("ready", "oldest_ready_age_seconds", "How long the longest has waited since it was due."),
    (
        "claimed_not_started",
        "oldest_unstarted_age_seconds",
        "Since the one that nobody has looked after for longest was claimed, or renewed by a worker, but not started.",
    ),
    ("running", "oldest_running_age_seconds", "How long the longest has been at work."),
)

_LANES: Final = "SELECT job_type, width, (paused OR coalesce(paused_until > now(), false))::int FROM job_lanes"
# Of other logins' sessions everybody sees that they are there, and in which database, but not of what kind they are.
_CONNECTIONS: Final = """
SELECT count(*), current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int
FROM pg_stat_activity WHERE datid IS NOT NULL
"""
# Of other logins' sessions a login without pg_monitor sees no times (ops/roles.sql), and of its own only as itself.
_AS_ITSELF: Final = "SELECT set_config('role', 'none', true)"
_SERVER: Final = """
SELECT coalesce((SELECT n_dead_tup FROM pg_stat_user_tables WHERE relid = 'job_queue'::regclass), 0),
    coalesce(extract(epoch FROM max(clock_timestamp() - xact_start))::float, 0)
FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


class QueueGauges(Collector):
    """Reads for whoever has the workers' login; from one thread, with a connection that is closed after each look."""

    def __init__(
        self, job_types: Collection[str], *, redis_url: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._job_types = job_types
        self._redis_url = redis_url
        self._clock = clock
        self._read_at = float("-inf")
        self._families: list[Metric] = []

    def collect(self) -> Iterator[Metric]:
        """What is known, at most ``REMEMBER_S`` old. What cannot be asked is told as down, and leaves out the rest."""
        if self._clock() >= self._read_at + REMEMBER_S:
            of_database, of_pulses = list(self._of_database()), list(self._of_pulses())
            answers = {"database": bool(of_database), "redis": bool(of_pulses)}
            self._families = [_by("dependency", "up", "Whether it answers.", answers), *of_database, *of_pulses]
            self._read_at = self._clock()
        yield from self._families

    def _of_database(self) -> Iterator[Metric]:
        try:
            with transaction.atomic():
                rows_of("SELECT set_config('statement_timeout', %s, true)", [str(int(PATIENCE.total_seconds() * 1000))])
                jobs, lanes = read_counts(), rows_of(_LANES)
                ((connections, connections_max),) = rows_of(_CONNECTIONS)
                rows_of(_AS_ITSELF)
                ((dead_rows, transaction_age_s),) = rows_of(_SERVER)
        except (DatabaseError, InterfaceError):
            return
        finally:
            connection.close()
        yield from self._of_jobs(jobs)
        known = [lane for lane in lanes if lane[0] in self._job_types]
        widths, paused = {lane[0]: lane[1] for lane in known}, {lane[0]: lane[2] for lane in known}
        yield _by("job_type", "lane_width", "Most jobs claimed at the same time.", widths)
        yield _by("job_type", "lane_paused", "Whether an operator or a provider has paused it.", paused)
        yield GaugeMetricFamily("caferoam_job_queue_dead_rows", "Rows that wait for the vacuum.", dead_rows)
        yield GaugeMetricFamily(
            "caferoam_oldest_transaction_age_seconds", "Of those whose times this login may see.", transaction_age_s
        )
        yield GaugeMetricFamily("caferoam_database_connections", "Sessions of all logins.", connections)
        yield GaugeMetricFamily("caferoam_database_connections_max", "For who is no superuser.", connections_max)

    def _of_jobs(self, counted: Collection[Count]) -> Iterator[Metric]:
        counts = {(job_type, state): 0 for job_type in self._job_types for state in STATES}
        ages_s: dict[str, dict[str, float]] = {state: dict.fromkeys(self._job_types, 0.0) for state in STATES}
        for job_type, state, jobs_count, age_s, _ in counted:
            of_type, ages_of_state = label(job_type), ages_s[state]
            counts[of_type, state] = counts.get((of_type, state), 0) + jobs_count
            ages_of_state[of_type] = max(ages_of_state.get(of_type, 0.0), age_s or 0.0)
        family = GaugeMetricFamily("caferoam_jobs", "Jobs that are not completed.", labels=["job_type", "state"])
        for labels, count in counts.items():
            family.add_metric(labels, count)
        yield family
        for state, name, what in _AGES:
            yield _by("job_type", name, what, ages_s[state])

    def _of_pulses(self) -> Iterator[Metric]:
        try:
            ages = read_pulses(self._redis_url)
        except redis.RedisError:
            return
        in_seconds: dict[str, float] = {
            name: UNKNOWN_AGE_S if age is None else age.total_seconds() for name, age in ages.items()
        }
        yield _by("process", "pulse_age_seconds", "Since it last completed a round.", in_seconds)


class RelayGauges(Collector):
    """What one relay knows of itself."""

    def __init__(self, relay: Relay) -> None:
        self._relay = relay

    def collect(self) -> Iterator[Metric]:
        """As it is now."""
        relay, listener = self._relay, self._relay.listener
        yield GaugeMetricFamily(
            "caferoam_relay_loop_age_seconds", "Since this relay last completed a round.", relay.loop_age_s
        )
        yield GaugeMetricFamily(
            "caferoam_relay_breaker_open", "Whether it could not reach the broker when it last tried.", relay.is_cut_off
        )
        if listener is not None:
            yield GaugeMetricFamily(
                "caferoam_relay_listening", "Whether it has a session that listens.", listener.is_listening
            )
            yield GaugeMetricFamily(
                "caferoam_relay_heard_age_seconds",
                "Since something was last heard, its own echo included.",
                listener.heard_age_s,
            )


def _by(label_name: str, name: str, what: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"caferoam_{name}", what, labels=[label_name])
    for value_label, value in values.items():
        family.add_metric([value_label], value)
    return family
