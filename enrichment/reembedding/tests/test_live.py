"""Search over HTTP while a real worker changes its model; the command is killed, and the worker."""

import json
import threading
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest
import redis
from django.conf import settings
from django.utils import timezone

from caferoam.api.principal import Principal
from caferoam.jobs.models import Job, JobEvent
from caferoam.providers.embeddings import chosen, embedder_of
from caferoam.testing.live import Live, Process, eventually
from caferoam.testing.openai import KEY, OpenAIStub
from caferoam.testing.tokens import AUDIENCE, ISSUER, JwksServer, SignToken
from enrichment.reembedding.tests.making import (
    OFFLINE,
    SMALL,
    describe_again,
    described,
    ids,
    models,
    vectors_of,
)
from shops.filters import ShopFilters
from shops.search import service
from shops.search.query_vectors import QueryVectors
from shops.search.vocabulary import vocabularies

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("taxonomy"), pytest.mark.slow]

SETTINGS = "caferoam.jobs.tests.live.settings"
"""With leases that a test can wait for."""
WITHIN_S = 120.0
EVERY_S = 1.5
"""A member may not search more often for long."""
SHOPS = 150
TEXT = "窗邊的小店"
_WORKER = (
    *("-W", "ignore", "-m", "celery", "--app", "caferoam.celery:app", "--quiet", "worker"),
    *("--queues", "embedding", "--pool", "prefork", "--concurrency", "1", "--without-gossip", "--without-mingle"),
)


@pytest.fixture
def processes(worker: psycopg.Connection, tmp_path: Path, vendor: OpenAIStub) -> Iterator[Callable[..., Process]]:
    """Starts processes that have the vendor's key."""
    started: list[Process] = []

    def start(*arguments: str) -> Process:
        process = Process(
            tmp_path / f"process{len(started)}.log",
            *arguments,
            DJANGO_SETTINGS_MODULE=SETTINGS,
            OPENAI_API_KEY=KEY,
            OPENAI_BASE_URL=vendor.base_url,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    """The relay and the API."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()
    live = Live(tmp_path, settings_module=SETTINGS)
    yield live
    live.stop()


@pytest.fixture
def search(
    live: Live, vendor: OpenAIStub, token_server: JwksServer, sign_token: SignToken, member: Principal
) -> Callable[[], dict[str, float]]:
    """Searches as a member, over HTTP: how near in meaning each café is."""
    url = live.api(
        SUPABASE_JWKS_URL=token_server.url,
        SUPABASE_JWT_ISSUER=ISSUER,
        SUPABASE_JWT_AUDIENCE=AUDIENCE,
        OPENAI_API_KEY=KEY,
        OPENAI_BASE_URL=vendor.base_url,
    )
    asked = f"{url}/search?{urlencode({'text': TEXT, 'limit': 5})}"
    headers = {"Authorization": f"Bearer {sign_token(member)}"}

    def ask() -> dict[str, float]:
        request = urllib.request.Request(asked, headers=headers)  # noqa: S310 - our own
        with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310 - http:// of the API that this test started
            answer: dict[str, Any] = json.load(response)
        assert not answer["degraded"]
        return meanings(answer)

    return ask


def meanings(answer: dict[str, Any]) -> dict[str, float]:
    """How near each café is."""
    return {result["shop"]["name"]: round(result["similarity_score"], 4) for result in answer["results"]}


def expected(provider: str, model: str) -> dict[str, float]:
    """What a search says that compares this model's vectors alone."""
    wanted = service.SearchRequest(text=TEXT, filters=ShopFilters(), limit=5)
    vectors = QueryVectors(embedder_of(provider, model))
    prepared = service.prepare(wanted, vocabulary=vocabularies.load(), vectors=vectors, now=timezone.now())
    return meanings(service.answer(prepared))


def test_search_goes_on_and_never_mixes_while_the_command_is_killed_midway(
    processes: Callable[..., Process], live: Live, vendor: OpenAIStub, search: Callable[[], dict[str, float]]
) -> None:
    shops = described(*(f"{number}號小店" for number in range(SHOPS)))
    before = expected(*chosen())
    assert search() == before
    changed = next(shop for shop in shops if shop.name not in before)  # what changes is not among those that are found
    answers: list[dict[str, float]] = []
    changed_over = threading.Event()

    def search_on() -> None:
        while not changed_over.wait(EVERY_S):
            answers.append(search())

    vendor.delay_s = 3.0  # so long the command has still to be killed when the first vectors are there
    live.relay()
    command = ["manage.py", "reembed", "--model", SMALL, "--provider", "openai", "--yes"]
    done = Job.objects.filter(job_type="reembed_shop", status="completed").count
    with ThreadPoolExecutor(1) as pool:
        searching = pool.submit(search_on)
        try:
            worker = processes(*_WORKER)
            first = processes(*command)
            assert eventually(lambda: done() > 0, within_s=WITHIN_S), (first.output(), worker.output())
            first.kill()
            assert models() == {OFFLINE: "active", SMALL: "building"}
            vendor.delay_s = 0.3
            describe_again(changed, "有貓的老屋")
            second = processes(*command)
            assert eventually(lambda: second.popen.poll() is not None, within_s=WITHIN_S), second.output()
            assert second.popen.returncode == 0, (second.output(), worker.output())
            assert models() == {OFFLINE: "retired", SMALL: "active"}
            assert vectors_of(SMALL) == ids(shops)
            after = expected("openai", SMALL)
            assert eventually(lambda: answers[-1] == after, within_s=WITHIN_S), answers[-1]
        finally:
            changed_over.set()
        searching.result(WITHIN_S)
    turn = answers.index(after)
    assert before.keys() != after.keys()
    assert answers == [before] * turn + [after] * (len(answers) - turn)
    assert turn > 1


def test_a_worker_that_is_killed_while_the_vendor_thinks_costs_time_and_no_vector(
    processes: Callable[..., Process], live: Live, vendor: OpenAIStub
) -> None:
    shops = described(*(f"{number}號小店" for number in range(SHOPS)))
    live.relay()
    worker = processes(*_WORKER)
    vendor.delay_s = 4.0
    command = processes("manage.py", "reembed", "--model", SMALL, "--provider", "openai", "--yes")
    assert eventually(lambda: len(vendor.asked) == 2, within_s=WITHIN_S), (command.output(), worker.output())
    worker.kill()
    done = vectors_of(SMALL)
    assert len(done) == 64, "one call was answered, of the other nothing is left but the vendor's bill"
    assert models() == {OFFLINE: "active", SMALL: "building"}
    jobs = Job.objects.filter(job_type="reembed_shop")
    # They wait but for a moment: the relay hands them out again, to nobody.
    lost = JobEvent.objects.filter(job__in=jobs, kind="lost", attempt=1)
    assert eventually(lambda: lost.count() == 64, within_s=WITHIN_S)
    vendor.delay_s = 0.0
    processes(*_WORKER)
    assert eventually(lambda: command.popen.poll() is not None, within_s=WITHIN_S), command.output()
    assert command.popen.returncode == 0, command.output()
    assert models() == {OFFLINE: "retired", SMALL: "active"}
    assert vectors_of(SMALL) == ids(shops)
    assert set(jobs.values_list("status", flat=True)) == {"completed"}
    assert sum(times == 2 for times in vendor.embedded.values()) == 64, "only what was lost is embedded again"
