"""What is counted about requests, and who may read it."""

import json
import os
import subprocess
import sys

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from caferoam.testing.metrics import samples

pytestmark = pytest.mark.urls("caferoam.api.tests.urls")

TOKEN = "a-token-for-the-scraper"


def scraped(client: Client) -> dict[str, float]:
    return samples(client.get("/metrics").content.decode())


def grown(client: Client, before: dict[str, float]) -> dict[str, float]:
    """What became more since then, leaving out these questions themselves and times."""
    return {
        name.removeprefix("caferoam_http_requests_total "): value - before.get(name, 0)
        for name, value in scraped(client).items()
        if name.startswith("caferoam_http_requests_total") and "route=/metrics" not in name
        if value != before.get(name, 0)
    }


def test_requests_are_counted_by_the_route_s_template_method_and_kind_of_answer(client: Client) -> None:
    before = scraped(client)
    for path in ("/things/7e0bd8a3-35f4-4d2c-9f3a-0b4a9f1f7c11", "/things/2", "/things/3/"):
        client.get(path)
    client.head("/healthz/")
    assert grown(client, before) == {
        "method=GET route=/things/{thing_id} status=2xx": 1,
        "method=GET route=/things/{thing_id} status=4xx": 2,
        "method=HEAD route=/healthz status=2xx": 1,
    }
    times = {name: value for name, value in scraped(client).items() if "route=/things/{thing_id}" in name}
    assert times["caferoam_http_request_seconds_count method=GET route=/things/{thing_id}"] >= 3


def test_what_anybody_can_make_up_adds_no_labels(client: Client) -> None:
    before = scraped(client)
    client.get("/no/such/path")
    client.get("/nor/this")
    client.get("/")
    client.get("/%zz")
    client.generic("BREW", "/healthz")
    assert grown(client, before) == {
        "method=GET route=unmatched status=4xx": 4,
        "method=other route=/healthz status=4xx": 1,
    }


def test_a_surprise_is_counted_as_an_error_and_leaves_nothing_in_progress(client: Client) -> None:
    client.raise_request_exception = False
    before = scraped(client)
    client.get("/faults/surprise")
    assert grown(client, before) == {"method=GET route=/faults/{name} status=5xx": 1}
    assert scraped(client)["caferoam_http_requests_in_progress"] == 1, "the question itself"


def test_with_a_token_set_only_its_bearer_is_answered(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN
    for headers in ({}, {"Authorization": f"Bearer {TOKEN}x"}, {"Authorization": TOKEN}):
        refused = client.get("/metrics", headers=headers)
        assert (refused.status_code, refused["WWW-Authenticate"]) == (401, 'Bearer realm="metrics"')
    answer = client.get(
        "/metrics", headers={"Authorization": f"Bearer {TOKEN}", "Accept": "application/openmetrics-text"}
    )
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer["Cache-Control"] == "private, no-store"


def test_in_production_there_is_no_such_page_without_a_token(client: Client, settings: Settings) -> None:
    settings.CAFEROAM_ENV = "production"
    assert client.get("/metrics").status_code == 404


def test_it_is_no_part_of_the_public_schema(client: Client) -> None:
    assert "/metrics" not in json.loads(client.get("/schema", headers={"Accept": "application/json"}).content)["paths"]


def test_unknown_parameters_are_refused_here_as_everywhere(client: Client) -> None:
    assert client.get("/metrics?name=x").status_code == 400


@pytest.mark.slow
@pytest.mark.parametrize(
    ("environment", "counts"), [({}, False), ({"METRICS_TOKEN": TOKEN}, True), ({"METRICS_PORT": "9100"}, True)]
)
def test_in_production_it_is_counted_only_if_somebody_can_ask(environment: dict[str, str], *, counts: bool) -> None:
    keys = {"SUPABASE_PUBLISHABLE_KEY": "sb_publishable_0123456789abcdef"}
    production = {"CAFEROAM_ENV": "production", "SUPABASE_URL": "https://project.supabase.co", **keys}
    program = "import django; django.setup()\nfrom django.conf import settings\nprint(settings.METRICS)"
    command = [sys.executable, "-c", program]
    run = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | production | environment)
    assert run.stdout == f"{counts}\n"
