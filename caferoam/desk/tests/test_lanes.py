"""How much of a type runs, changed without a restart."""

import re
from datetime import timedelta

import psycopg
import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from caferoam.jobs import queue
from caferoam.jobs.models import Lane
from caferoam.testing.database import database_url
from caferoam.testing.desk import operator

LANES = "/jobs/lane/"


def limits(**changed: object) -> dict[str, object]:
    """The form's fields for the tests' lane."""
    fields = {"width": 4, "rate_per_minute": "", "rate_per_day": ""} | changed
    return {f"enrich_shop-{name}": value for name, value in fields.items()}


def test_the_table_tells_what_runs_and_waits_and_why_it_is_paused(
    admin: Client, lane: Lane, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(3):
        queue.enqueue("enrich_shop")
    Lane.objects.update(width=1)
    queue.claim(["enrich_shop"])
    Lane.objects.update(paused=True, pause_reason="bill unpaid")
    Lane.objects.bulk_create(Lane(job_type=f"type{n}", queue="default", width=1) for n in range(20))
    with django_assert_max_num_queries(4):
        page = admin.get(LANES).content.decode()
    row = re.search(r'<tr class="paused">.*?</tr>', page, re.DOTALL)
    assert row is not None
    told = " ".join(re.sub(r"<[^>]+>", " ", row[0]).split())
    assert told.startswith("enrich_shop queue llm, 5 attempts, priority 0 Paused until resumed bill unpaid 1 2 0")


def test_limits_count_at_the_next_claim(admin: Client, lane: Lane) -> None:
    for _ in range(9):
        queue.enqueue("enrich_shop")
    answer = admin.post(LANES, limits(width=6, rate_per_minute=5, rate_per_day=100), follow=True)
    assert "1 lane was changed." in answer.content.decode()
    assert len(queue.claim(["enrich_shop"]).tickets["enrich_shop"]) == 5, "the rate is the tighter one"
    assert LogEntry.objects.get().object_repr == "enrich_shop"


def test_saving_leaves_alone_what_relays_write_in_the_same_row(admin: Client, lane: Lane) -> None:
    Lane.objects.update(rate_per_minute=10)
    queue.enqueue("enrich_shop")
    queue.claim(["enrich_shop"])
    before = Lane.objects.get()
    admin.post(LANES, limits(width=9, rate_per_minute=10))
    after = Lane.objects.get()
    assert after.width == 9
    assert (after.minute_tokens, after.refilled_at) == (before.minute_tokens, before.refilled_at)


@pytest.mark.parametrize(
    "nonsense",
    [{"width": -1}, {"width": ""}, {"rate_per_minute": 0}, {"rate_per_day": "many"}, {"width": 10**12}],
)
def test_a_limit_that_is_none_is_refused_and_nothing_saved(
    admin: Client, lane: Lane, nonsense: dict[str, object]
) -> None:
    answer = admin.post(LANES, limits(rate_per_day=7) | limits(**nonsense))
    assert answer.status_code == 200
    assert "Nothing was saved yet" in answer.content.decode()
    assert Lane.objects.get().width == 4
    assert Lane.objects.get().rate_per_day is None


def test_an_operator_pauses_with_a_reason_and_resumes(admin: Client, lane: Lane) -> None:
    queue.enqueue("enrich_shop")
    url = f"{LANES}enrich_shop/pause/"
    assert admin.get(url).status_code == 200
    assert admin.post(url, {"reason": " "}).status_code == 200, "asks for a reason"
    assert not Lane.objects.get().paused
    answer = admin.post(url, {"reason": "wrong prices"}, follow=True)
    assert "wrong prices (admin)" in answer.content.decode()
    assert not queue.claim(["enrich_shop"]).tickets
    assert admin.get(f"{LANES}enrich_shop/resume/").status_code == 405
    admin.post(f"{LANES}enrich_shop/resume/")
    assert queue.claim(["enrich_shop"]).tickets
    assert LogEntry.objects.count() == 2


def test_resuming_ends_a_provider_s_pause_too(admin: Client, lane: Lane) -> None:
    Lane.objects.update(paused_until=timezone.now() + timedelta(hours=1), pause_reason="busy")
    assert "busy" in admin.get(LANES).content.decode()
    admin.post(f"{LANES}enrich_shop/resume/")
    assert Lane.objects.values_list("paused", "paused_until", "pause_reason").get() == (False, None, None)


@pytest.mark.parametrize("path", ["enrich_shop/resume/", ""])
def test_relays_are_woken_to_look_again(transactional_db: None, path: str) -> None:
    client = operator()
    Lane.objects.create(job_type="enrich_shop", queue="llm", width=4, paused=True)
    with psycopg.connect(database_url("caferoam_worker"), autocommit=True) as relay:
        relay.execute("LISTEN job_queue")
        client.post(f"{LANES}{path}", limits(width=5))
        assert [note.payload for note in relay.notifies(timeout=30, stop_after=1)] == [""]


def test_who_may_only_look_can_change_nothing(viewer: Client, lane: Lane) -> None:
    page = viewer.get(LANES).content.decode()
    assert "enrich_shop" in page
    assert "<input" not in page.split("<main")[1].replace('<input type="hidden"', "")
    for url in (LANES, f"{LANES}enrich_shop/pause/", f"{LANES}enrich_shop/resume/"):
        assert viewer.post(url, limits(width=9) | {"reason": "x"}).status_code == 403
    assert viewer.get(f"{LANES}enrich_shop/pause/").status_code == 403
    assert Lane.objects.values_list("width", "paused").get() == (4, False)


def test_a_lane_that_is_not_there_is_not_found(admin: Client) -> None:
    assert admin.get(f"{LANES}nothing/pause/").status_code == 404
    assert admin.post(f"{LANES}nothing/resume/").status_code == 404
