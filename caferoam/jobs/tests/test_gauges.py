"""What Prometheus is told of the queue's tables, of the pulses, and of one relay."""

from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
import redis
from django.conf import settings
from django.db import connection
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest

from caferoam.jobs import endings, enqueue, queue
from caferoam.jobs.gauges import REMEMBER_S, QueueGauges, RelayGauges
from caferoam.jobs.lanes import publish_lanes
from caferoam.jobs.listener import Listener
from caferoam.jobs.models import Job, Lane
from caferoam.jobs.registry import registry
from caferoam.jobs.tests.conftest import claimed, started
from caferoam.jobs.tests.test_relay import NOBODY_THERE, make_relay
from caferoam.local.provision import API, OWNER, WORKER
from caferoam.pulse import Pulse
from caferoam.testing.database import database_url
from caferoam.testing.live import eventually
from caferoam.testing.metrics import samples

pytestmark = pytest.mark.usefixtures("worker_login")


@pytest.fixture(autouse=True)
def prepared(worker_login: None) -> None:
    publish_lanes(registry.values())
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def seen(gauges: QueueGauges | RelayGauges) -> dict[str, float]:
    found = CollectorRegistry()
    found.register(gauges)
    return samples(generate_latest(found).decode())


def of_queue(*, redis_url: str = "") -> QueueGauges:
    return QueueGauges(["live_note", "live_fails"], redis_url=redis_url or settings.REDIS_URL)


def age(job_id: UUID, column: str, seconds: float) -> None:
    Job.objects.filter(pk=job_id).update(**{column: timezone.now() - timedelta(seconds=seconds)})


def test_every_state_of_every_known_type_is_told_even_where_there_is_none() -> None:
    claimed()
    started()
    enqueue("live_note")
    enqueue("live_note", scheduled_at=timezone.now() + timedelta(hours=1))
    endings.fail_for_good(started("live_fails").attempt, "no")
    enqueue("from_the_future")
    there = {
        "job_type=live_note state=claimed_not_started",
        "job_type=live_note state=running",
        "job_type=live_note state=ready",
        "job_type=live_note state=scheduled",
        "job_type=live_fails state=failed",
        "job_type=unknown state=ready",
    }
    states = ("ready", "scheduled", "claimed_not_started", "running", "failed", "dead_letter")
    known = {f"job_type={job_type} state={state}" for job_type in ("live_note", "live_fails") for state in states}
    numbers = {name.removeprefix("caferoam_jobs "): value for name, value in seen(of_queue()).items()}
    assert {name: numbers[name] for name in known | there} == {name: int(name in there) for name in known | there}
    assert [name for name in numbers if name.startswith("job_type=unknown")] == ["job_type=unknown state=ready"]


def test_the_oldest_of_a_type_gives_its_age() -> None:
    for seconds in (300, 100):
        age(enqueue("live_note"), "scheduled_at", seconds)
    age(claimed("live_fails").job_id, "claimed_at", 40)
    numbers = seen(of_queue())
    assert numbers["caferoam_oldest_ready_age_seconds job_type=live_note"] == pytest.approx(300, abs=60)
    assert numbers["caferoam_oldest_unstarted_age_seconds job_type=live_fails"] == pytest.approx(40, abs=30)
    assert numbers["caferoam_oldest_ready_age_seconds job_type=live_fails"] == 0


def test_lanes_are_told_as_operators_and_providers_set_them() -> None:
    Lane.objects.filter(pk="live_note").update(paused=True, width=3)
    endings.pause_lane("live_fails", timedelta(minutes=5), "busy")
    numbers = seen(of_queue())
    assert numbers["caferoam_lane_paused job_type=live_note"] == 1
    assert numbers["caferoam_lane_width job_type=live_note"] == 3
    assert numbers["caferoam_lane_paused job_type=live_fails"] == 1
    assert "caferoam_lane_width job_type=live_quiet" not in numbers, "this relay does not know it"


@pytest.mark.parametrize("login", [OWNER, API, WORKER])
def test_a_transaction_that_stays_open_is_told_by_its_age_whoever_has_it_open(login: str) -> None:
    with psycopg.connect(database_url(login)) as other:
        other.execute("SELECT 1")
        assert eventually(lambda: seen(of_queue())["caferoam_oldest_transaction_age_seconds"] > 0.2)
        assert seen(of_queue())["caferoam_job_queue_dead_rows"] >= 0


def test_tables_are_read_every_fifteen_seconds_however_often_they_are_asked_for() -> None:
    clock = Clock()
    gauges = QueueGauges(["live_note"], redis_url=settings.REDIS_URL, clock=clock)
    counts = []
    for clock.now in (0, REMEMBER_S - 1, REMEMBER_S):
        counts.append(seen(gauges)["caferoam_jobs job_type=live_note state=ready"])
        enqueue("live_note")
    assert counts == [0, 0, 2]


def test_pulses_are_told_by_their_age_and_a_missing_one_as_endless() -> None:
    with Pulse(settings.REDIS_URL, "relay") as relay:
        relay.beat()
    numbers = seen(of_queue())
    assert numbers["caferoam_pulse_age_seconds process=relay"] < 60
    assert numbers["caferoam_pulse_age_seconds process=beat"] == float("inf")
    assert (numbers["caferoam_up dependency=database"], numbers["caferoam_up dependency=redis"]) == (1, 1)


def test_what_does_not_answer_is_down_and_the_rest_is_still_told(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = seen(of_queue(redis_url=NOBODY_THERE))
    assert (numbers["caferoam_up dependency=database"], numbers["caferoam_up dependency=redis"]) == (1, 0)
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    numbers = seen(of_queue())
    assert (numbers["caferoam_up dependency=database"], numbers["caferoam_up dependency=redis"]) == (0, 1)
    assert not [name for name in numbers if name.startswith("caferoam_jobs")]


def test_a_relay_tells_of_its_loop_its_broker_and_its_ear() -> None:
    relay = make_relay(listener=Listener(database_url(WORKER), queue.notify))
    relay.round()
    numbers = seen(RelayGauges(relay))
    assert numbers.pop("caferoam_relay_loop_age_seconds") < 60
    assert numbers.pop("caferoam_relay_heard_age_seconds") < 60
    assert numbers == {"caferoam_relay_breaker_open": 0, "caferoam_relay_listening": 1}
    assert relay.listener
    relay.listener.close()


def test_a_relay_that_cannot_reach_its_broker_says_so() -> None:
    relay = make_relay(url=NOBODY_THERE)
    enqueue("live_note")
    relay.round()
    assert seen(RelayGauges(relay))["caferoam_relay_breaker_open"] == 1
