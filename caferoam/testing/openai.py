"""OpenAI's embeddings for tests, over HTTP: it holds requests to the documented rules, and counts what it bills.

https://developers.openai.com/api/reference/resources/embeddings/methods/create
"""

import base64
import hashlib
import json
import math
import random
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import numpy as np
import toktok

from caferoam.testing.vendors import Answer, Asked, HangUp, Reaction, Silence, VendorStub

KEY: Final = "sk-proj-of-the-tests-0001"
MODELS: Final[Mapping[str, tuple[int, Decimal]]] = {
    "text-embedding-3-small": (1536, Decimal("0.02")),
    "text-embedding-3-large": (3072, Decimal("0.13")),
}
"""Dimensions, and USD for a million tokens."""
MAX_INPUTS: Final = 2_048
MAX_INPUT_TOKENS: Final = 8_192
MAX_REQUEST_TOKENS: Final = 300_000

type Json = dict[str, Any]  # a vendor's wire format


@dataclass
class Billed:
    """What the vendor has counted so far, over all answers with a usage."""

    calls: int = 0
    tokens: int = 0
    usd: Decimal = Decimal(0)


class OpenAIStub(VendorStub):
    """Answers ``POST /v1/embeddings``, the last input's vector first, and ``GET /v1/models/…``.

    ``delay_s`` is how long each answer takes. ``embedded`` counts how often each input was given a vector that is of
    use, by its text. With ``encoding`` vectors are sent in this form, whatever was asked for.
    """

    def __init__(self, *, delay_s: float = 0.0) -> None:
        super().__init__(self._respond)
        self.delay_s = delay_s
        self.encoding: str | None = None
        self.billed = Billed()
        self.embedded: Counter[str] = Counter()
        self.met: Counter[str] = Counter()
        """How often each way of failing was met; ``well`` is none."""
        self._counting = threading.Lock()

    @property
    def base_url(self) -> str:
        """What ``OPENAI_BASE_URL`` must be."""
        return f"{self.url}/v1"

    def fail_at_random(self, rate: float, *, seed: int, ways: Sequence[str] = ()) -> None:
        """From now on fail so often, in ``ways`` or all but silence. The same seed rolls the same dice."""
        dice = random.Random(seed)  # noqa: S311 - the same dice each time
        chosen = list(ways) or sorted(WAYS.keys() - {"silence"})

        def respond(asked: Asked) -> Reaction:
            with self._counting:
                fails = asked.method == "POST" and dice.random() < rate
                way = dice.choice(chosen) if fails else "well"
                self.met[way] += 1
            return WAYS[way](self, asked) if fails else self._respond(asked)

        self.respond = respond

    def answer(self, request: Json, change: Callable[[Json], object] = lambda said: None) -> Answer:
        """The answer to a request, billed, as an HTTP answer to be queued. ``change`` may make it one of no use."""
        said = self._embeddings(request)
        whole = json.dumps(said)
        change(said)
        changed = json.dumps(said)  # NaN as Python writes it, which is no JSON, but Python reads it
        with self._counting:
            if changed == whole:
                self.embedded.update(_inputs(request))
            if "usage" in said:
                self.billed.calls += 1
                self.billed.tokens += said["usage"]["prompt_tokens"]
                self.billed.usd += said["usage"]["prompt_tokens"] * MODELS[request["model"]][1] / 1_000_000
        return Answer(200, changed.encode(), {"openai-model": request["model"]}, after_s=self.delay_s)

    def _respond(self, asked: Asked) -> Reaction:
        if asked.headers.get("authorization") != f"Bearer {KEY}":
            return error(401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided.")
        path = asked.path.partition("?")[0]
        if asked.method == "GET" and path.startswith("/v1/models/"):
            name = path.removeprefix("/v1/models/")
            model = {"id": name, "object": "model", "created": 1705948997, "owned_by": "system"}
            return Answer.of(model) if name in MODELS else _no_model(name)
        if (asked.method, path) != ("POST", "/v1/embeddings"):
            return error(404, "invalid_request_error", None, f"Invalid URL ({asked.method} {path})")
        request = asked.json
        if request.get("model") not in MODELS:
            return _no_model(str(request.get("model")))
        if complaint := complaint_about(request):
            return error(400, "invalid_request_error", None, complaint)
        return self.answer(request)

    def _embeddings(self, request: Json) -> Json:
        inputs = _inputs(request)
        dimensions = request.get("dimensions", MODELS[request["model"]][0])
        encode = _encoders[self.encoding or request.get("encoding_format", "float")]
        data = [
            {"object": "embedding", "index": place, "embedding": encode(vector_of(text, request["model"], dimensions))}
            for place, text in enumerate(inputs)
        ]
        tokens = sum(tokens_of(inputs))
        usage = {"prompt_tokens": tokens, "total_tokens": tokens}
        return {"object": "list", "data": data[::-1], "model": request["model"], "usage": usage}


def error(
    status: int, kind: str | None, code: str | None, message: str, *, headers: Mapping[str, str] | None = None
) -> Answer:
    """An error as the vendor words it."""
    body = {"error": {"message": message, "type": kind, "param": None, "code": code}}
    return Answer.of(body, status=status, headers={"x-request-id": "req_3f1c", **(headers or {})})


def rate_limited(seconds: float | None = None) -> Answer:
    """Too many requests or tokens a minute, with the time to wait."""
    wait = {} if seconds is None else {"retry-after": str(math.ceil(seconds)), "retry-after-ms": f"{seconds * 1000:g}"}
    return error(429, "tokens", "rate_limit_exceeded", "Rate limit reached for requests.", headers=wait)


def out_of_money() -> Answer:
    """Nothing is left of what was paid for. The vendor says it with the status of a rate limit."""
    message = "You exceeded your current quota, please check your plan and billing details."
    return error(429, "insufficient_quota", "insufficient_quota", message)


def overloaded() -> Answer:
    """The vendor has too much to do for everybody."""
    return error(503, "server_error", None, "The engine is currently overloaded, please try again later")


def complaint_about(request: Json) -> str | None:
    """What the vendor would find wrong with a request, if anything."""
    inputs = _inputs(request)
    if not inputs or not all(isinstance(text, str) and text for text in inputs):
        return "'$.input' is invalid. Please check the API reference: https://platform.openai.com/docs/api-reference."
    if request.get("encoding_format", "float") not in _encoders:
        return f"Invalid value for 'encoding_format': {request['encoding_format']!r}."
    if not 0 < request.get("dimensions", 1) <= MODELS[request["model"]][0]:
        return f"Invalid value for 'dimensions' = {request['dimensions']}."
    if unknown := request.keys() - {"model", "input", "encoding_format", "dimensions", "user"}:
        return f"Unrecognized request argument supplied: {min(unknown)}"
    return _complaint_about_sizes(inputs)


def _complaint_about_sizes(inputs: Sequence[str]) -> str | None:
    if len(inputs) > MAX_INPUTS:
        return f"'$.input' is too long: {len(inputs)} inputs, and the maximum is {MAX_INPUTS}."
    tokens = tokens_of(inputs)
    if max(tokens) > MAX_INPUT_TOKENS:
        return f"This model's maximum context length is {MAX_INPUT_TOKENS} tokens, however you requested {max(tokens)}."
    if sum(tokens) > MAX_REQUEST_TOKENS:
        return f"Requested {sum(tokens)} tokens, max {MAX_REQUEST_TOKENS} tokens per request"
    return None


def tokens_of(inputs: Sequence[str]) -> list[int]:
    """How many tokens the vendor counts in each."""
    return [int(count) for count in toktok.batch_count(inputs, "cl100k_base", threads=1)]


def vector_of(text: str, model: str, dimensions: int = 1536) -> "np.ndarray[Any, np.dtype[np.float32]]":
    """The vector that this text always gets: of unit length, in a direction that tells nothing of its meaning."""
    seed = hashlib.sha256(f"{model}\n{text}".encode()).digest()
    vector = np.random.default_rng(list(seed)).standard_normal(dimensions)
    return (vector / np.linalg.norm(vector)).astype(np.float32)


_encoders: Final[Mapping[str, Callable[["np.ndarray[Any, np.dtype[np.float32]]"], object]]] = {
    "float": lambda vector: vector.tolist(),
    "base64": lambda vector: base64.b64encode(vector.astype("<f4").tobytes()).decode(),
}


def _inputs(request: Json) -> list[str]:
    given = request.get("input", [])
    return [given] if isinstance(given, str) else list(given)


def _no_model(name: str) -> Answer:
    message = f"The model `{name}` does not exist or you do not have access to it."
    return error(404, "invalid_request_error", "model_not_found", message)


def lose_one(said: Json) -> None:
    """A vector is missing."""
    said["data"].pop()


def double_one(said: Json) -> None:
    """An index is there twice, and so another is missing, unless there is one vector alone."""
    said["data"].append(said["data"][0])


def add_one(said: Json) -> None:
    """A vector of no input is there."""
    said["data"].append({**said["data"][0], "index": len(said["data"])})


def shorten(said: Json) -> None:
    """Vectors have fewer dimensions than asked for."""
    for item in said["data"]:
        item["embedding"] = _encoders["base64"](np.ones(512, dtype=np.float32))


def spoil(said: Json) -> None:
    """A number is none."""
    said["data"][0]["embedding"] = _encoders["base64"](np.full(1536, np.nan, dtype=np.float32))


def _cut(stub: OpenAIStub, asked: Asked) -> Answer:
    return Answer(200, json.dumps(stub._embeddings(asked.json)).encode(), after_s=stub.delay_s, cut_after=200)  # noqa: SLF001 - its own


WAYS: Final[Mapping[str, Callable[[OpenAIStub, Asked], Reaction]]] = {
    "429": lambda _, __: rate_limited(1),
    "429 without a time": lambda _, __: rate_limited(),
    "quota": lambda _, __: out_of_money(),
    "500": lambda _, __: error(500, "server_error", None, "The server had an error while processing your request."),
    "503": lambda _, __: overloaded(),
    "502 of a gateway": lambda _, __: Answer(502, b"<html>Bad gateway</html>", {"Content-Type": "text/html"}),
    "hang-up": lambda _, __: HangUp(),
    "silence": lambda _, __: Silence(),
    "cut": _cut,
    "malformed": lambda _, __: Answer(200, b'{"object": "list", "data": ['),
    "empty": lambda _, __: Answer(200, b""),
    "lost": lambda stub, asked: stub.answer(asked.json, lose_one),
    "doubled": lambda stub, asked: stub.answer(asked.json, double_one),
    "surplus": lambda stub, asked: stub.answer(asked.json, add_one),
    "short": lambda stub, asked: stub.answer(asked.json, shorten),
    "NaN": lambda stub, asked: stub.answer(asked.json, spoil),
}
"""How it fails at random, by name.."""

PAID_WAYS: Final = ("lost", "doubled", "surplus", "short", "NaN")
"""Of these it is paid for what it answered, though it is of no use."""
