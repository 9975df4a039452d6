"""What analytics can be told at all."""

import dataclasses
import os
import subprocess
import sys
from datetime import timedelta
from enum import StrEnum
from typing import Any, cast, get_type_hints

import pytest

from caferoam.providers.analytics import Event, Many, Mode, Searched, Took, events

EVERY_EVENT = Event.__subclasses__()
SEARCHED = Searched(
    results=Many.of(7),
    wanted=2,
    avoided=0,
    mode=Mode.WORK,
    has_place=True,
    is_degraded=False,
    is_first_page=True,
    took=Took.of(timedelta(milliseconds=70)),
)


def test_no_event_is_made_outside_of_the_vocabulary() -> None:
    assert len(EVERY_EVENT) >= 6
    assert {event.__module__ for event in EVERY_EVENT} == {events.__name__}


@pytest.mark.parametrize("event", EVERY_EVENT, ids=lambda event: str(event.name))
def test_no_value_of_an_event_can_be_free_text_or_an_id(event: type[Event]) -> None:
    hints = get_type_hints(event)
    for field in dataclasses.fields(cast("Any", event)):
        kind = hints[field.name]
        assert kind in {bool, int} or issubclass(kind, StrEnum), f"{event.__name__}.{field.name}"
    assert event.name.replace("_", "").isalpha()


@pytest.mark.parametrize("value", ["安靜的咖啡廳", 2.5, None, ["a"], b"a"])
def test_what_a_type_checker_was_not_asked_about_is_not_told_either(value: object) -> None:
    with pytest.raises(TypeError, match="nothing that analytics may be told"):
        dataclasses.replace(SEARCHED, wanted=cast("int", value)).properties()


def test_numbers_become_words_at_their_limits() -> None:
    assert [Many.of(count).value for count in (0, 1, 2, 5, 6, 20, 21, 100, 101, 9_999)] == [
        "0", "1", "2-5", "2-5", "6-20", "6-20", "21-100", "21-100", "over 100", "over 100",
    ]  # fmt: skip
    times = [Took.of(timedelta(milliseconds=ms)) for ms in (0, 49, 50, 199, 200, 999, 1000, 60_000)]
    assert times == [
        Took.INSTANT, Took.INSTANT, Took.SHORT, Took.SHORT, Took.NOTICED, Took.NOTICED, Took.LONG, Took.LONG,
    ]  # fmt: skip


def test_offline_an_event_is_a_line_in_the_log() -> None:
    program = """
import django; django.setup()
from caferoam.providers.analytics.tests.test_events import SEARCHED
from caferoam.providers.analytics import ListCreated, capture
capture(SEARCHED)
capture(ListCreated())
"""
    environment = {**os.environ, "ANALYTICS_PROVIDER": "offline"}
    run = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    first, second = run.stderr.splitlines()
    assert "search" in first
    assert "took=50 to 200 ms" in first.replace("'", "")
    assert "results=6-20" in first.replace("'", "")
    assert second.split(maxsplit=1)[1].split() == ["[info", "]", "list_created", "[caferoam.analytics]"]
