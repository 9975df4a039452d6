"""What of a crash report may leave the house.

A report is made anew from what is known to be harmless; whatever else the SDK or a later version of it puts in stays
behind. Frames say where it happened, and no more: no local variables. A text that the report must have, such as an
exception's message, is scrubbed of secrets, and of what reads as if a person or a model had written it, for nobody can
tell by the place where a text stands whether it quotes a prompt, a review or a note: what is ours is short, in English,
and quotes nothing but names.
"""

import re
from collections.abc import Mapping
from typing import Any, Final, cast
from urllib.parse import parse_qsl, urlsplit

import structlog
from sentry_sdk.types import Event, Hint

from caferoam.scrub import HIDDEN, scrub
from caferoam.scrub_tree import scrub_tree

TAGS: Final[tuple[str, ...]] = ("job_id", "job_type", "attempt", "request_id", "trace_id")
"""What a report is found by, as far as it is known; the same as in the log."""
LONGEST: Final = 200
MOST_WORDS: Final = 25
"""A message with more of either is no message of ours; of it only its length is told."""

_KEPT: Final = (
    "event_id", "timestamp", "level", "logger", "platform", "environment", "release", "server_name", "sdk",
    "transaction", "transaction_info", "fingerprint",
)  # fmt: skip
_HEADERS: Final = frozenset({"host", "user-agent", "content-type", "content-length", "x-request-id", "accept"})
_CONTEXTS: Final = frozenset({"trace", "runtime"})
_CRUMB: Final = ("timestamp", "category", "level", "type")

# Postgres adds the values that it dislikes, in lines of their own.
_VALUES: Final = re.compile(r"\n(?:DETAIL|CONTEXT|HINT|LINE \d+):.*", re.DOTALL)
# Of an address outside only the host: the path of a photo has its member's id in it, and what follows may sign it.
_URL: Final = re.compile(r"(https?://[^\s/?#\"'<>]+)[/?#][^\s\"'<>]*")
_PATH: Final = re.compile(r"(?<![^\s(\[])/[^\s\"'<>()]+")
_QUOTED: Final = re.compile(r"\"[^\"]*\"|(?<!\w)'[^']*'|`[^`]*`")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,40}")
_SEGMENT: Final = re.compile(r"[a-z][a-z_-]{0,24}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# Any script but Latin, and what stands between two such letters.
_ELSEWHERE: Final = re.compile(
    "[\u0370-\u1fff\u2e80-\ufffe\U00010000-\U0010ffff](?:.*[\u0370-\u1fff\u2e80-\ufffe\U00010000-\U0010ffff])?",
    re.DOTALL,
)


def prepare(event: Event, hint: Hint) -> Event:
    """A report as it may leave, with the tags by which it is looked for. A monitor's check-in is ours as it is."""
    if event.get("type") == "check_in":
        return event
    given = cast("Mapping[str, Any]", event)
    known = structlog.contextvars.get_contextvars()
    told: dict[str, Any] = {name: given[name] for name in _KEPT if name in given}
    if dead_letter := getattr(hint.get("log_record"), "dead_letter", None):
        told["fingerprint"] = ["dead letter", dead_letter]
    contexts: Mapping[str, object] = given.get("contexts") or {}
    told["contexts"] = {name: value for name, value in contexts.items() if name in _CONTEXTS}
    if exception := given.get("exception"):
        told["exception"] = {"values": [_exception(one) for one in _values(exception)]}
    if entry := given.get("logentry"):
        template = str(entry.get("message") or "")  # by which reports are grouped
        told["logentry"] = {
            "message": harmless(template),
            "formatted": harmless(str(entry.get("formatted") or template)),
        }
    if crumbs := given.get("breadcrumbs"):
        told["breadcrumbs"] = {"values": [_crumb(one) for one in _values(crumbs)]}
    if request := given.get("request"):
        told["request"] = _request(request)
    scrubbed = cast("dict[str, Any]", scrub_tree(told))
    scrubbed["tags"] = {name: str(known[name]) for name in TAGS if name in known}
    return cast("Event", scrubbed)


def harmless(text: str) -> str:
    """A message without secrets, without quotations that are no names, and without text in other scripts.

    One that is too long to be a message is only counted.
    """
    text = _VALUES.sub("", text)
    if len(text) > LONGEST or len(text.split()) > MOST_WORDS:
        return f"[hidden: {len(text)} characters]"
    text = _URL.sub(rf"\1/{HIDDEN}", scrub(text))
    text = _PATH.sub(lambda found: _without_tokens(found[0]), text)
    return _ELSEWHERE.sub(HIDDEN, _QUOTED.sub(_quotation, text))


def _quotation(found: re.Match[str]) -> str:
    quoted = found[0]
    return quoted if _NAME.fullmatch(quoted[1:-1]) else f"{quoted[0]}{HIDDEN}{quoted[-1]}"


def _exception(given: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: given[name] for name in ("type", "module", "thread_id") if name in given}
    told["value"] = harmless(str(given.get("value") or ""))
    if mechanism := given.get("mechanism"):
        told["mechanism"] = {name: value for name, value in mechanism.items() if name != "data"}
    if stack := given.get("stacktrace"):
        told["stacktrace"] = {"frames": [_frame(frame) for frame in stack.get("frames") or ()]}
    return told


def _frame(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if name != "vars"}


def _crumb(given: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: given[name] for name in _CRUMB if name in given}
    return told | {"message": harmless(str(given.get("message") or ""))}


def _request(given: Mapping[str, Any]) -> dict[str, Any]:
    """Method, path and the names of its parameters: what somebody looks for, and near where, is in their values.

    Of the path what may be a token is left out; the report's ``transaction`` is its route.
    """
    url = urlsplit(str(given.get("url") or ""))
    asked = parse_qsl(str(given.get("query_string") or "").lstrip("?"), keep_blank_values=True)
    names = [name if _NAME.fullmatch(name) else HIDDEN for name, _ in asked]
    headers: Mapping[str, str] = given.get("headers") or {}
    return {
        "method": given.get("method"),
        "url": f"{url.scheme}://{url.hostname}{_without_tokens(url.path)}",
        "query_string": "&".join(f"{name}={HIDDEN}" for name in names),
        "headers": {name: value for name, value in headers.items() if name.lower() in _HEADERS},
    }


def _without_tokens(path: str) -> str:
    return "/".join(part if not part or _SEGMENT.fullmatch(part) else HIDDEN for part in path.split("/"))


def _values(given: object) -> list[Mapping[str, Any]]:
    """Sentry allows both: the list, and an object that holds it."""
    return list(given.get("values") or ()) if isinstance(given, Mapping) else list(cast("Any", given))
