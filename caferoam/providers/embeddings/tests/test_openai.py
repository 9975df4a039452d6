"""OpenAI's adapter, through the real SDK, over HTTP."""

import base64
import json
import logging
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from pytest_django.fixtures import Settings

from caferoam.providers.embeddings.openai import OpenAIEmbedder
from caferoam.providers.embeddings.openai.requests import input_of, requests_of
from caferoam.providers.errors import AnswerUnusable, ProviderRefused, ProviderUnavailable
from caferoam.providers.usage import NOTHING
from caferoam.testing.openai import (
    KEY,
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
    tokens_of,
    vector_of,
)
from caferoam.testing.vendors import Answer, HangUp, Reaction, Silence

SMALL, LARGE = "text-embedding-3-small", "text-embedding-3-large"
TEXTS = ["安靜", "有插座", "a quiet café"]

type Json = dict[str, Any]


def request_of(texts: list[str]) -> Json:
    return {"model": SMALL, "input": texts, "encoding_format": "base64", "dimensions": 1536}


class TestRequests:
    def test_a_shop_batch_is_one_request_with_all_that_the_model_needs(
        self, stub: OpenAIStub, embedder: OpenAIEmbedder
    ) -> None:
        texts = [f"第{number}家\n{'有插座' * 200}" for number in range(64)]
        embedder.embed(texts)
        (asked,) = stub.asked
        assert asked.json == request_of(texts)
        assert asked.headers["authorization"] == f"Bearer {KEY}"

    def test_the_large_model_is_asked_for_vectors_of_our_length(self, stub: OpenAIStub) -> None:
        made = OpenAIEmbedder(LARGE).embed(["安靜"])
        assert (stub.asked[0].json["model"], stub.asked[0].json["dimensions"]) == (LARGE, 1536)
        assert made.vectors[0] == pytest.approx(vector_of("安靜", LARGE), abs=1e-6)
        assert made.usage.usd == stub.billed.usd == tokens_of(["安靜"])[0] * Decimal("0.13") / 1_000_000

    def test_nobody_is_asked_for_nothing(self, stub: OpenAIStub, embedder: OpenAIEmbedder) -> None:
        embedder.embed([])
        assert stub.asked == []

    def test_what_the_environment_says_to_the_sdk_is_not_heard(
        self, stub: OpenAIStub, monkeypatch: pytest.MonkeyPatch, settings: Settings
    ) -> None:
        for name, value in {
            "OPENAI_ORG_ID": "org-other",
            "OPENAI_PROJECT_ID": "proj-other",
            "OPENAI_ADMIN_KEY": "sk-admin-other",
            "OPENAI_BASE_URL": "http://127.0.0.1:1",
            "OPENAI_API_KEY": "sk-other",
            "OPENAI_CUSTOM_HEADERS": "Authorization: Bearer sk-other\nX-Other: yes",
        }.items():
            monkeypatch.setenv(name, value)
        settings.OPENAI_TIMEOUT = timedelta(seconds=19)  # another client than other tests have
        OpenAIEmbedder(SMALL).embed(["安靜"])
        (asked,) = stub.asked
        assert asked.headers["authorization"] == f"Bearer {KEY}"
        assert not {"openai-organization", "openai-project", "x-other"} & asked.headers.keys()

    def test_calls_share_a_connection(self, stub: OpenAIStub, embedder: OpenAIEmbedder) -> None:
        embedder.embed(["安靜"])
        embedder.embed(["插座"])
        assert len({asked.peer_port for asked in stub.asked}) == 1


class TestSplitting:
    def test_too_many_texts_become_several_requests_in_their_order(
        self, stub: OpenAIStub, embedder: OpenAIEmbedder
    ) -> None:
        texts = [str(number) for number in range(2_049)]
        made = embedder.embed(texts)
        assert [len(asked.json["input"]) for asked in stub.asked] == [2_048, 1]
        for place in (0, 1, 2_047, 2_048):
            assert made.vectors[place] == pytest.approx(vector_of(texts[place], SMALL), abs=1e-6)
        assert made.usage.tokens_in == stub.billed.tokens == sum(tokens_of(texts))
        assert made.usage.usd == stub.billed.usd > 0

    def test_too_many_tokens_become_several_requests_each_as_full_as_it_may_be(self) -> None:
        text = " quiet" * 8_000
        assert tokens_of([text]) == [8_000]
        assert [len(inputs) for inputs in requests_of([text] * 80)] == [37, 37, 6]

    def test_tokens_decide_not_bytes(self) -> None:
        text = "a quiet café with power outlets " * 200
        assert 64 * len(text.encode()) > 300_000 > 64 * tokens_of([text])[0]
        assert [len(inputs) for inputs in requests_of([text] * 64)] == [64]

    def test_what_was_answered_before_a_later_request_fails_is_paid_for(
        self, stub: OpenAIStub, embedder: OpenAIEmbedder
    ) -> None:
        texts = [str(number) for number in range(2_049)]
        stub.next(stub.answer(request_of(texts[:2_048])), overloaded())
        with pytest.raises(ProviderUnavailable) as raised:
            embedder.embed(texts)
        assert raised.value.usage.tokens_in == stub.billed.tokens == sum(tokens_of(texts[:2_048]))


class TestLongTexts:
    @pytest.mark.parametrize("part", ["咖啡廳", "🧠", "👩‍👩‍👧", "quiet ", "\u200b", "é", "<|endoftext|>"])
    def test_a_text_is_cut_at_a_character_to_as_many_tokens_as_an_input_may_have(self, part: str) -> None:
        text = part * 20_000
        kept = input_of(text)
        assert text.startswith(kept)
        assert 8_192 - 8 < tokens_of([kept])[0] <= 8_192

    def test_one_that_just_fits_is_whole(self) -> None:
        text = " quiet" * 8_192
        assert input_of(text) == text
        assert input_of(f"{text} quiet") == text

    def test_the_vendor_takes_what_is_left(self, stub: OpenAIStub, embedder: OpenAIEmbedder) -> None:
        assert embedder.embed(["咖啡" * 50_000, "安靜"]).usage.tokens_in > 8_192
        assert [len(asked.json["input"]) for asked in stub.asked] == [2]

    def test_half_a_character_becomes_a_question_mark(self, stub: OpenAIStub, embedder: OpenAIEmbedder) -> None:
        embedder.embed(["\udc80 安靜"])
        assert stub.asked[0].json["input"] == ["? 安靜"]

    def test_for_an_empty_text_stands_a_space(self, stub: OpenAIStub, embedder: OpenAIEmbedder) -> None:
        embedder.embed(["", "安靜"])
        assert stub.asked[0].json["input"] == [" ", "安靜"]


class TestAnswers:
    @pytest.mark.parametrize("encoding", ["base64", "float"])
    def test_each_text_gets_its_own_vector_whatever_the_order_and_form_of_the_answer(
        self, stub: OpenAIStub, embedder: OpenAIEmbedder, encoding: str
    ) -> None:
        stub.encoding = encoding
        made = embedder.embed(TEXTS)
        assert json.loads(stub.answer(request_of(TEXTS)).body)["data"][0]["index"] == 2  # the last one first
        for text, row in zip(TEXTS, made.vectors, strict=True):
            assert row == pytest.approx(vector_of(text, SMALL), abs=1e-6)

    @pytest.mark.parametrize("factor", [1e-30, 0.5, 7.0, 1e30])
    def test_vectors_of_another_length_are_made_one_long(
        self, stub: OpenAIStub, embedder: OpenAIEmbedder, factor: float
    ) -> None:
        stub.encoding = "float"

        def stretch(said: Json) -> None:
            for item in said["data"]:
                item["embedding"] = [number * factor for number in item["embedding"]]

        stub.next(stub.answer(request_of(TEXTS), stretch))
        made = embedder.embed(TEXTS)
        assert made.vectors[0] == pytest.approx(vector_of(TEXTS[0], SMALL), abs=1e-6)

    @pytest.mark.parametrize(
        ("change", "why"),
        [
            (lose_one, "it has 2 vectors for 3 inputs"),
            (double_one, "two vectors for input 2, of 3"),
            (add_one, "a vector for no input, of 3"),
            (shorten, "a vector has 512 dimensions, not 1536"),
            (spoil, "a number that is none"),
            (lambda said: said["data"].clear(), "0 vectors for 3 inputs"),
            (lambda said: said.pop("data"), "no list of vectors"),
            (lambda said: said.update(data={"0": []}), "no list of vectors"),
            (lambda said: said.update(data=[1, 2, 3]), "something that is no vector"),
            (lambda said: said["data"][0].pop("index"), "a vector for no input"),
            (lambda said: said["data"][0].update(index=-1), "a vector for no input"),
            (lambda said: said["data"][0].update(index=True), "a vector for no input"),
            (lambda said: said["data"][0].update(index="0"), "a vector for no input"),
            (lambda said: said["data"][0].pop("embedding"), "neither base64 nor a list"),
            (lambda said: said["data"][0].update(embedding="no base64!"), "no base64"),
            (lambda said: said["data"][0].update(embedding="AAAA"), "0.75 dimensions"),
            (lambda said: said["data"][0].update(embedding=[0.5] * 1535), "1535 dimensions"),
            (lambda said: said["data"][0].update(embedding=["0.5"] * 1536), "neither base64 nor a list"),
            (lambda said: said["data"][0].update(embedding=[True] * 1536), "neither base64 nor a list"),
            (lambda said: said["data"][0].update(embedding=[0.0] * 1536), "of no length"),
            (lambda said: said["data"][0].update(embedding=[float("nan")] * 1536), "a number that is none"),
            (lambda said: said["data"][0].update(embedding=[1.0] * 1535 + [float("-inf")]), "a number that is none"),
            (lambda said: said["data"][0].update(embedding=[10**400] * 1536), "a number that is none"),
            (lambda said: said.update(model=LARGE), "another model answered"),
            (lambda said: said.pop("model"), "another model answered"),
        ],
    )
    def test_one_that_is_of_no_use_is_paid_for_and_says_why(
        self, stub: OpenAIStub, embedder: OpenAIEmbedder, change: Callable[[Json], object], why: str
    ) -> None:
        stub.next(stub.answer(request_of(TEXTS), change))
        with pytest.raises(AnswerUnusable, match=why) as raised:
            embedder.embed(TEXTS)
        assert raised.value.usage.tokens_in == stub.billed.tokens > 0
        assert raised.value.usage.usd == stub.billed.usd

    def test_a_dated_version_of_the_model_is_that_model(self, stub: OpenAIStub, embedder: OpenAIEmbedder) -> None:
        stub.next(stub.answer(request_of(TEXTS), lambda said: said.update(model=f"{SMALL}-2026-10-01")))
        assert len(embedder.embed(TEXTS).vectors) == 3

    def test_vectors_are_little_endian(self, stub: OpenAIStub, embedder: OpenAIEmbedder) -> None:
        first = np.zeros(1536, dtype="<f4")
        first[0] = 1
        assert base64.b64encode(first.tobytes()).startswith(b"AACAP")

        def only_the_first(said: Json) -> None:
            said["data"][0]["embedding"] = base64.b64encode(first.tobytes()).decode()

        stub.next(stub.answer(request_of(["安靜"]), only_the_first))
        assert embedder.embed(["安靜"]).vectors[0].tolist() == first.tolist()


class TestFailures:
    @pytest.mark.parametrize(
        ("reaction", "message", "retry_after"),
        [
            (rate_limited(17), "is busy or broken: 429 rate_limit_exceeded", timedelta(seconds=17)),
            (rate_limited(0.25), "is busy or broken: 429 rate_limit_exceeded", timedelta(seconds=0.25)),
            (rate_limited(), "is busy or broken: 429 rate_limit_exceeded", None),
            (out_of_money(), "does not serve us: 429 insufficient_quota", timedelta(minutes=15)),
            (
                error(429, "requests", "billing_not_active", "Your account is not active."),
                "does not serve us: 429 billing_not_active",
                timedelta(minutes=15),
            ),
            (overloaded(), "is busy or broken: 503 server_error", None),
            (error(500, "server_error", None, "The server had an error."), "is busy or broken: 500 server_error", None),
            (Answer(502, b"<html>Bad gateway</html>", {"Content-Type": "text/html"}), "is busy or broken: 502", None),
            (Answer(503, b'{"error": "down"}'), "is busy or broken: 503", None),
            (
                error(401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
                "does not serve us: 401 invalid_api_key",
                timedelta(minutes=15),
            ),
            (
                error(403, "request_forbidden", "unsupported_country_region_territory", "Not supported."),
                "does not serve us: 403 unsupported_country",
                timedelta(minutes=15),
            ),
            (HangUp(), "cannot be reached: RemoteProtocolError", None),
            (Answer(200, b'{"object": "list"}', cut_after=5), "cannot be reached: RemoteProtocolError", None),
            (Answer(200, b'{"object": "list'), "answered with no JSON: JSONDecodeError", None),
            (Answer(200, b""), "answered with no JSON: JSONDecodeError", None),
            (Answer(200, b"[" * 100_000), "answered with no JSON: RecursionError", None),
            (Answer(200, b"\xff\xfe\x00"), "answered with no JSON: UnicodeDecodeError", None),
            (Answer(200, b"<html>Welcome to the hotel</html>", {"Content-Type": "text/html"}), "no JSON", None),
            (Answer(200, b"{}"), "tells no usage", None),
            (Answer(200, b"[]"), "tells no usage", None),
            (Answer(200, b'{"usage": {"prompt_tokens": -1}}'), "tells no usage", None),
            (Answer(200, b'{"usage": {"prompt_tokens": "3"}}'), "tells no usage", None),
            (Answer(200, b'{"usage": {"prompt_tokens": true}}'), "tells no usage", None),
            (Answer(200, b'{"usage": {"prompt_tokens": %d}}' % 10**30), "more tokens than it was sent", None),
            (Answer(200, b'{"usage": {"prompt_tokens": %d}}' % (len(TEXTS) * 8_192 + 1)), "more tokens than", None),
            (Answer(200, b"not gzip", {"Content-Encoding": "gzip"}), "OpenAI", None),
        ],
    )
    def test_what_may_pass_is_unavailable_and_free(
        self,
        stub: OpenAIStub,
        embedder: OpenAIEmbedder,
        reaction: Reaction,
        message: str,
        retry_after: timedelta | None,
    ) -> None:
        stub.next(reaction)
        with pytest.raises(ProviderUnavailable, match=message) as raised:
            embedder.embed(TEXTS)
        assert raised.value.retry_after == retry_after
        assert raised.value.usage == NOTHING
        assert len(stub.asked) == 1  # the queue tries again, not the SDK

    def test_a_model_that_the_vendor_does_not_have_is_ours_to_mend(self, stub: OpenAIStub, settings: Settings) -> None:
        settings.OPENAI_PRICES = {"text-embedding-9": {"2026-01-01": ("1",)}}
        with pytest.raises(ProviderUnavailable, match="does not serve us: 404 model_not_found"):
            OpenAIEmbedder("text-embedding-9").embed(TEXTS)

    def test_silence_ends_with_the_timeout(self, stub: OpenAIStub, settings: Settings) -> None:
        settings.OPENAI_TIMEOUT = timedelta(seconds=0.2)
        stub.next(Silence())
        with pytest.raises(ProviderUnavailable, match=r"does not answer within 0:00:00\.2"):
            OpenAIEmbedder(SMALL).embed(TEXTS)

    def test_nobody_at_the_address_is_unavailable(self, stub: OpenAIStub, settings: Settings) -> None:
        settings.OPENAI_BASE_URL = "http://127.0.0.1:1/v1"
        with pytest.raises(ProviderUnavailable, match="cannot be reached: ConnectError"):
            OpenAIEmbedder(SMALL).embed(TEXTS)

    def test_a_request_that_is_wrong_is_refused_and_nothing_of_ours_is_in_the_message(
        self, stub: OpenAIStub, embedder: OpenAIEmbedder
    ) -> None:
        stub.next(error(400, "invalid_request_error", None, f"bad value: api_key={KEY} " + "x" * 5_000))
        with pytest.raises(ProviderRefused, match="does not take this request: 400 invalid_request_error") as raised:
            embedder.embed(TEXTS)
        assert KEY not in str(raised.value)
        assert len(str(raised.value)) < 500

    def test_no_log_line_tells_texts_or_keys(
        self, stub: OpenAIStub, embedder: OpenAIEmbedder, caplog: pytest.LogCaptureFixture
    ) -> None:
        stub.next(overloaded())
        with caplog.at_level(logging.DEBUG):
            with pytest.raises(ProviderUnavailable):
                embedder.embed(["秘密的咖啡廳"])
            embedder.embed(["秘密的咖啡廳"])
        assert "秘密" not in caplog.text
        assert KEY not in caplog.text


def test_the_stub_refuses_what_the_vendor_refuses(stub: OpenAIStub, settings: Settings) -> None:
    settings.OPENAI_API_KEY = "sk-of-somebody-else"
    with pytest.raises(ProviderUnavailable, match="401 invalid_api_key"):
        OpenAIEmbedder(SMALL).embed(TEXTS)
    assert stub.billed.calls == 0
