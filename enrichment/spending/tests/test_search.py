"""What searches cost, noted by processes that may see neither the ledger nor the budgets."""

import logging
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal

import psycopg
import pytest
from django.db import connection

from caferoam.api.identity import only_bound_statements
from caferoam.jobs.statements import rows_of
from caferoam.providers.embeddings import Embedded
from caferoam.providers.usage import NOTHING, Usage
from caferoam.testing.database import logged_in_as
from enrichment.models import LlmBudget, LlmUsage
from enrichment.spending import search
from enrichment.spending.search import ASKED_EVERY, Permission, note_search, search_allowed

pytestmark = pytest.mark.django_db(transaction=True)

COST = Usage(tokens_in=12, usd=Decimal("0.000000240"))


class Vendor:
    """An embedder, as far as noting goes."""

    provider, model, dimensions = "openai", "text-embedding-3-small", 1536

    def embed(self, texts: Sequence[str]) -> Embedded:
        """Nothing here is embedded."""
        raise NotImplementedError(texts)


class Offline(Vendor):
    provider = "offline"


@pytest.fixture(autouse=True)
def _ask_anew() -> Iterator[None]:
    search.permission.forget()
    yield
    search.permission.forget()


@pytest.fixture
def _as_the_api(transactional_db: None) -> Iterator[None]:
    with logged_in_as("caferoam_api"):
        yield


def noted() -> list[tuple[object, ...]]:
    return list(LlmUsage.objects.values_list("purpose", "provider", "model", "tokens_in", "usd", "job_id"))


def test_a_search_is_noted_to_the_billionth_by_the_apis_login_where_no_member_is_bound() -> None:
    with logged_in_as("caferoam_api"), only_bound_statements():
        note_search(COST, Vendor())
    assert noted() == [("search", "openai", "text-embedding-3-small", 12, Decimal("0.000000240"), None)]


@pytest.mark.usefixtures("_as_the_api")
def test_offline_searches_ask_and_write_nothing() -> None:
    with connection.execute_wrapper(lambda *_: pytest.fail("a statement")):
        note_search(NOTHING, Offline())


def test_without_a_budget_searches_are_allowed_and_with_none_left_they_are_not() -> None:
    with logged_in_as("caferoam_api"), only_bound_statements():
        assert search_allowed()
    LlmBudget.objects.create(purpose="search", daily_usd=0)
    search.permission.forget()
    with logged_in_as("caferoam_api"):
        assert not search_allowed()


def test_the_search_that_uses_the_budget_up_is_the_last_and_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    LlmBudget.objects.create(purpose="search", daily_usd=Decimal("0.01"))
    with logged_in_as("caferoam_api"), caplog.at_level(logging.WARNING):
        assert search_allowed()
        note_search(Usage(tokens_in=9000, usd=Decimal("0.006")), Vendor())
        assert search_allowed()
        note_search(Usage(tokens_in=9000, usd=Decimal("0.006")), Vendor())
        assert not search_allowed(), "though the database was asked a moment ago"
        note_search(COST, Vendor())
    assert [record.message.partition(":")[2] for record in caplog.records if "search pauses" in record.message] == [
        caplog.records[0].message.partition(":")[2]
    ]
    assert "The budget of the day is reached: USD 0.01 of 0.01 are spent." in caplog.text
    assert len(noted()) == 3


def test_a_process_asks_twice_a_minute_at_most() -> None:
    now = 0.0
    permission = Permission(clock=lambda: now)
    with logged_in_as("caferoam_api"):
        assert permission.is_given()
    LlmBudget.objects.create(purpose="search", daily_usd=0)
    with logged_in_as("caferoam_api"):
        now = ASKED_EVERY.total_seconds() - 1
        assert permission.is_given(), "it goes on with what it knows"
        now += 1
        assert not permission.is_given()


def test_a_database_that_does_not_answer_fails_no_search(
    owner: psycopg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    with logged_in_as("caferoam_api"), owner.transaction():
        owner.execute("LOCK TABLE llm_usage, llm_budgets IN ACCESS EXCLUSIVE MODE")
        assert search_allowed()
        note_search(COST, Vendor())
    assert noted() == []
    assert "12 tokens (text-embedding-3-small, USD 2.40E-7) could not be noted" in caplog.text
    with logged_in_as("caferoam_api"):
        note_search(COST, Vendor())
    assert len(noted()) == 1


@pytest.mark.parametrize(
    "values",
    [
        ("openai", "m", -1, "0"),
        ("openai", "m", 10_001, "0"),
        ("openai", "m", 1, "0.02"),
        ("openai", "m", 1, "-0.000001"),
        ("openai", "m", 1, "NaN"),
        ("openai", "m", None, "0"),
        (None, "m", 1, "0"),
        ("openai", "m" * 101, 1, "0"),
        ("openai", "m\nx", 1, "0"),
        ("", "m", 1, "0"),
    ],
)
def test_the_database_takes_nothing_that_no_search_costs(
    values: Collection[object], api_connection: psycopg.Connection
) -> None:
    api_connection.execute("SET role = 'authenticated'")
    with pytest.raises(psycopg.errors.CheckViolation):
        api_connection.execute("SELECT private.note_search_v1(%s::text, %s::text, %s::int, %s::numeric)", [*values])


def test_visitors_may_not_call_it_and_nobody_may_settle_budgets(api_connection: psycopg.Connection) -> None:
    for statement in (
        "SELECT private.note_search_v1('openai', 'm', 1, 0)",
        "SELECT private.search_allowed_v1()",
        "SELECT * FROM private.settle_budget_v1('search', now())",
        "SELECT * FROM private.budget_states_v1('search', now())",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            api_connection.execute(statement)
    api_connection.execute("SET role = 'authenticated'")
    for statement in (
        "SELECT * FROM private.settle_budget_v1('search', now())",
        "SELECT * FROM private.budget_states_v1('search', now())",
        "SELECT * FROM llm_daily_spend",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            api_connection.execute(statement)


def test_searches_have_no_lane_to_pause(worker: psycopg.Connection) -> None:
    LlmBudget.objects.create(purpose="search", daily_usd=0)
    before = rows_of("SELECT job_type, paused_until FROM job_lanes ORDER BY 1")
    with logged_in_as("caferoam_api"):
        note_search(COST, Vendor())
    assert rows_of("SELECT job_type, paused_until FROM job_lanes ORDER BY 1") == before
    assert worker.execute("SELECT reached_by FROM llm_budgets").fetchall() == [("day",)]
