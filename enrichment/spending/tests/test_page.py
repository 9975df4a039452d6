"""The page about spending, and the budgets that are set there."""

import html
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from caferoam.desk.site import desk
from caferoam.jobs.models import Lane
from caferoam.jobs.statements import rows_of
from caferoam.testing.desk import become_the_admin, operator
from enrichment.models import LlmBudget, LlmUsage
from enrichment.spending import budgets

pytestmark = [pytest.mark.django_db, pytest.mark.urls("caferoam.admin_urls")]

PAGE = "/enrichment/llmbudget/"


@pytest.fixture(autouse=True)
def _admin(settings: Settings) -> None:
    become_the_admin(settings)


@pytest.fixture
def admin() -> Client:
    return operator()


@pytest.fixture
def lane() -> Lane:
    return Lane.objects.create(job_type="enrich_shop", queue="llm", width=8)


def spend(
    purpose: str = "enrich_shop", usd: str = "1", *, days_ago: int = 0, model: str = "claude", **counts: int
) -> None:
    LlmUsage.objects.create(
        provider="anthropic",
        model=model,
        purpose=purpose,
        usd=Decimal(usd),
        created_at=timezone.now() - timedelta(days=days_ago),
        **counts,
    )


def page_of(client: Client, address: str = PAGE, *, language: str = "en") -> str:
    response = client.get(address, headers={"accept-language": language})
    assert response.status_code == 200
    return str(response.content.decode())


def text_of(client: Client, address: str = PAGE, *, language: str = "en") -> str:
    """What it says, in one line and without marks."""
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page_of(client, address, language=language))))


def test_it_shows_what_was_spent_on_what(admin: Client) -> None:
    spend(usd="3", tokens_in=1000, tokens_out=200, tokens_cached=250)
    spend(usd="1", items=0, days_ago=1)
    spend("search", "0.000000240", days_ago=3, model="text-embedding-3-small")
    spend(usd="99", days_ago=30)
    text = text_of(admin)
    assert "3.00 USD today" in text
    assert "4.00 USD in the period" in text
    assert "4.00 USD for each café described 1 in the period" in text
    assert "Describing cafés enrich_shop 4.00 100 % 4.00 1 2 1,000 25 % 200" in text
    assert "Embedding searches search 0.00000024 0 % 0.00000024 1 1" in text
    assert "103.00 USD in the period" in text_of(admin, f"{PAGE}?days=90&by=model")
    assert "text-embedding-3-small 0.00000024" in text_of(admin, f"{PAGE}?by=model")


def test_the_chart_is_drawn_by_the_server_and_its_numbers_can_be_read(admin: Client) -> None:
    spend(usd="1.5")
    spend("search", "0.5", days_ago=2)
    page = page_of(admin, f"{PAGE}?days=7")
    heights = {float(height) for height in re.findall(r'<rect class="series-\d"[^>]* height="([\d.]+)"', page)}
    assert heights == {50.0, 150.0}
    assert 'role="img" aria-labelledby="chart-title" aria-describedby="chart-numbers"' in page
    today = timezone.localdate()
    assert f"{today} 1.50 – 1.50" in text_of(admin, f"{PAGE}?days=7")
    assert f"{today - timedelta(days=2)} – 0.50 0.50" in text_of(admin, f"{PAGE}?days=7")
    assert "style=" not in page.partition("<main")[2], "the page's policy allows no inline styles"
    assert text_of(admin, f"{PAGE}?days=365").count(f"{today:%Y-%m} ") >= 1


def test_where_nothing_was_spent_it_says_so(admin: Client) -> None:
    assert "Nothing was spent in this period." in text_of(admin)
    spend(usd="0", model="rules")
    assert "Nothing was spent in this period. 1 calls went to models that cost nothing." in text_of(admin)


def test_budgets_show_how_much_of_them_is_used(admin: Client) -> None:
    LlmBudget.objects.create(purpose="enrich_shop", daily_usd=2, monthly_usd=10)
    spend(usd="1.5")
    text = text_of(admin)
    assert "Describing cafés enrich_shop USD 1.50 of 2.00 (75 %) USD 1.50 of 10.00 (15 %) Within Change" in text
    assert "Embedding searches search USD 0.00 USD 0.00 No budget Set a budget" in text


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "The day's budget is used up: Describing cafés pauses until"),
        ("zh-hant", "今日預算已用完：「描述咖啡廳」暫停到"),
    ],
)
@pytest.mark.usefixtures("lane")
def test_a_budget_that_is_reached_is_told_on_the_first_page_and_here(admin: Client, language: str, said: str) -> None:
    LlmBudget.objects.create(purpose="enrich_shop", daily_usd=1)
    spend(usd="1")
    budgets.settle("enrich_shop")
    assert said in text_of(admin, "/", language=language)
    assert said.removesuffix("到").removesuffix(" until") in text_of(admin, language=language)


def test_of_a_budget_that_was_reached_yesterday_nothing_is_told(admin: Client) -> None:
    LlmBudget.objects.create(
        purpose="enrich_shop",
        daily_usd=1,
        reached_at=timezone.now() - timedelta(days=1),
        reached_until=timezone.now() - timedelta(minutes=1),
        reached_by="day",
    )
    assert "used up" not in text_of(admin, "/")


def test_it_forecasts_what_all_cafes_would_cost(admin: Client) -> None:
    for number in range(3):
        rows_of(
            "INSERT INTO shops (name, status, city, district, latitude, longitude)"
            " VALUES (%s, 'live', '台北市', '大安區', 25, 121.5) RETURNING id",
            [f"第{number}間"],
        )
    assert "3 cafés; what one costs this period does not show." in text_of(admin)
    spend(usd="2", tokens_in=900, tokens_out=100, items=2)
    assert "3 cafés, ≈ 1,500 tokens, ≈ USD 3.00, as in this period." in text_of(admin)


@pytest.mark.parametrize(
    "query",
    [
        "days=31",
        "days=-1",
        "days=",
        "days=7&days=7",
        "by=purpose%27%20OR%201=1",
        "by=day",
        "by=%00",
        "days=30&page=2",
        "e=1",
        "days=９０",
    ],
)
def test_an_address_that_asks_for_what_there_is_not_is_refused(admin: Client, query: str) -> None:
    response = admin.get(f"{PAGE}?{query}")
    assert response.status_code == 400
    assert "That address or form is not one of this desk." in response.content.decode()


def test_text_of_vendors_and_purposes_nobody_knows_is_shown_as_text(admin: Client) -> None:
    spend("<script>", "2", model="<img src=x onerror=alert(1)>")
    for grouping in ("purpose", "model"):
        page = page_of(admin, f"{PAGE}?by={grouping}")
        assert "<script>&" not in page
        assert "<img src=x" not in page
    assert "&lt;script&gt;" in page_of(admin)


def test_only_those_who_may_see_budgets_see_it_and_only_those_who_may_change_them_do() -> None:
    LlmBudget.objects.create(purpose="enrich_shop", daily_usd=1)
    assert operator("jobs", "jobs.view_job").get(PAGE).status_code == 403
    assert 'href="/enrichment/llmbudget/"' not in page_of(operator("jobs2", "jobs.view_job"), "/")
    viewer = operator("viewer", "enrichment.view_llmbudget")
    assert "Set a budget" not in (text := text_of(viewer))
    assert "Within Change" not in text
    assert viewer.post(f"{PAGE}enrich_shop/change/", {"daily_usd": "9"}).status_code == 403
    assert Client().get(PAGE).status_code == 302


def test_a_budget_is_set_raised_and_removed(admin: Client) -> None:
    assert admin.post(f"{PAGE}add/", {"purpose": "search", "daily_usd": "0.5"}).status_code == 302
    assert LlmBudget.objects.get().daily_usd == Decimal("0.50")
    assert 'value="search"' not in page_of(admin, f"{PAGE}add/")
    assert "Budget: Embedding searches" in text_of(admin, f"{PAGE}search/change/")
    changed = admin.post(f"{PAGE}search/change/", {"daily_usd": "0.7", "monthly_usd": "7"})
    assert (changed.status_code, changed.headers["location"]) == (302, PAGE)
    assert LlmBudget.objects.values_list("daily_usd", "monthly_usd").get() == (Decimal("0.70"), Decimal("7.00"))
    assert admin.post(f"{PAGE}search/delete/", {"post": "yes"}).status_code == 302
    assert not LlmBudget.objects.exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"purpose": "search"}, "Say what a day or a month may cost, or delete the budget."),
        ({"purpose": "search", "daily_usd": "-1"}, "greater than or equal to 0"),
        ({"purpose": "search", "daily_usd": "NaN"}, "Enter a number."),
        ({"purpose": "search", "daily_usd": "1e9"}, "no more than 8 digits before the decimal point"),
        ({"purpose": "search", "daily_usd": "0.001"}, "no more than 2 decimal places"),
        ({"purpose": "search", "daily_usd": "2", "monthly_usd": "1.99"}, "This is less than what a day may cost."),
        ({"purpose": "weekly_email", "daily_usd": "2"}, "is not one of the available choices"),
    ],
)
def test_a_budget_that_makes_no_sense_is_refused_with_the_reason(
    admin: Client, given: dict[str, str], said: str
) -> None:
    response = admin.post(f"{PAGE}add/", given)
    assert response.status_code == 200
    assert said in response.content.decode()
    assert not LlmBudget.objects.exists()


def test_raising_a_budget_in_the_admin_lets_its_lane_go_on(admin: Client, lane: Lane) -> None:
    LlmBudget.objects.create(purpose="enrich_shop", daily_usd=1)
    spend(usd="1")
    budgets.settle("enrich_shop")
    lane.refresh_from_db()
    assert lane.paused_until is not None
    admin.post(f"{PAGE}enrich_shop/change/", {"daily_usd": "1.00", "monthly_usd": "30"})
    lane.refresh_from_db()
    assert lane.paused_until is not None, "the day's is still reached"
    admin.post(f"{PAGE}enrich_shop/change/", {"daily_usd": "2", "monthly_usd": "30"})
    lane.refresh_from_db()
    assert lane.paused_until is None


def test_a_long_ledger_costs_no_more_statements_nor_time(
    admin: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    rows_of(
        "WITH made AS (INSERT INTO llm_usage (provider, model, purpose, tokens_in, tokens_out, usd, created_at)"
        " SELECT 'x', 'model-' || n % 7, (ARRAY['enrich_shop', 'search', 'other'])[1 + n % 3], 5, 1, 0.001,"
        "        now() - make_interval(mins => n * 5) FROM generate_series(1, 50000) AS n RETURNING 1)"
        " SELECT count(*) FROM made"
    )
    with django_assert_max_num_queries(6):
        text = text_of(admin, f"{PAGE}?days=365&by=model")
    assert "Others" in text


def test_the_way_to_it_stands_in_the_menu(admin: Client) -> None:
    assert '<a href="/enrichment/llmbudget/" aria-current="page">Spend</a>' in page_of(admin)
    assert desk.is_registered(LlmBudget)
