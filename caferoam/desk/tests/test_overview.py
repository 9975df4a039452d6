"""The start page: right figures from a few queries, and what somebody should look at."""

from datetime import timedelta

import pytest
import redis
from django.conf import settings
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from caferoam.desk import overview
from caferoam.desk.tests.conftest import dead_letters
from caferoam.desk.tests.test_jobs import started, texts
from caferoam.jobs import queue
from caferoam.jobs.models import Job, Lane
from caferoam.pulse import NAMES, Name, Pulse


@pytest.fixture(autouse=True)
def pulses() -> None:
    """All processes get on."""
    for name in NAMES:
        with Pulse(settings.REDIS_URL, name) as pulse:
            pulse.beat()


def seen(page: bytes) -> list[str]:
    """The troubles that the page tells of."""
    main = page.decode().partition('<ul class="troubles"')[2].partition("</ul>")[0]
    return [texts(item.encode()) for item in main.split("<li")[1:]]


def test_when_all_is_well_it_says_so(admin: Client, lane: Lane) -> None:
    queue.enqueue("enrich_shop")
    page = admin.get("/").content
    assert "All is well" in texts(page)
    assert seen(page) == []


def test_figures_are_told_by_type_and_state_in_a_few_queries(
    admin: Client, lane: Lane, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    started()
    queue.enqueue("enrich_shop")
    queue.claim(["enrich_shop"])  # handed over, not begun
    for _ in range(3):
        queue.enqueue("enrich_shop")
    queue.enqueue("enrich_shop", scheduled_at=timezone.now() + timedelta(hours=1))
    dead_letters(4, completed_at=timezone.now())
    dead_letters(2, status="failed", completed_at=timezone.now() - timedelta(hours=2))
    dead_letters(5, status="completed", completed_at=timezone.now() - timedelta(minutes=7))
    dead_letters(6, status="completed", completed_at=timezone.now() - timedelta(minutes=61))
    with django_assert_max_num_queries(9):
        page = admin.get("/").content
    told = texts(page)
    assert "enrich_shop 4 2 3 1 1 1 5" in told, "dead, failed, waiting, later, handed over, running, done"
    assert "5 done in the last hour 4 ended badly" in told
    figures = overview.read()
    assert [(bar.good, bar.bad) for bar in figures.bars] == [(0, 0)] * 10 + [(5, 0), (0, 4)]
    assert [job.job_type for job in figures.running] == ["enrich_shop"]
    assert len(figures.dead_letters) == 4


@pytest.mark.parametrize("name", NAMES)
def test_a_process_that_has_gone_silent_is_named_with_its_cure(admin: Client, name: Name) -> None:
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.delete(f"caferoam:pulse:{name}")
    (trouble,) = seen(admin.get("/").content)
    assert "has shown no sign of life for ten minutes or more" in trouble
    assert f"Restart the {name} service" in trouble


def test_a_job_that_waits_too_long_is_told_unless_its_lane_is_paused(admin: Client, lane: Lane) -> None:
    Job.objects.create(job_type="enrich_shop", scheduled_at=Now() - timedelta(minutes=3))
    (trouble,) = seen(admin.get("/").content)
    assert "The oldest job that is due has waited for 3 min" in trouble
    Lane.objects.update(paused=True, pause_reason="bill unpaid")
    (trouble,) = seen(admin.get("/").content)
    assert "enrich_shop is paused until somebody resumes it. bill unpaid" in trouble
    Lane.objects.update(paused=False, pause_reason=None, width=0)
    (trouble,) = seen(admin.get("/").content)
    assert "enrich_shop lets nothing through" in trouble


def test_a_job_that_no_worker_begins_is_told(admin: Client, lane: Lane) -> None:
    Job.objects.create(job_type="enrich_shop", status="claimed", claimed_at=Now() - timedelta(seconds=80))
    (trouble,) = seen(admin.get("/").content)
    assert "none has begun it" in trouble


def test_dead_letters_and_unknown_types_are_told_with_the_way_to_them(admin: Client, lane: Lane) -> None:
    dead_letters(2)
    queue.enqueue("of_tomorrow & more")
    page = admin.get("/").content
    dead, unknown = seen(page)
    assert "2 dead letters." in dead
    assert "1 job waits for code that knows its type: of_tomorrow &amp; more." in unknown
    assert 'href="/jobs/job/?status=dead_letter"' in page.decode()
    assert 'href="/jobs/job/?job_type=of_tomorrow%20%26%20more"' in page.decode()


def test_in_an_empty_house_there_is_nothing_to_see(admin: Client) -> None:
    told = texts(admin.get("/").content)
    assert "All is well" in told
    assert "enrich_shop – – – – – – –" in told
