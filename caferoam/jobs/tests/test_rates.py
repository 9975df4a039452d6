"""A lane's rate: how many jobs may begin in a minute and in a day."""

from contextlib import ExitStack
from datetime import timedelta

import psycopg
import pytest
import redis
from django.conf import settings
from django.db.models import F
from django.utils import timezone

from caferoam.celery import app
from caferoam.jobs import enqueue_many, queue
from caferoam.jobs.doorbell import Doorbell
from caferoam.jobs.models import Job, Lane
from caferoam.jobs.registry import registry
from caferoam.jobs.relay import POLL_UNHEARD_S, Relay
from caferoam.jobs.tests.conftest import aside, someone_waits
from caferoam.pulse import Pulse

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("ten_jobs")]

DAY_S = 86_400


@pytest.fixture
def ten_jobs(lanes: None) -> None:
    enqueue_many("live_note", [{"n": n} for n in range(10)])


def rule(**fields: object) -> None:
    """Change the lane as an operator does."""
    Lane.objects.filter(pk="live_note").update(**fields)


def pass_time(seconds: float) -> None:
    """Let the buckets have stood so much longer."""
    rule(refilled_at=F("refilled_at") - timedelta(seconds=seconds))


def claimed() -> tuple[int, float | None]:
    """How many a claim gets, and in how many seconds to look again."""
    claim = queue.claim(["live_note"])
    return len(claim.tickets.get("live_note", [])), claim.full_lanes.get("live_note", -1)


def about(seconds: float) -> object:
    return pytest.approx(seconds, abs=2)


@pytest.mark.parametrize(("rate", "next_s"), [({"rate_per_minute": 2}, 30), ({"rate_per_day": 2}, DAY_S / 2)])
def test_a_full_bucket_lets_as_many_begin_as_the_rate_says_then_one_after_the_other(
    rate: dict[str, int], next_s: float
) -> None:
    rule(**rate)
    assert claimed() == (2, about(next_s))
    assert claimed() == (0, about(next_s))
    pass_time(next_s / 2)
    assert claimed() == (0, about(next_s / 2))
    pass_time(next_s / 2)
    assert claimed() == (1, about(next_s))


def test_a_bucket_never_holds_more_than_its_rate() -> None:
    rule(rate_per_minute=3)
    assert claimed()[0] == 3
    pass_time(DAY_S)
    assert claimed()[0] == 3


def test_of_two_rates_the_tighter_one_counts() -> None:
    rule(rate_per_minute=4, rate_per_day=5)
    assert claimed() == (4, about(15))
    pass_time(60)
    assert claimed() == (1, about(DAY_S / 5 - 60))  # the minute would allow three more
    pass_time(DAY_S / 5 - 60)
    assert claimed() == (1, about(DAY_S / 5))


def test_the_width_holds_whatever_the_rate_allows() -> None:
    rule(rate_per_minute=100, width=3)
    assert claimed() == (3, None)
    assert claimed() == (0, None)


def test_a_lane_with_less_waiting_than_it_may_begin_is_not_full() -> None:
    rule(rate_per_minute=20)
    rule(width=50)
    assert claimed() == (10, -1)


def test_what_was_not_claimed_stays_in_the_bucket() -> None:
    Job.objects.all().delete()
    rule(rate_per_minute=4)
    enqueue_many("live_note", [{}])
    assert claimed() == (1, -1)
    enqueue_many("live_note", [{}] * 9)
    assert claimed()[0] == 3


def test_what_is_given_back_unstarted_is_given_back_to_the_bucket() -> None:
    rule(rate_per_minute=2, rate_per_day=2)
    first, second = queue.claim(["live_note"]).tickets["live_note"]
    queue.start([first])
    assert queue.release([first, second]) == 1
    assert claimed()[0] == 1


def test_giving_back_fills_no_bucket_above_its_rate() -> None:
    rule(rate_per_minute=2)
    tickets = queue.claim(["live_note"]).tickets["live_note"]
    pass_time(60)
    queue.release(tickets)
    assert claimed()[0] == 2


def test_a_lane_without_a_rate_gives_back_without_one() -> None:
    tickets = queue.claim(["live_note"]).tickets["live_note"]
    assert queue.release(tickets) == 8
    lane = Lane.objects.get(pk="live_note")
    assert (lane.minute_tokens, lane.day_tokens, lane.refilled_at) == (None, None, None)


def test_a_change_counts_from_the_next_claim_on() -> None:
    rule(rate_per_minute=2)
    assert claimed()[0] == 2
    rule(rate_per_minute=60)
    pass_time(3)
    assert claimed()[0] == 3
    rule(rate_per_minute=1)
    pass_time(DAY_S)
    assert claimed()[0] == 1
    rule(rate_per_minute=None, rate_per_day=1)
    assert claimed()[0] == 1  # a bucket of its own, still full
    rule(rate_per_day=None)
    assert claimed()[0] == 1  # the width is 8


def test_a_clock_that_is_set_back_takes_nothing_out_of_the_bucket() -> None:
    rule(rate_per_minute=4)
    Job.objects.update(scheduled_at=timezone.now() + timedelta(hours=1))
    enqueue_many("live_note", [{}])
    assert claimed() == (1, -1)
    pass_time(-3600)
    Job.objects.update(scheduled_at=timezone.now() - timedelta(hours=1))
    assert claimed()[0] == 3


@pytest.mark.django_db(transaction=True)
def test_two_relays_together_never_exceed_the_rate(worker: psycopg.Connection) -> None:
    rule(rate_per_minute=3)
    worker.execute("BEGIN")
    assert worker.execute("SELECT FROM private.claim_jobs_v2('{live_note}') WHERE job_id IS NOT NULL").rowcount == 3
    assert claimed()[0] == 0
    worker.execute("COMMIT")
    assert claimed()[0] == 0


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_claims_that_race_begin_as_many_as_the_rate_says() -> None:
    rule(rate_per_day=5, width=100)
    with ExitStack() as stack:
        racers = [stack.enter_context(aside(lambda: sum(claimed()[0] for _ in range(20)))) for _ in range(4)]
    assert sum(racer.result() for racer in racers) == Job.objects.filter(status="claimed").count() == 5


@pytest.mark.django_db(transaction=True)
def test_what_is_given_back_while_another_relay_claims_is_not_written_over(worker: psycopg.Connection) -> None:
    rule(rate_per_day=3, width=2)
    tickets = queue.claim(["live_note"]).tickets["live_note"]
    rule(width=3)
    worker.execute("BEGIN")
    worker.execute("SELECT FROM private.claim_jobs_v2('{live_note}')")  # takes the third
    with aside(lambda: queue.release(tickets)) as released:
        assert someone_waits(worker)
        worker.execute("COMMIT")
    assert released.result() == 2
    assert Lane.objects.get(pk="live_note").day_tokens == pytest.approx(2, abs=0.01)


def test_a_relay_sleeps_until_the_rate_lets_the_next_one_through() -> None:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()
    rule(rate_per_minute=200)
    relay = Relay(
        registry,
        doorbell=Doorbell(app, registry),
        listener=None,
        pulse=Pulse(settings.REDIS_URL, "relay"),
        lease=timedelta(seconds=90),
        keep_every=timedelta(seconds=20),
        rescue_every=timedelta(seconds=90),
    )
    relay.round()
    Job.objects.update(status="pending", claimed_at=None)
    rule(minute_tokens=0, refilled_at=timezone.now(), width=10)
    assert 0.1 < relay.round() <= 0.3  # not a nap of a hundredth
    rule(rate_per_minute=2, minute_tokens=0)
    assert relay.round() == POLL_UNHEARD_S
