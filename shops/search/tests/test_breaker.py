"""An embedder that hangs or is broken costs the first few searches their patience, and the others nothing."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from caferoam.metrics.exposition import exposition
from caferoam.providers.embeddings import chosen
from caferoam.providers.embeddings.openai import OpenAIEmbedder
from caferoam.providers.errors import ProviderRefused, ProviderUnavailable
from caferoam.testing.metrics import samples
from caferoam.testing.openai import KEY, OpenAIStub
from caferoam.testing.vendors import Silence
from shops.search.breaker import FAILURES, LONGEST_REST, REST, Breaker, EmbedderRests
from shops.search.query_vectors import QueryVectors, query_vectors
from shops.search.tests.embedder import PairEmbedder


class Clock:
    """Seconds that pass when told."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now

    def pass_(self, time: timedelta) -> None:
        self.now += time.total_seconds()


def fail(breaker: Breaker, error: BaseException, *, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(type(error)), breaker.asking():
            raise error


def is_asked(breaker: Breaker) -> bool:
    try:
        with breaker.asking():
            return True
    except EmbedderRests:
        return False


def resting() -> float:
    return samples(exposition().decode()).get("caferoam_search_embedder_resting", 0)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_after_so_many_failures_in_a_row_nobody_asks_until_the_rest_is_over(clock: Clock) -> None:
    before = resting()
    breaker = Breaker(clock=clock)
    fail(breaker, ProviderUnavailable(), times=FAILURES - 1)
    assert is_asked(breaker), "and with that the row is broken"
    fail(breaker, ProviderUnavailable(), times=FAILURES)
    assert not is_asked(breaker)
    assert resting() == before + 1
    clock.pass_(REST - timedelta(seconds=1))
    assert not is_asked(breaker)
    clock.pass_(timedelta(seconds=1))
    assert is_asked(breaker)
    assert is_asked(breaker)
    assert resting() == before


def test_one_tries_again_while_the_others_go_without_and_its_failure_is_another_rest(clock: Clock) -> None:
    before = resting()
    breaker = Breaker(clock=clock)
    fail(breaker, ProviderUnavailable(), times=FAILURES)
    clock.pass_(REST)
    with suppress(ProviderUnavailable), breaker.asking():
        assert not is_asked(breaker)
        raise ProviderUnavailable("still")
    assert not is_asked(breaker)
    assert resting() == before + 1, "counted once"
    clock.pass_(REST)
    assert is_asked(breaker)


def test_a_refusal_is_an_answer_so_it_ends_the_rest(clock: Clock) -> None:
    breaker = Breaker(clock=clock)
    fail(breaker, ProviderUnavailable(), times=FAILURES)
    clock.pass_(REST)
    fail(breaker, ProviderRefused())
    assert is_asked(breaker)
    assert is_asked(breaker)


def test_a_surprise_is_a_failure_and_leaves_the_way_free_for_the_next_try(clock: Clock) -> None:
    breaker = Breaker(clock=clock)
    fail(breaker, ProviderUnavailable(), times=FAILURES)
    clock.pass_(REST)
    fail(breaker, ZeroDivisionError())
    assert not is_asked(breaker)
    clock.pass_(REST)
    assert is_asked(breaker)


@pytest.mark.parametrize(
    ("asked_for", "rest"),
    [
        (timedelta(seconds=1), REST),
        (timedelta(seconds=90), timedelta(seconds=90)),
        (timedelta(days=1), LONGEST_REST),
    ],
)
def test_a_vendor_is_left_alone_for_as_long_as_it_asks_within_limits(
    clock: Clock, asked_for: timedelta, rest: timedelta
) -> None:
    breaker = Breaker(clock=clock)
    fail(breaker, ProviderUnavailable(retry_after=asked_for), times=FAILURES)
    clock.pass_(rest - timedelta(seconds=1))
    assert not is_asked(breaker)
    clock.pass_(timedelta(seconds=1))
    assert is_asked(breaker)


def test_what_is_not_asked_any_more_counts_no_longer_as_resting_whatever_becomes_of_the_last_calls(
    clock: Clock,
) -> None:
    before = resting()
    breaker = Breaker(clock=clock)
    with suppress(ProviderUnavailable), breaker.asking():
        fail(breaker, ProviderUnavailable(), times=FAILURES)
        assert resting() == before + 1
        breaker.retire()
        assert resting() == before
        raise ProviderUnavailable("late")
    assert resting() == before
    clock.pass_(REST)
    assert is_asked(breaker)
    assert resting() == before


def test_a_change_of_the_model_leaves_the_rest_of_the_one_before_behind() -> None:
    before = resting()
    out_of_reach = query_vectors("offline", "another")
    for place in range(FAILURES):
        with pytest.raises(ProviderUnavailable, match="no model 'another'"):
            out_of_reach.of(f"quiet {place}")
    assert resting() == before + 1
    assert query_vectors(*chosen()) is not out_of_reach
    assert resting() == before


def test_what_is_kept_is_still_found_while_the_embedder_rests(clock: Clock) -> None:
    embedder = PairEmbedder()
    vectors = QueryVectors(embedder, clock=clock)
    known = vectors.of("安靜")
    embedder.broken = True
    for text in ("one", "two", "three"):
        with pytest.raises(ProviderUnavailable, match="down"):
            vectors.of(text)
    with pytest.raises(EmbedderRests, match="3 times in a row"):
        vectors.of("four")
    assert vectors.of("安靜") == known
    assert embedder.asked == ["安靜", "one", "two", "three"]


@pytest.fixture
def openai(settings: Settings) -> Iterator[OpenAIStub]:
    with OpenAIStub() as stub:
        settings.OPENAI_API_KEY = KEY
        settings.OPENAI_BASE_URL = stub.base_url
        yield stub


@pytest.mark.slow
def test_a_vendor_that_hangs_holds_up_the_first_few_searches_and_no_more(
    openai: OpenAIStub, settings: Settings, clock: Clock
) -> None:
    settings.OPENAI_TIMEOUT = timedelta(seconds=0.3)
    well = openai.respond
    openai.respond = lambda _: Silence()
    vectors = QueryVectors(OpenAIEmbedder("text-embedding-3-small"), clock=clock)
    with ThreadPoolExecutor(FAILURES) as pool:
        for hung in [pool.submit(vectors.of, f"quiet {place}") for place in range(FAILURES)]:
            with pytest.raises(ProviderUnavailable, match="does not answer within"):
                hung.result()
    for place in range(50):
        with pytest.raises(EmbedderRests):
            vectors.of(f"loud {place}")
    assert len(openai.asked) == FAILURES
    openai.respond = well
    settings.OPENAI_TIMEOUT = timedelta(seconds=30)
    clock.pass_(REST)
    assert vectors.of("quiet 0").startswith("[")
    assert vectors.of("loud 0").startswith("[")
    assert openai.embedded == {"quiet 0": 1, "loud 0": 1}
    counted = samples(exposition().decode())
    assert {counted[f"caferoam_search_vectors_total how={how}"] > 0 for how in ("made", "failed", "resting")} == {True}
