"""generate_embedding by way of a vendor: where the jobs end, what it cost, and what an operator reads."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from django.db.models import F, Max, Sum
from django.utils import timezone
from pytest_django.fixtures import Settings

from caferoam.jobs import enqueue
from caferoam.jobs.models import Job, JobEvent, Lane
from caferoam.testing.jobs import drain
from caferoam.testing.openai import (
    KEY,
    PAID_WAYS,
    OpenAIStub,
    add_one,
    double_one,
    error,
    lose_one,
    out_of_money,
    overloaded,
    rate_limited,
    shorten,
    spoil,
    vector_of,
)
from caferoam.testing.vendors import Answer, HangUp, Reaction, Silence
from enrichment.models import LlmUsage
from enrichment.tests.making import make_shop
from shops.models import Shop, ShopEmbedding

pytestmark = pytest.mark.usefixtures("taxonomy")

MODEL = "text-embedding-3-small"
JOB = "generate_embedding"

type Json = dict[str, Any]


@pytest.fixture
def stub(settings: Settings) -> Iterator[OpenAIStub]:
    with OpenAIStub() as stub:
        settings.EMBEDDINGS_PROVIDER, settings.OPENAI_API_KEY = "openai", KEY
        settings.OPENAI_BASE_URL = stub.base_url
        yield stub


@pytest.fixture
def shops(stub: OpenAIStub) -> list[Shop]:
    made = [make_shop(f"第{number}家") for number in range(3)]
    Job.objects.all().delete()
    for shop in made:
        enqueue(JOB, {"shop_id": str(shop.pk)})
    return made


def try_again() -> Counter[str]:
    """As when the time to wait is over."""
    Job.objects.filter(status=Job.Status.PENDING).update(scheduled_at=F("created_at"))
    Lane.objects.update(paused_until=None)
    return drain([JOB])


def text_of(shop: Shop) -> str:
    """What is embedded of a shop of which only this is known."""
    return f"{shop.name}\n{shop.city}{shop.district}"


def request_of(shops: list[Shop]) -> Json:
    return {"model": MODEL, "input": [text_of(shop) for shop in shops], "encoding_format": "base64", "dimensions": 1536}


def jobs() -> list[Job]:
    return list(Job.objects.filter(job_type=JOB))


def embedded_right(shops: list[Shop]) -> bool:
    """Whether each has the vector of its own text."""
    kept = {row.shop_id: np.array(row.embedding, dtype=np.float32) for row in ShopEmbedding.objects.filter(model=MODEL)}
    return all(np.allclose(kept[shop.pk], vector_of(text_of(shop), MODEL), atol=1e-6) for shop in shops)


def assert_ledger_agrees(stub: OpenAIStub) -> None:
    """To the call, the token, and the last digit of the price."""
    kept = LlmUsage.objects.aggregate(tokens=Sum("tokens_in"), usd=Sum("usd"), out=Sum("tokens_out"))
    assert LlmUsage.objects.count() == stub.billed.calls
    assert kept == {"tokens": stub.billed.tokens, "usd": stub.billed.usd, "out": 0}


def test_shops_are_embedded_with_one_call_which_is_in_the_ledger(stub: OpenAIStub, shops: list[Shop]) -> None:
    assert drain([JOB]) == Counter(completed=3)
    assert len(stub.asked) == 1
    assert embedded_right(shops)
    assert_ledger_agrees(stub)
    noted = LlmUsage.objects.get()
    assert (noted.provider, noted.model, noted.purpose) == ("openai", MODEL, JOB)
    assert noted.usd == noted.tokens_in * Decimal("0.00000002") > 0
    assert noted.job_id in {job.pk for job in jobs()}


def test_what_was_embedded_once_is_never_asked_again(stub: OpenAIStub, shops: list[Shop]) -> None:
    drain([JOB])
    enqueue(JOB, {"shop_id": str(shops[0].pk)})
    assert drain([JOB]) == Counter(completed=1)
    assert stub.embedded == Counter({text_of(shop): 1 for shop in shops})


@pytest.mark.parametrize(
    ("reaction", "message", "pause"),
    [
        (rate_limited(40), "is busy or broken: 429 rate_limit_exceeded: Rate limit reached for requests.", 40),
        (rate_limited(), "is busy or broken: 429 rate_limit_exceeded", 30),
        (overloaded(), "is busy or broken: 503 server_error: The engine is currently overloaded", 30),
        (error(500, "server_error", None, "The server had an error."), "is busy or broken: 500 server_error", 30),
        (Answer(502, b"<html>Bad gateway</html>"), "is busy or broken: 502", 30),
        (HangUp(), "cannot be reached: RemoteProtocolError", 30),
        (Silence(), "does not answer within 0:00:00.3", 30),
        (Answer(200, b'{"object": "list"}', cut_after=3), "cannot be reached: RemoteProtocolError", 30),
        (Answer(200, b'{"object": "li'), "answered with no JSON: JSONDecodeError", 30),
        (Answer(200, b""), "answered with no JSON: JSONDecodeError", 30),
        (Answer(200, b"{}"), "answered with something that tells no usage", 30),
        (out_of_money(), "does not serve us: 429 insufficient_quota: You exceeded your current quota", 900),
        (error(401, None, "invalid_api_key", "No such key."), "does not serve us: 401 invalid_api_key", 900),
        (error(404, None, "model_not_found", "No such model."), "does not serve us: 404 model_not_found", 900),
    ],
)
def test_while_the_vendor_is_down_jobs_wait_without_losing_an_attempt_and_cost_nothing(  # noqa: PLR0917 - pytest's
    stub: OpenAIStub, shops: list[Shop], settings: Settings, reaction: Reaction, message: str, pause: int
) -> None:
    settings.OPENAI_TIMEOUT = timedelta(seconds=0.3 if isinstance(reaction, Silence) else 10)
    stub.next(reaction)
    before = timezone.now()
    assert drain([JOB]) == Counter(pending=3)
    for job in jobs():
        assert f"ProviderUnavailable: OpenAI {message}" in (job.last_error or "")
        assert job.max_attempts - job.attempts == 5
    paused_until = Lane.objects.aggregate(last=Max("paused_until"))["last"]
    assert timedelta(seconds=pause) <= paused_until - before <= timedelta(seconds=pause * 1.2 + 10)
    assert not LlmUsage.objects.exists()
    assert drain([JOB]) == Counter()  # the lane is paused
    assert try_again() == Counter(completed=3)
    assert embedded_right(shops)
    assert_ledger_agrees(stub)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lose_one, "it has 2 vectors for 3 inputs"),
        (double_one, "it has two vectors for input 2, of 3"),
        (add_one, "it has a vector for no input, of 3"),
        (shorten, "a vector has 512 dimensions, not 1536"),
        (spoil, "a vector has a number that is none"),
        (lambda said: said.update(model="text-embedding-3-large"), "another model answered"),
    ],
)
def test_an_answer_of_no_use_is_paid_for_counts_as_an_attempt_and_is_asked_for_again(
    stub: OpenAIStub, shops: list[Shop], change: Callable[[Json], object], message: str
) -> None:
    stub.next(stub.answer(request_of(shops), change))
    assert drain([JOB]) == Counter(pending=3)
    for job in jobs():
        assert job.last_error == f"VectorsUnusable: OpenAI's answer is of no use: {message}."
        assert (job.attempts, job.max_attempts) == (1, 5)
    assert not ShopEmbedding.objects.exists()
    assert LlmUsage.objects.get().tokens_in > 0
    assert try_again() == Counter(completed=3)
    assert embedded_right(shops)
    assert_ledger_agrees(stub)


def test_a_vendor_that_never_answers_well_is_asked_five_times_and_then_left_to_an_operator(
    stub: OpenAIStub, shops: list[Shop]
) -> None:
    stub.fail_at_random(1, seed=1, ways=["short"])
    states = drain([JOB])
    for _ in range(4):
        states += try_again()
    assert states == Counter(pending=12, dead_letter=3)
    assert try_again() == Counter()
    assert stub.billed.calls == 5
    assert_ledger_agrees(stub)
    assert {event.detail for event in JobEvent.objects.filter(kind="dead_letter")} == {
        "VectorsUnusable: OpenAI's answer is of no use: a vector has 512 dimensions, not 1536."
    }


def test_a_text_that_the_vendor_refuses_fails_alone(stub: OpenAIStub, shops: list[Shop]) -> None:
    answer, bad = stub.respond, text_of(shops[1])
    refusal = error(400, "invalid_request_error", None, "Invalid 'input'.")
    stub.respond = lambda asked: refusal if bad in asked.json["input"] else answer(asked)
    assert drain([JOB]) == Counter(completed=2, failed=1)
    (failed,) = Job.objects.filter(status="failed")
    assert failed.last_error == (
        "ProviderRefused: OpenAI does not take this request: 400 invalid_request_error: Invalid 'input'."
    )
    assert embedded_right([shops[0], shops[2]])
    assert_ledger_agrees(stub)


@pytest.mark.slow
def test_by_a_vendor_that_fails_half_the_time_all_are_embedded_and_no_text_is_paid_twice_for_a_good_answer(
    stub: OpenAIStub,
) -> None:
    made = [make_shop(f"第{number}家") for number in range(120)]
    Job.objects.all().delete()
    stub.fail_at_random(0.5, seed=11)
    dice = random.Random(2)  # noqa: S311 - the same dice each time
    left = list(made)
    for _ in range(400):
        for shop in left[: dice.randint(1, 2)]:  # so few that there are many calls
            left.remove(shop)
            enqueue(JOB, {"shop_id": str(shop.pk)})
        try_again()
        if not left and not Job.objects.filter(status="pending").exists():
            break
    assert Counter(job.status for job in jobs()) == {"completed": 120}
    assert embedded_right(made)
    assert stub.embedded == Counter({text_of(shop): 1 for shop in made})
    assert stub.billed.calls == stub.met["well"] + sum(stub.met[way] for way in PAID_WAYS)
    assert_ledger_agrees(stub)
    assert len(stub.met) > 10
