"""Budgets: when they are reached, for how long, and what that does to a lane."""

import logging
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from caferoam.jobs import LaneClosed, endings, enqueue
from caferoam.jobs.models import Job, JobEvent, Lane
from caferoam.jobs.statements import rows_of
from caferoam.providers.llm import get_describer
from caferoam.providers.usage import Usage
from caferoam.testing.anthropic import KEY, AnthropicStub
from caferoam.testing.jobs import drain
from enrichment import ledger, reading, tagging
from enrichment.models import LlmBudget, LlmDailySpend, LlmUsage
from enrichment.spending import budgets, sums
from enrichment.tests.making import ScriptedDescriber, forget_jobs, make_shop, review
from shops.models import Shop

pytestmark = pytest.mark.usefixtures("taxonomy")

PURPOSE = "enrich_shop"
TAIPEI = ZoneInfo("Asia/Taipei")


class Free(ScriptedDescriber):
    provider = "offline"


def at(text: str) -> datetime:
    """A moment in Taipei."""
    return datetime.fromisoformat(text).replace(tzinfo=TAIPEI)


def spend(usd: str, *, when: datetime | None = None, purpose: str = PURPOSE) -> None:
    LlmUsage.objects.create(
        provider="scripted", model="m", purpose=purpose, usd=Decimal(usd), created_at=when or timezone.now()
    )


def budget(daily: str | None = None, monthly: str | None = None) -> None:
    LlmBudget.objects.create(
        purpose=PURPOSE,
        daily_usd=None if daily is None else Decimal(daily),
        monthly_usd=None if monthly is None else Decimal(monthly),
    )


def lane() -> Lane:
    return Lane.objects.get(pk=PURPOSE)


def reached(when: datetime) -> tuple[str | None, datetime | None]:
    standing = budgets.standing_of(PURPOSE, at=when)
    return standing.reached_by, standing.reached_until


@pytest.mark.parametrize(
    ("spent_at", "asked_at", "by", "until"),
    [
        ("2026-11-23 23:59:59.999", "2026-11-23 23:59:59.999", "day", "2026-11-24 00:00"),
        ("2026-11-23 23:59:59.999", "2026-11-24 00:00:00", None, None),
        ("2026-11-23 00:00:00", "2026-11-23 08:00", "day", "2026-11-24 00:00"),
        ("2026-11-22 23:59:59.999", "2026-11-23 08:00", None, None),
        ("2026-11-30 23:59:59", "2026-11-30 23:59:59", "day", "2026-12-01 00:00"),
        ("2026-12-31 12:00", "2026-12-31 13:00", "day", "2027-01-01 00:00"),
        ("2028-02-29 12:00", "2028-02-29 13:00", "day", "2028-03-01 00:00"),
    ],
)
def test_a_day_is_from_midnight_to_midnight_in_taipei(
    spent_at: str, asked_at: str, by: str | None, until: str | None
) -> None:
    budget(daily="1")
    spend("1", when=at(spent_at))
    assert reached(at(asked_at)) == (by, until and at(until))


@pytest.mark.parametrize(
    ("spent_at", "asked_at", "by", "until"),
    [
        ("2026-11-01 00:00:00", "2026-11-30 23:59:59.999", "month", "2026-12-01 00:00"),
        ("2026-10-31 23:59:59.999", "2026-11-01 00:00:00", None, None),
        ("2026-11-30 23:59:59.999", "2026-12-01 00:00:00", None, None),
        ("2026-12-05 12:00", "2026-12-06 12:00", "month", "2027-01-01 00:00"),
    ],
)
def test_a_month_begins_on_the_first_in_taipei(spent_at: str, asked_at: str, by: str | None, until: str | None) -> None:
    budget(monthly="1")
    spend("1", when=at(spent_at))
    assert reached(at(asked_at)) == (by, until and at(until))


def test_a_month_that_is_reached_outranks_the_day() -> None:
    budget(daily="1", monthly="3")
    for day in (1, 2, 3):
        spend("1", when=at(f"2026-11-0{day} 12:00"))
    assert reached(at("2026-11-03 13:00")) == ("month", at("2026-12-01 00:00"))
    assert reached(at("2026-11-02 13:00"))[0] == "day"


@pytest.mark.parametrize(("spent", "is_reached"), [("0.999999999", False), ("1.000000000", True)])
def test_a_budget_is_reached_to_the_last_billionth(spent: str, is_reached: bool) -> None:
    budget(daily="1")
    spend(spent)
    assert (budgets.standing_of(PURPOSE).reached_by is not None) is is_reached


def test_other_purposes_do_not_count() -> None:
    budget(daily="1")
    spend("5", purpose="generate_embedding")
    assert budgets.standing_of(PURPOSE).reached_by is None
    assert budgets.standing_of("generate_embedding") == budgets.Standing("generate_embedding"), "it has no budget"


def test_the_last_of_a_budget_pauses_the_lane_and_is_told_once(
    caplog: pytest.LogCaptureFixture, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    budget(daily="1")
    cost = Usage(tokens_in=10, usd=Decimal("0.5"))
    with caplog.at_level(logging.WARNING), django_capture_on_commit_callbacks(execute=True):
        ledger.note(cost, ScriptedDescriber(), purpose=PURPOSE)
        assert lane().paused_until is None
        for _ in range(3):
            ledger.note(cost, ScriptedDescriber(), purpose=PURPOSE)
    midnight = (timezone.localtime() + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    assert (lane().paused_until, lane().paused) == (midnight, False)
    assert lane().pause_reason == "The budget of the day is reached: USD 1.00 of 1.00 are spent."
    told = [record for record in caplog.records if "pauses until" in record.message]
    said = "The budget of the day is reached: USD 1.00 of 1.00 are spent."
    assert [record.message for record in told] == [f"enrich_shop pauses until {midnight:%Y-%m-%d %H:%M}+08:00: {said}"]
    assert LlmBudget.objects.values_list("reached_by", "reached_until").get() == ("day", midnight)


def test_next_day_it_is_told_again() -> None:
    budget(daily="1")
    for day in ("2026-11-23", "2026-11-24"):
        spend("1", when=at(f"{day} 09:00"))
        rows = rows_of("SELECT reason FROM private.settle_budget_v1(%s, %s)", [PURPOSE, at(f"{day} 10:00")])
        assert len(rows) == 1
        assert rows_of("SELECT reason FROM private.settle_budget_v1(%s, %s)", [PURPOSE, at(f"{day} 11:00")]) == []
    assert lane().paused_until == at("2026-11-25 00:00")


def test_what_costs_nothing_pauses_nothing_and_may_always_be_asked() -> None:
    budget(daily="0")
    budgets.check(Free(), purpose=PURPOSE)
    ledger.note(Usage(tokens_in=10), Free(), purpose=PURPOSE)
    assert lane().paused_until is None


def test_a_budget_of_nothing_lets_nothing_be_asked() -> None:
    budget(monthly="0")
    with pytest.raises(LaneClosed):
        budgets.check(ScriptedDescriber(), purpose=PURPOSE)
    assert lane().paused_until is not None


def test_an_operators_pause_stays_as_it_is() -> None:
    Lane.objects.filter(pk=PURPOSE).update(paused=True, pause_reason="by hand (ana)")
    budget(daily="1")
    spend("1")
    budgets.settle(PURPOSE)
    assert (lane().paused, lane().paused_until, lane().pause_reason) == (True, None, "by hand (ana)")
    LlmBudget.objects.update(daily_usd=5)
    assert (lane().paused, lane().pause_reason) == (True, "by hand (ana)")


def test_an_operator_who_pauses_the_lane_meanwhile_is_not_overruled_by_raising() -> None:
    budget(daily="1")
    spend("1")
    budgets.settle(PURPOSE)
    Lane.objects.filter(pk=PURPOSE).update(paused=True, pause_reason="by hand (ana)")
    LlmBudget.objects.update(daily_usd=5)
    assert (lane().paused, lane().pause_reason) == (True, "by hand (ana)")


def test_a_providers_longer_pause_is_neither_shortened_nor_ended() -> None:
    budget(daily="1")
    spend("1")
    endings.pause_lane(PURPOSE, timedelta(days=3), "the vendor asked for it")
    held = lane().paused_until
    budgets.settle(PURPOSE)
    assert (lane().paused_until, lane().pause_reason) == (held, "the vendor asked for it")
    LlmBudget.objects.all().delete()
    assert (lane().paused_until, lane().pause_reason) == (held, "the vendor asked for it")


def test_a_providers_shorter_pause_does_not_shorten_the_budgets() -> None:
    budget(monthly="1")
    spend("1")
    budgets.settle(PURPOSE)
    held = lane().paused_until
    endings.pause_lane(PURPOSE, timedelta(seconds=1), "busy")
    assert lane().paused_until == held


@pytest.mark.parametrize("how", ["raised", "unbounded", "removed"])
def test_raising_or_removing_a_budget_lets_the_lane_go_on(how: str, settings: Settings) -> None:
    budget(daily="1")
    spend("1")
    budgets.settle(PURPOSE)
    assert lane().paused_until is not None
    match how:
        case "raised":
            LlmBudget.objects.update(daily_usd=2)
        case "unbounded":
            LlmBudget.objects.update(daily_usd=None)
        case _:
            LlmBudget.objects.all().delete()
    assert (lane().paused_until, lane().pause_reason) == (None, None)
    assert not LlmBudget.objects.exclude(reached_until=None).exists()


def test_raising_it_too_little_changes_nothing() -> None:
    budget(daily="1")
    spend("1.5")
    budgets.settle(PURPOSE)
    LlmBudget.objects.update(daily_usd="1.2")
    assert lane().paused_until is not None
    assert budgets.standing_of(PURPOSE).reached_by == "day"


def test_raising_the_months_leaves_the_days_pause() -> None:
    budget(daily="1", monthly="1")
    spend("1")
    budgets.settle(PURPOSE)
    LlmBudget.objects.update(monthly_usd=50)
    midnight = (timezone.localtime() + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    assert lane().paused_until == midnight
    assert "of the day" in (lane().pause_reason or "")


def test_a_lane_that_an_operator_resumed_pauses_again_before_anything_is_spent() -> None:
    budget(daily="1")
    spend("1")
    budgets.settle(PURPOSE)
    Lane.objects.filter(pk=PURPOSE).update(paused=False, paused_until=None, pause_reason=None)
    with pytest.raises(LaneClosed):
        budgets.check(ScriptedDescriber(), purpose=PURPOSE)
    assert lane().paused_until is not None


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"daily_usd": -1}, "llm_budgets_not_negative"),
        ({"monthly_usd": "-0.01"}, "llm_budgets_not_negative"),
        ({"daily_usd": 2, "monthly_usd": 1}, "llm_budgets_month_holds_a_day"),
        ({"reached_by": "day"}, "llm_budgets_reached_whole"),
    ],
)
def test_the_database_refuses_budgets_that_make_no_sense(values: dict[str, object], name: str) -> None:
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        LlmBudget.objects.create(purpose=PURPOSE, **values)


def test_the_sums_are_the_ledgers_to_the_token_and_billionth() -> None:
    LlmUsage.objects.bulk_create(
        LlmUsage(
            provider="scripted",
            model=f"m{number % 2}",
            purpose=PURPOSE if number % 3 else "search",
            tokens_in=number * 7,
            tokens_out=number,
            tokens_cached=number // 2,
            usd=Decimal(number) / 10**9,
            items=number % 4,
            created_at=at("2026-11-20 12:00") + timedelta(hours=7 * number),
        )
        for number in range(100)
    )
    kept = rows_of("SELECT day, purpose, model, calls, items, tokens_in, tokens_out, tokens_cached, usd"
                   " FROM llm_daily_spend ORDER BY 1, 2, 3")  # fmt: skip
    counted = rows_of(
        "SELECT (created_at AT TIME ZONE 'Asia/Taipei')::date, purpose, model, count(*), sum(items), sum(tokens_in),"
        " sum(tokens_out), sum(tokens_cached), sum(usd) FROM llm_usage GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    )
    assert kept == counted
    whole = sums.total(sums.entries(at("2026-11-01 00:00").date(), at("2026-12-31 00:00").date()))
    assert (whole.calls, whole.tokens_in, whole.usd) == (100, 7 * 4950, Decimal("0.000004950"))


@pytest.fixture
def stub(settings: Settings) -> Iterator[AnthropicStub]:
    with AnthropicStub() as stub:
        settings.LLM_PROVIDER, settings.ANTHROPIC_API_KEY, settings.ANTHROPIC_BASE_URL = "anthropic", KEY, stub.url
        yield stub


def queued_shops(count: int) -> list[Shop]:
    made = [make_shop(f"第{number}間") for number in range(count)]
    for shop in made:
        review(shop, "很安靜")
    forget_jobs()
    for shop in made:
        enqueue(PURPOSE, {"shop_id": str(shop.pk)})
    return made


def test_jobs_that_are_on_their_way_notice_and_go_back_without_an_attempt(stub: AnthropicStub) -> None:
    """All four are claimed before the first is run, as if they lay in the workers' queue already."""
    queued_shops(4)
    budget(daily="0.01")
    states = drain([PURPOSE])
    assert stub.billed.calls < 4
    assert states == Counter(completed=stub.billed.calls, pending=4 - stub.billed.calls)
    waiting = Job.objects.filter(job_type=PURPOSE, status="pending")
    assert {job.max_attempts - job.attempts for job in waiting} == {5}
    assert {job.scheduled_at <= timezone.now() for job in waiting} == {True}, "they go on as soon as the lane does"
    assert set(JobEvent.objects.values_list("kind", "detail")) == {
        ("snoozed", "LaneClosed: The budget of enrich_shop is reached.")
    }
    LlmBudget.objects.update(daily_usd=100)
    assert drain([PURPOSE]) == Counter(completed=waiting.count() or 4 - states["completed"])
    assert stub.billed.calls == 4
    assert LlmUsage.objects.count() == 4


def test_an_answer_of_no_use_is_paid_and_counts_for_nobody(stub: AnthropicStub) -> None:
    queued_shops(1)
    stub.think = lambda _request: "no JSON"
    drain([PURPOSE])
    assert LlmUsage.objects.values_list("items", flat=True).get() == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_who_reach_it_together_pause_once_and_tell_it_once(
    caplog: pytest.LogCaptureFixture, taxonomy: None
) -> None:
    """Each cost alone is below the budget, and neither sees the other's before it has waited for it."""
    budget(daily="1")
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        ledger.note(Usage(tokens_in=1, usd=Decimal("0.3")), ScriptedDescriber(), purpose=PURPOSE)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    with caplog.at_level(logging.WARNING):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert lane().paused_until is not None
    assert len([record for record in caplog.records if "pauses until" in record.message]) == 1
    assert LlmDailySpend.objects.get().usd == Decimal("1.2")


@pytest.mark.django_db(transaction=True)
def test_a_note_that_never_commits_leaves_neither_cost_nor_pause(
    worker: psycopg.Connection, taxonomy: None, caplog: pytest.LogCaptureFixture
) -> None:
    budget(daily="1")
    with transaction.atomic():  # as when the worker is killed before the commit
        ledger.note(Usage(usd=Decimal(2)), ScriptedDescriber(), purpose=PURPOSE)
        transaction.set_rollback(True)
    assert (LlmUsage.objects.count(), LlmDailySpend.objects.count()) == (0, 0)
    assert lane().paused_until is None
    assert "pauses until" not in caplog.text
    ledger.note(Usage(usd=Decimal(2)), ScriptedDescriber(), purpose=PURPOSE)
    assert worker.execute("SELECT paused_until > now() FROM job_lanes WHERE job_type = 'enrich_shop'").fetchone() == (
        True,
    )


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_was_killed_after_the_note_paused_leaves_the_lane_paused(stub: AnthropicStub) -> None:
    """The cost and the pause are one transaction: what the job would have done after it changes neither."""
    (shop,) = queued_shops(1)
    budget(daily="0.01")
    describer = get_describer()
    stub.think = lambda _request: "x" * 9_000
    read = reading.read(shop.pk)
    assert read is not None
    with pytest.raises(tagging.DescriptionUnusable):
        tagging.ask(read, describer)
    assert LlmUsage.objects.count() == 1
    assert lane().paused_until is not None
