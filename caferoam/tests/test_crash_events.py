"""Which messages of a crash report are told, and what of them."""

import pytest
from sentry_sdk.types import Event

from caferoam.crash_events import LONGEST, harmless, prepare
from caferoam.tests.spilling import ANSWER, EMAIL, PROMPT, REVIEW, SIGNED_URL, TOKEN


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("'NoneType' object has no attribute 'tags'", "'NoneType' object has no attribute 'tags'"),
        ("weekly_email 0b5c failed", "weekly_email 0b5c failed"),
        ("This edition shows no café.", "This edition shows no café."),
        (
            'duplicate key value violates unique constraint "lists_name_once"\nDETAIL:  Key (name)=(約會) is there.',
            'duplicate key value violates unique constraint "lists_name_once"',
        ),
        ('invalid input syntax for type integer: "by the window"', 'invalid input syntax for type integer: "[hidden]"'),
        (f"KeyError: {REVIEW!r}", "KeyError: '[hidden]'"),
        (f"no tag in {REVIEW}", "no tag in [hidden]"),
        (PROMPT, f"[hidden: {len(PROMPT)} characters]"),
        (f"cannot parse {ANSWER} {ANSWER}", f"[hidden: {len(ANSWER) * 2 + 14} characters]"),
        ("word " * 26, "[hidden: 130 characters]"),
        (f"{EMAIL} has no {TOKEN}", "[hidden] has no [hidden]"),
        (f"GET {SIGNED_URL}", "GET https://project.supabase.co/[hidden]"),
        ("POST /unsubscribe/3q2-7wAAAAE failed", "POST /unsubscribe/[hidden] failed"),
        ("GET /shops/00000000-0000-4000-8000-000000000000", "GET /shops/00000000-0000-4000-8000-000000000000"),
    ],
)
def test_a_message_is_told_without_what_somebody_else_wrote(message: str, told: str) -> None:
    assert harmless(message) == told


def test_a_message_of_ours_may_be_as_long_as_that() -> None:
    assert harmless("x" * LONGEST) == "x" * LONGEST
    assert harmless("x" * (LONGEST + 1)).startswith("[hidden: ")


def test_what_nobody_has_looked_at_stays_behind() -> None:
    event = {
        "level": "error",
        "extra": {"prompt": PROMPT},
        "user": {"email": EMAIL},
        "modules": {"django": "6.0"},
        "contexts": {"runtime": {"name": "CPython"}, "llm": {"prompt": PROMPT}},
        "tags": {"review": REVIEW},
        "something_new": REVIEW,
        "exception": {"values": [{"type": "E", "stacktrace": {"frames": [{"lineno": 1, "vars": {"note": REVIEW}}]}}]},
    }
    told = prepare(event, {})  # type: ignore[arg-type]  # what a later SDK may bring
    assert told == {
        "level": "error",
        "contexts": {"runtime": {"name": "CPython"}},
        "exception": {"values": [{"type": "E", "value": "", "stacktrace": {"frames": [{"lineno": 1}]}}]},
        "tags": {},
    }


def test_a_monitor_s_check_in_leaves_as_it_is() -> None:
    event: Event = {"type": "check_in", "monitor_slug": "weekly_email", "status": "ok"}
    assert prepare(event, {}) is event
