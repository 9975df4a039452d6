"""The alerting rules speak of numbers that there are."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
import redis
import yaml
from django.conf import settings

from caferoam.local.ports import HOST, free_port
from caferoam.testing.database import ApiClient
from caferoam.testing.live import Live
from caferoam.testing.metrics import samples

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
    return samples(httpx.get(f"http://{HOST}:{port}/metrics", timeout=10).text)


@pytest.mark.slow
def test_every_metric_and_label_that_a_rule_names_is_in_a_scrape(live: Live, api: ApiClient) -> None:
    relay_port, worker_port = free_port(), free_port()
    live.relay(METRICS_PORT=str(relay_port))
    live.worker(METRICS_PORT=str(worker_port))
    api.get("/healthz")
    assert api.get("/docs/assets/none").status_code == 404
    of_api = samples(api.get("/metrics").content.decode())
    of_worker, of_relay = scrape(worker_port), scrape(relay_port)
    assert of_worker["caferoam_jobs_ended_total how=lost job_type=enrich_shop"] == 0
    assert of_relay["caferoam_jobs job_type=enrich_shop state=dead_letter"] == 0
    there = {name.partition(" ")[0] for name in [*of_api, *of_worker, *of_relay]}
    expressions = [rule["expr"] for group in RULES["groups"] for rule in group["rules"]]
    named = {name for expression in expressions for name in re.findall(r"caferoam_\w+", expression)}
    assert named - there == set()
    labels = {pair for name in [*of_api, *of_worker, *of_relay] for pair in name.split(" ")[1:]}
    chosen = {f"{name}={value}" for text in expressions for name, value in re.findall(r'(\w+)="(\w+)"', text)}
    assert chosen - labels <= {"status=5xx"}, "here no request need have failed"
    explained = (settings.BASE_DIR / "docs" / "observability.md").read_text()
    kinds = {re.sub(r"_(bucket|sum|count)$", "", name) for name in there}
    ours = {name for name in kinds if not name.startswith("caferoam_test_")}  # which other tests have made
    assert {name for name in ours if f"`{name}`" not in explained} == set()


def test_every_rule_says_how_serious_it_is_and_what_is_the_matter() -> None:
    rules = [rule for group in RULES["groups"] for rule in group["rules"]]
    assert {rule["labels"]["severity"] for rule in rules} == {"warning", "critical"}
    assert all(rule["annotations"]["summary"] for rule in rules)
    assert len({rule["alert"] for rule in rules}) == len(rules)
