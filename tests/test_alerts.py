"""Alerting rules and dashboard speak of numbers that there are, and lead to what is to be done."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest
import redis
import yaml
from django.conf import settings
from django.core.management import call_command, get_commands

from caferoam.api.principal import Principal
from caferoam.local.ports import HOST, free_port
from caferoam.testing.database import ApiClient
from caferoam.testing.live import Live
from caferoam.testing.metrics import samples
from enrichment.models import LlmBudget

DASHBOARD = json.loads((settings.BASE_DIR / "ops" / "grafana" / "caferoam.json").read_text())
PANELS = DASHBOARD["panels"]
TARGETS = [target for panel in PANELS for target in panel.get("targets", [])]
RULES = yaml.safe_load((settings.BASE_DIR / "ops" / "alerts.yml").read_text())


@pytest.fixture
def live(worker: psycopg.Connection, tmp_path: Path) -> Iterator[Live]:
    """Processes of this product, as they are in production."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()
    processes = Live(tmp_path, settings_module="caferoam.settings")
    yield processes
    processes.stop()


def scrape(port: int) -> dict[str, float]:
    return samples(httpx.get(f"http://{HOST}:{port}/metrics", timeout=60).text)


@dataclass(frozen=True)
class Scrape:
    """What API, relay and worker tell together: ``name label=value …``."""

    samples: frozenset[str]

    @property
    def names(self) -> set[str]:
        return {sample.partition(" ")[0] for sample in self.samples}

    @property
    def labels(self) -> set[str]:
        return {pair for sample in self.samples for pair in sample.split(" ")[1:]}


@pytest.fixture
def scraped(live: Live, api: ApiClient, member: Principal, bearer: Callable[[Principal], dict[str, str]]) -> Scrape:
    """After a look around, a search, an id that there is not, and a token that is none."""
    call_command("load_taxonomy", verbosity=0)
    relay_port, worker_port = free_port(), free_port()
    live.relay(METRICS_PORT=str(relay_port))
    live.worker(METRICS_PORT=str(worker_port))
    LlmBudget.objects.create(purpose="search", daily_usd=1)
    assert api.get("/healthz").status_code == 200
    assert api.get("/docs/assets/none").status_code == 404
    assert api.get("/search?text=quiet", headers=bearer(member)).status_code == 200
    assert api.get("/search?text=quiet", headers={"Authorization": "Bearer a.b.c"}).status_code == 401
    of_api = samples(api.get("/metrics").content.decode())
    of_worker, of_relay = scrape(worker_port), scrape(relay_port)
    assert of_worker["caferoam_jobs_ended_total how=lost job_type=enrich_shop"] == 0
    assert of_worker["caferoam_analytics_dropped_total reason=unavailable"] == 0
    assert of_relay["caferoam_jobs job_type=enrich_shop state=dead_letter"] == 0
    assert of_relay["caferoam_database_connections"] > 1
    assert of_relay["caferoam_erasures_late"] == 0
    assert of_api["caferoam_ready check=database"] == 1
    return Scrape(frozenset([*of_api, *of_worker, *of_relay]))


# Nothing of the kind has happened in the test: no limit was reached, no request failed, no file came, no job ran.
NOT_SEEN = {
    "caferoam_forbidden_total",
    "caferoam_jobs_run_seconds_bucket",
    "caferoam_jobs_start_delay_seconds_bucket",
    "caferoam_uploads_processed_total",
    "caferoam_uploads_refused_total",
}


@pytest.mark.slow
def test_what_rules_and_dashboard_name_is_in_a_scrape_and_explained(scraped: Scrape) -> None:
    expressions = [rule["expr"] for group in RULES["groups"] for rule in group["rules"]]
    on_dashboard = [target["expr"] for panel in PANELS for target in panel.get("targets", [])]
    named = {name for expression in expressions for name in re.findall(r"caferoam_\w+", expression)}
    assert named - scraped.names == set()
    shown = {name for expression in on_dashboard for name in re.findall(r"caferoam_\w+", expression)}
    assert shown - scraped.names - NOT_SEEN == set()
    chosen = {
        f"{name}={value}"
        for text in [*expressions, *on_dashboard]
        for name, values in re.findall(r'(\w+)=~?"([\w|]+)"', text)
        for value in values.split("|")
    }
    unseen = chosen - scraped.labels
    assert unseen <= {"status=5xx", "job=caferoam"}, "here no request need have failed, and job is Prometheus' own"
    grouped = {
        label.strip()
        for text in [*expressions, *on_dashboard]
        for labels in re.findall(r"\b(?:by|on) \(([^)]+)\)", text)
        for label in labels.split(",")
    }
    legends = {name for target in TARGETS for name in re.findall(r"{{(\w+)}}", target["legendFormat"])}
    known = {pair.partition("=")[0] for pair in scraped.labels} | {"instance", "code", "reason", "purpose"}
    assert (grouped | legends) - known == set()
    explained = (settings.BASE_DIR / "docs" / "observability.md").read_text()
    kinds = {re.sub(r"_(bucket|sum|count)$", "", name) for name in scraped.names | NOT_SEEN}
    ours = {name for name in kinds if not name.startswith("caferoam_test_")}  # which other tests have made
    assert {name for name in ours if f"`{name}`" not in explained} == set()


def test_the_dashboard_is_one_that_grafana_can_read() -> None:
    assert DASHBOARD["title"] == "CafeRoam"
    assert DASHBOARD["schemaVersion"] >= 39
    assert [variable["type"] for variable in DASHBOARD["templating"]["list"]] == ["datasource"]
    ids = [panel["id"] for panel in PANELS]
    assert len(set(ids)) == len(ids)
    rows = [panel["title"] for panel in PANELS if panel["type"] == "row"]
    assert rows == ["API", "Jobs by lane", "Providers and spend", "Search", "Database and members"]
    taken: set[tuple[int, int]] = set()
    for panel in PANELS:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not taken & cells, f"{panel['title']} lies on another"
        taken |= cells
        if panel["type"] != "row":
            assert panel["datasource"]["uid"] == "${datasource}"
            assert [target["refId"] for target in panel["targets"]] == list("ABCDEFG")[: len(panel["targets"])]
            assert all(balanced(target["expr"]) for target in panel["targets"])


def test_every_rule_leads_to_a_runbook_and_every_runbook_has_its_commands() -> None:
    document = (settings.BASE_DIR / "docs" / "operations.md").read_text()
    anchors = {anchor_of(heading) for heading in re.findall(r"^#{2,3} (.+)$", document, flags=re.MULTILINE)}
    rules = [rule for group in RULES["groups"] for rule in group["rules"]]
    for rule in rules:
        path, _, anchor = rule["annotations"]["runbook"].partition("#")
        assert path == "docs/operations.md"
        assert anchor in anchors, f"{rule['alert']}: there is no {anchor}"
        assert balanced(rule["expr"]), rule["alert"]
    runbooks = document.partition("\n## Runbooks\n")[2].partition("\n## ")[0]
    books = re.split(r"^### ", runbooks, flags=re.MULTILINE)[1:]
    assert len(books) >= 10
    for book in books:
        name = book.partition("\n")[0]
        assert all(f"- **{part}**" in book for part in ("Seen", "Means", "Look", "Do", "Over")), name
    named = set(re.findall(r"`([A-Z]\w+)`", runbooks)) & {rule["alert"] for rule in rules}
    beyond = {rule["alert"] for rule in rules if rule["annotations"]["runbook"].endswith("#limits")}
    assert named | beyond == {rule["alert"] for rule in rules}, "each is said where it is dealt with"
    commands = set(re.findall(r"manage\.py (\w+)", document))
    assert commands - get_commands().keys() == set()
    assert set(re.findall(r"\]\(#([^)]+)\)", document)) <= anchors


def test_the_sample_for_prometheus_asks_under_the_name_that_the_rules_know() -> None:
    sample = yaml.safe_load((settings.BASE_DIR / "ops" / "prometheus.yml").read_text())
    assert sample["rule_files"] == ["alerts.yml"]
    (scrape_config,) = sample["scrape_configs"]
    (down,) = [rule for group in RULES["groups"] for rule in group["rules"] if rule["alert"] == "NothingToScrape"]
    assert down["expr"] == f'up{{job="{scrape_config["job_name"]}"}} == 0'


def anchor_of(heading: str) -> str:
    """As pages of Markdown are linked to."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def balanced(expression: str) -> bool:
    """Every bracket is closed, and in its turn."""
    pairs, opened = {")": "(", "]": "[", "}": "{"}, []
    for sign in re.sub(r'"[^"]*"', "", expression):
        if sign in pairs.values():
            opened.append(sign)
        elif sign in pairs and (not opened or opened.pop() != pairs[sign]):
            return False
    return not opened


def test_every_rule_says_how_serious_it_is_and_what_is_the_matter() -> None:
    rules = [rule for group in RULES["groups"] for rule in group["rules"]]
    assert {rule["labels"]["severity"] for rule in rules} == {"warning", "critical"}
    assert all(rule["annotations"]["summary"] for rule in rules)
    assert len({rule["alert"] for rule in rules}) == len(rules)
