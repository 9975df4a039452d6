"""Anthropic's Messages API for tests, over HTTP: it holds requests to the documented rules, and counts what it bills.

https://platform.claude.com/docs/en/api/messages and …/api/creating-message-batches
"""

import json
import random
import re
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import uuid4

from caferoam.testing.vendors import Answer, Asked, HangUp, Reaction, VendorStub

KEY: Final = "sk-ant-of-the-tests-0001"
_CHARS_PER_TOKEN: Final = 3
_CREATED_AT: Final = "2026-11-02T08:00:00Z"
_UNSUPPORTED_KEYWORDS: Final = frozenset(
    {"minimum", "maximum", "multipleOf", "minLength", "maxLength", "maxItems", "uniqueItems", "minProperties"}
)
_DATA: Final = re.compile(r"<shop>\n(.*)\n</shop>", re.DOTALL)
_TAG: Final = re.compile(r"^- (\w+): (.+?) / ([^(;\n]+?)(?: \(([^)\n]*)\))?(?:;.*)?$", re.MULTILINE)

type Json = dict[str, Any]  # a vendor's wire format
type Thought = Json | str


@dataclass
class Billed:
    """What the vendor has counted so far, over all answers with a usage."""

    calls: int = 0
    tokens_in: int = 0
    cache_writes: int = 0
    cache_reads: int = 0
    tokens_out: int = 0


@dataclass
class _Batch:
    requests: Sequence[Json]
    status: str = "in_progress"
    results: list[Json] = field(default_factory=list)


class AnthropicStub(VendorStub):
    """Answers ``POST /v1/messages`` with what ``think`` makes of the request, and keeps batches until ``end_batches``.

    ``think`` gets the request's body and returns the JSON that the model writes, or any other text.
    """

    def __init__(self, think: Callable[[Json], Thought] | None = None) -> None:
        super().__init__(self._respond)
        self.think = think or describe_by_words
        self.billed = Billed()
        self.models = {"claude-sonnet-5-5": "active", "claude-haiku-5-5": "active"}
        """By name, and where each stands in its life."""
        self.batches: dict[str, _Batch] = {}
        self.fate: Callable[[Json], Json | None] = lambda request: None
        """What becomes of a request of a batch, where it does not succeed: a result's JSON."""
        self.delay_s = 0.0
        """How long each answer takes."""
        self.described: Counter[str] = Counter()
        """How often each shop, as it was told, was described in an answer that is of use."""
        self.met: Counter[str] = Counter()
        """How often each way of failing was met; ``well`` is none."""
        self._cached: set[str] = set()
        self._counting = threading.Lock()

    def fail_at_random(self, rate: float, *, seed: int) -> None:
        """From now on fail so often, in all ``WAYS``. The same seed rolls the same dice."""
        dice = random.Random(seed)  # noqa: S311 - the same dice each time

        def respond(asked: Asked) -> Reaction:
            with self._counting:
                fails = asked.method == "POST" and dice.random() < rate
                way = dice.choice(sorted(WAYS)) if fails else "well"
                self.met[way] += 1
            return WAYS[way](self, asked) if fails else self._respond(asked)

        self.respond = respond

    def end_batches(self) -> None:
        """Let all batches be done: their requests are answered, the last first."""
        for batch in self.batches.values():
            if batch.status == "in_progress":
                for request in reversed(batch.requests):
                    result = self.fate(request) or {"type": "succeeded", "message": self.message(request["params"])}
                    batch.results.append({"custom_id": request["custom_id"], "result": result})
                batch.status = "ended"

    def message(self, request: Json, thought: Thought | None = None, *, stop_reason: str = "end_turn") -> Json:
        """The message that answers the request, billed."""
        thought = self.think(request) if thought is None else thought
        text = thought if isinstance(thought, str) else json.dumps(thought, ensure_ascii=False)
        content = [{"type": "thinking", "thinking": "", "signature": "c2lnbmVk"}, {"type": "text", "text": text}]
        return {
            "id": f"msg_{uuid4().hex[:24]}",
            "type": "message",
            "role": "assistant",
            "model": request["model"],
            "content": content if text else [],
            "stop_reason": stop_reason,
            "stop_sequence": None,
            "usage": self._bill(request, text),
        }

    def answer(self, request: Json, thought: Thought, *, stop_reason: str = "end_turn") -> Answer:
        """The same as an HTTP answer, to be queued."""
        return Answer.of(self.message(request, thought, stop_reason=stop_reason))

    def _respond(self, asked: Asked) -> Reaction:
        # The SDK's way of late, and curl's.
        if asked.headers.get("authorization") != f"Bearer {KEY}" and asked.headers.get("x-api-key") != KEY:
            return error(401, "authentication_error", "invalid x-api-key")
        if "anthropic-version" not in asked.headers:
            return error(400, "invalid_request_error", "anthropic-version: header is required")
        path = asked.path.partition("?")[0]
        if path.startswith("/v1/messages/batches"):
            return self._respond_of_batches(asked, path)
        if path.startswith("/v1/models/"):
            return self._respond_of_models(path.removeprefix("/v1/models/"))
        if (asked.method, path) == ("POST", "/v1/messages"):
            return self._describe(asked.json)
        return error(404, "not_found_error", "Not Found")

    def _describe(self, request: Json) -> Reaction:
        if complaint := complaint_about(request):
            return error(400, "invalid_request_error", complaint)
        answer = Answer.of(self.message(request))
        with self._counting:
            self.described[json.dumps(request["messages"], sort_keys=True)] += 1
        return replace(answer, after_s=self.delay_s)

    def _respond_of_models(self, name: str) -> Reaction:
        if name not in self.models:
            return error(404, "not_found_error", f"model: {name}")
        return Answer.of(
            {
                "type": "model",
                "id": name,
                "display_name": name,
                "created_at": _CREATED_AT,
                "line": None,
                "lifecycle": self.models[name],
                "deprecated_at": None if self.models[name] == "active" else _CREATED_AT,
                "retires_at": None if self.models[name] == "active" else "2027-05-01T00:00:00Z",
            }
        )

    def _respond_of_batches(self, asked: Asked, path: str) -> Reaction:
        if asked.method == "POST":
            return self._take_batch(asked.json["requests"])
        parts = path.removeprefix("/v1/messages/batches").strip("/").split("/")
        if parts == [""]:
            data = [self._batch(name) for name in reversed(self.batches)]
            return Answer.of({"data": data, "has_more": False, "first_id": None, "last_id": None})
        if parts[0] not in self.batches:
            return error(404, "not_found_error", "Batch not found")
        if parts[1:] == ["results"]:
            lines = (json.dumps(result, ensure_ascii=False) for result in self.batches[parts[0]].results)
            return Answer(200, "\n".join(lines).encode(), {"Content-Type": "application/x-jsonl"})
        return Answer.of(self._batch(parts[0]))

    def _take_batch(self, requests: Sequence[Json]) -> Answer:
        ids = [request["custom_id"] for request in requests]
        if len(set(ids)) != len(ids) or not all(re.fullmatch(r"[\w-]{1,64}", one) for one in ids):
            return error(400, "invalid_request_error", "requests: custom_id must be unique")
        for request in requests:
            if complaint := complaint_about(request["params"]):
                return error(400, "invalid_request_error", complaint)
        name = f"msgbatch_{uuid4().hex[:24]}"
        self.batches[name] = _Batch(requests)
        return Answer.of(self._batch(name))

    def _batch(self, name: str) -> Json:
        batch = self.batches[name]
        ended = batch.status == "ended"
        kinds = [result["result"]["type"] for result in batch.results]
        counts = {kind: kinds.count(kind) for kind in ("succeeded", "errored", "canceled", "expired")}
        return {
            "id": name,
            "type": "message_batch",
            "processing_status": batch.status,
            "request_counts": {"processing": 0 if ended else len(batch.requests), **counts},
            "created_at": _CREATED_AT,
            "expires_at": _CREATED_AT.replace("-02T", "-03T"),
            "ended_at": _CREATED_AT if ended else None,
            "archived_at": None,
            "cancel_initiated_at": None,
            "results_url": f"{self.url}/v1/messages/batches/{name}/results" if ended else None,
        }

    def _bill(self, request: Json, text: str) -> Json:
        system = json.dumps(request.get("system"), ensure_ascii=False)
        cacheable = "cache_control" in system
        with self._counting:
            known = system in self._cached
            self._cached.add(system)
            cached = len(system) // _CHARS_PER_TOKEN if cacheable else 0
            usage = {
                "input_tokens": len(json.dumps(request["messages"], ensure_ascii=False)) // _CHARS_PER_TOKEN,
                "cache_creation_input_tokens": 0 if known else cached,
                "cache_read_input_tokens": cached if known else 0,
                "output_tokens": len(text) // _CHARS_PER_TOKEN + 1,
            }
            self.billed.calls += 1
            self.billed.tokens_in += usage["input_tokens"]
            self.billed.cache_writes += usage["cache_creation_input_tokens"]
            self.billed.cache_reads += usage["cache_read_input_tokens"]
            self.billed.tokens_out += usage["output_tokens"]
        return {**usage, "service_tier": "standard"}


def error(status: int, kind: str, message: str, *, headers: Mapping[str, str] | None = None) -> Answer:
    """An error as the vendor words it."""
    body = {"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_011CSHoEeqs5C35K2UUqR7Fy"}
    return Answer.of(body, status=status, headers=headers)


def rate_limited(seconds: int) -> Answer:
    """Too many requests a minute, with the time to wait."""
    return error(429, "rate_limit_error", "Number of requests exceeded.", headers={"retry-after": str(seconds)})


def overloaded() -> Answer:
    """The vendor has too much to do for everybody."""
    return error(529, "overloaded_error", "Overloaded")


WAYS: Final[Mapping[str, Callable[[AnthropicStub, Asked], Reaction]]] = {
    "429": lambda _, __: rate_limited(1),
    "529": lambda _, __: overloaded(),
    "500": lambda _, __: error(500, "api_error", "Internal server error"),
    "hang-up": lambda _, __: HangUp(),
    "cut": lambda _, __: Answer(200, b'{"type": "message"}', cut_after=4),
    "refusal": lambda stub, asked: stub.answer(asked.json, "", stop_reason="refusal"),
    "max_tokens": lambda stub, asked: stub.answer(asked.json, '{"tags": [', stop_reason="max_tokens"),
    "malformed": lambda stub, asked: stub.answer(asked.json, '{"tags": ]'),
    "empty": lambda stub, asked: stub.answer(asked.json, ""),
}
"""How it fails at random, by name."""

PAID_WAYS: Final = ("refusal", "max_tokens", "malformed", "empty")
"""Of these it is paid for what it answered, though it is of no use."""


def complaint_about(request: Json) -> str | None:
    """What the vendor would find wrong with a request, if anything."""
    missing = {"model", "max_tokens", "messages"} - request.keys()
    if missing:
        return f"{min(missing)}: Field required"
    if request.get("thinking", {}).get("type") in {"disabled", "enabled"} or {"temperature", "top_p"} & request.keys():
        return "thinking, temperature: not supported by this model"
    schema = request.get("output_config", {}).get("format", {}).get("schema")
    return None if schema is None else _complaint_about_schema(schema)


def _complaint_about_schema(schema: Json) -> str | None:
    if unsupported := _UNSUPPORTED_KEYWORDS & schema.keys():
        return f"output_config.format.schema: {min(unsupported)} is not supported"
    if schema.get("type") == "object" and schema.get("additionalProperties") is not False:
        return "output_config.format.schema: additionalProperties must be false"
    inner = [*schema.get("properties", {}).values(), *schema.get("anyOf", [])]
    inner += [schema["items"]] if "items" in schema else []
    return next((complaint for one in inner if (complaint := _complaint_about_schema(one))), None)


def shop_of(request: Json) -> Json:
    """The shop that a request to describe one is about, as it was told."""
    found = _DATA.search(request["messages"][0]["content"][0]["text"])
    return dict(json.loads(found[1])) if found else {}


def describe_by_words(request: Json) -> Json:
    """What a literal-minded model writes: tags of which a name stands in the shop's texts, with that as quote."""
    shop = shop_of(request)
    texts = {**shop.get("facts", {}), **shop.get("reviews", {})}
    texts |= {f"attributes.{name}": str(value) for name, value in shop.get("attributes", {}).items()}
    tags = []
    for tag_id, names in _names(request).items():
        quotes = [{"source": source, "quote": name} for source, text in texts.items() for name in names if name in text]
        if quotes:
            tags.append({"id": tag_id, "confidence": 0.8, "evidence": quotes[:2]})
    name = shop.get("facts", {}).get("name", "這")
    return {
        "tags": tags,
        "summary_zh": f"{name}是一間咖啡廳。",
        "summary_en": f"{name} is a café.",
        "modes": {"work": 0.7, "rest": 0.5, "social": 0.3} if tags else None,
    }


def _names(request: Json) -> Mapping[str, Sequence[str]]:
    """The names of each tag that the schema allows, read from the system prompt."""
    allowed = request["output_config"]["format"]["schema"]["properties"]["tags"]["items"]["properties"]["id"]["enum"]
    lines = _TAG.findall(request["system"][0]["text"])
    found = {tag_id: [en, zh, *filter(None, aliases.split(", "))] for tag_id, en, zh, aliases in lines}
    return {tag_id: found[tag_id] for tag_id in allowed}
