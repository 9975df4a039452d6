"""The relay's own rounds, against the real database and the real broker or one that is gone."""

import logging
import os
import signal
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import redis
from django.conf import settings
from django.contrib.postgres.functions import TransactionNow
from django.core.management import call_command
from django.db import connection

from caferoam.celery import app
from caferoam.jobs import enqueue, queue
from caferoam.jobs.backoff import Backoff
from caferoam.jobs.doorbell import ONE_TRY, Doorbell, DoorbellError
from caferoam.jobs.listener import Listener
from caferoam.jobs.models import Job, Lane
from caferoam.jobs.registry import registry
from caferoam.jobs.relay import KEEPS_BEFORE_RESCUE, POLL_S, POLL_UNHEARD_S, Relay
from caferoam.jobs.tests.conftest import age, claimed, state
from caferoam.jobs.tickets import Ticket, from_message
from caferoam.local.provision import WORKER
from caferoam.pulse import Pulse, read_pulses
from caferoam.testing.database import database_url
from caferoam.testing.live import eventually

NOBODY_THERE = "redis://127.0.0.1:9/0"


@pytest.fixture
def broker() -> Iterator[redis.Redis]:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()
        yield client


def published(client: redis.Redis) -> list[list[Ticket]]:
    """The messages that wait for a worker, oldest first."""
    channel: Any = app.connection_for_read().default_channel  # the stubs know less of a channel than it has
    messages = []
    while message := channel.basic_get("default"):
        messages.append(from_message(message.payload[0][0]))
        channel.basic_ack(message.delivery_tag)
    channel.close()
    return messages


def make_relay(*, listener: Listener | None = None, url: str = "", keep_every_s: float = 0) -> Relay:
    broken = app.connection_for_write(url, transport_options=ONE_TRY) if url else None
    doorbell = Doorbell(app, registry)
    doorbell._connection = broken
    return Relay(
        registry,
        doorbell=doorbell,
        listener=listener,
        pulse=Pulse(url or settings.REDIS_URL, "relay"),
        lease=timedelta(seconds=90),
        keep_every=timedelta(seconds=keep_every_s),
        rescue_every=timedelta(0),
    )


@pytest.mark.django_db
def test_a_due_row_is_published_with_its_token(broker: redis.Redis) -> None:
    job = enqueue("live_note")
    make_relay().round()
    assert published(broker) == [[Ticket(job, 0)]]
    assert (state(job).status, state(job).attempts) == ("claimed", 0)


@pytest.mark.django_db
def test_batched_types_share_messages(broker: redis.Redis) -> None:
    for _ in range(6):
        enqueue("live_batch", {"how": "well"})
    make_relay().round()
    assert sorted(len(message) for message in published(broker)) == [2, 4]


@pytest.mark.django_db
def test_a_relay_shows_that_it_goes_round(broker: redis.Redis) -> None:
    make_relay().round()
    assert read_pulses(settings.REDIS_URL)["relay"] is not None


@pytest.mark.django_db
def test_without_the_broker_rows_are_given_back_and_no_attempt_is_used(caplog: pytest.LogCaptureFixture) -> None:
    job = enqueue("live_note")
    relay = make_relay(url=NOBODY_THERE)
    relay._broker_trouble = Backoff(clock=Clock())
    assert relay.round() == 1
    assert (state(job).status, state(job).attempts) == ("pending", 0)
    assert "1 rows given back" in caplog.text
    assert relay.round() == 1  # the breaker is open: nothing is claimed
    assert state(job).status == "pending"


@pytest.mark.django_db
def test_when_the_broker_is_back_the_relay_goes_on(broker: redis.Redis, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    job = enqueue("live_note")
    relay = make_relay(url=NOBODY_THERE)
    pause_s = relay.round()
    assert eventually(lambda: relay.round() > pause_s or bool(state(job).claimed_at))
    assert published(broker) == [[Ticket(job, 0)]]
    assert "the broker is back" in caplog.text


@pytest.mark.django_db
def test_a_full_lane_is_looked_at_again_soon_and_then_less_often(broker: redis.Redis) -> None:
    relay = make_relay()
    relay.round()
    Lane.objects.filter(pk="live_note").update(width=1)
    enqueue("live_note")
    enqueue("live_note")
    assert [relay.round() for _ in range(6)] == [0.02, 0.04, 0.08, 0.16, 0.2, 0.2]


@pytest.mark.django_db
def test_a_relay_sleeps_until_the_next_row_is_due(broker: redis.Redis) -> None:
    relay = make_relay()
    assert relay.round() == POLL_UNHEARD_S
    job = enqueue("live_note")
    Job.objects.filter(pk=job).update(scheduled_at=TransactionNow() + timedelta(seconds=0.3))
    assert relay.round() == pytest.approx(0.3)


@pytest.mark.django_db
def test_rows_of_lost_workers_are_taken_back(broker: redis.Redis, caplog: pytest.LogCaptureFixture) -> None:
    relay = make_relay()
    relay.round()
    ticket = claimed()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE job_queue SET claimed_at = now() - interval '100 s'")
    relay.round()
    assert "rescued from lost workers: 1 pending" in caplog.text
    assert published(broker) == [[ticket]]


@pytest.mark.usefixtures("lanes")
@pytest.mark.django_db(transaction=True)
def test_workers_get_the_time_to_renew_before_any_row_is_taken_back(
    broker: redis.Redis, owner: psycopg.Connection
) -> None:
    keep_every_s = 60.0
    relay = make_relay(keep_every_s=keep_every_s)
    ticket = claimed()
    for trouble in (False, True):  # the relay has just started; then the database was away
        if trouble:
            lose_session(owner)
            assert relay._guarded(relay.round) == 1
        age(ticket.job_id, 100)
        relay._guarded(relay.round)
        assert published(broker) == []
        relay._rescue.due_at -= keep_every_s * KEEPS_BEFORE_RESCUE  # so much later
        relay._guarded(relay.round)
        assert published(broker) == [[ticket]]


@pytest.mark.django_db
def test_rows_of_an_unknown_type_stay_and_are_reported(broker: redis.Redis, caplog: pytest.LogCaptureFixture) -> None:
    job = enqueue("from_the_future")
    make_relay().round()
    assert state(job).status == "pending"
    assert "waiting for code that knows their job type: 1 from_the_future" in caplog.text


def lose_session(owner: psycopg.Connection) -> None:
    """End the session that this thread has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    owner.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


@pytest.mark.django_db(transaction=True)
def test_a_database_that_only_reads_is_waited_for(broker: redis.Redis, caplog: pytest.LogCaptureFixture) -> None:
    relay = make_relay()
    relay.round()
    enqueue("live_note")
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    assert relay._guarded(relay.round) == 1  # on a new session all is well again
    assert "read-only transaction" in caplog.text
    relay._guarded(relay.round)
    assert len(published(broker)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_relay_outlives_the_loss_of_its_database(
    broker: redis.Redis, owner: psycopg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    relay = make_relay()
    relay.round()
    lose_session(owner)
    assert relay._guarded(relay.round) == 1
    assert relay._guarded(relay.round) == POLL_UNHEARD_S
    assert "the database cannot be worked with; next try in 1 s" in caplog.text
    assert "the database is back" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_the_command_runs_until_it_is_told_to_stop(
    broker: redis.Redis, worker: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    # NOTIFY stays within its database, which here is the test's.
    monkeypatch.setattr(settings, "LISTEN_DATABASE_URL", database_url(WORKER))
    job = uuid4()

    def queue_one_then_stop() -> None:
        eventually(lambda: read_pulses(settings.REDIS_URL)["relay"])
        worker.execute("INSERT INTO job_queue (id, job_type) VALUES (%s, 'live_note')", [job])
        eventually(lambda: broker.llen("default"))
        os.kill(os.getpid(), signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    stopper = threading.Thread(target=queue_one_then_stop)
    stopper.start()
    call_command("relay")
    stopper.join()
    signal.signal(signal.SIGTERM, before[0])
    signal.signal(signal.SIGINT, before[1])
    assert published(broker) == [[Ticket(job, 0)]]
    assert Job.objects.get(pk=job).status == "claimed"


def test_a_doorbell_nobody_hears_says_so() -> None:
    doorbell = Doorbell(app, registry)
    doorbell._connection = app.connection_for_write(NOBODY_THERE, transport_options=ONE_TRY)
    with pytest.raises(DoorbellError):
        doorbell.ring({"live_note": [Ticket(uuid4(), 0)]})
    doorbell.close()


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def listener(clock: Clock, *, dsn: str = "", deaf: bool = False) -> Listener:
    return Listener(dsn or database_url("caferoam_worker"), (lambda _: None) if deaf else queue.notify, clock=clock)


def hear(session: Listener) -> None:
    """Let what is on its way arrive."""

    def heard() -> bool:
        session.drain()
        return not session._echo

    assert eventually(heard)


@pytest.mark.django_db(transaction=True)
def test_a_session_hears_itself_every_fifteen_seconds(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    session = listener(clock)
    assert (session.is_listening, session.fileno()) == (False, None)
    session.drain()
    session.tend()
    assert session.is_listening
    assert session.fileno()
    session.tend()  # its first message is still on its way
    hear(session)
    awaited = []
    for clock.now in (10, 15):
        session.tend()
        awaited.append(bool(session._echo))
    assert awaited == [False, True]
    hear(session)
    session.close()
    session.close()
    assert caplog.text == ""


@pytest.mark.django_db(transaction=True)
def test_a_deaf_session_is_replaced_and_the_new_one_is_announced(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    clock = Clock()
    session = listener(clock, deaf=True)
    session.tend()
    clock.now = 5.1
    session.tend()
    assert not session.is_listening
    assert "what is sent to it does not arrive" in caplog.text
    session.tend()
    assert not session.is_listening  # not before a second has passed
    session._notify = queue.notify
    clock.now = 6.2
    session.tend()
    hear(session)
    assert "listening again" in caplog.text
    session.close()


@pytest.mark.django_db(transaction=True)
def test_a_session_that_the_server_ends_is_noticed(owner: psycopg.Connection, caplog: pytest.LogCaptureFixture) -> None:
    session = listener(Clock(), dsn=database_url("caferoam_owner"))
    session.tend()
    hear(session)
    assert session._connection
    owner.execute("SELECT pg_terminate_backend(%s, 5000)", [session._connection.info.backend_pid])

    def noticed() -> bool:
        session.drain()
        return not session.is_listening

    assert eventually(noticed)
    assert "not listening, so jobs start by polling" in caplog.text


def test_a_server_that_is_not_there_is_asked_again_later(caplog: pytest.LogCaptureFixture) -> None:
    session = listener(Clock(), dsn="postgresql://x:y@127.0.0.1:9/x")
    session.tend()
    assert not session.is_listening
    assert "next try in 1 s" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_notification_ends_the_sleep_at_once(broker: redis.Redis, worker: psycopg.Connection) -> None:
    clock = Clock()
    session = listener(clock)
    relay = make_relay(listener=session)
    assert relay.round() == POLL_S
    hear(session)
    worker.execute("INSERT INTO job_queue (job_type) VALUES ('live_note')")
    sleeper = threading.Thread(target=relay._sleep, args=(30,))
    sleeper.start()
    sleeper.join(20)
    assert not sleeper.is_alive()
    session.close()
