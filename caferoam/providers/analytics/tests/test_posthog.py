"""The adapter over the real SDK against a stand-in of PostHog: what is sent, and that nobody waits for it."""

import os
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from caferoam.metrics.exposition import exposition
from caferoam.providers.analytics import DigestSent, ListCreated, capture, configured, ping
from caferoam.providers.analytics.posthog import BATCH_MAX, PostHogAnalytics
from caferoam.providers.analytics.tests.test_events import SEARCHED
from caferoam.providers.errors import ProviderRefused, ProviderUnavailable
from caferoam.testing.live import eventually
from caferoam.testing.metrics import samples
from caferoam.testing.posthog import API_KEY, PostHogStub, hand_over
from caferoam.testing.vendors import Answer, HangUp, Reaction, Silence

pytestmark = pytest.mark.slow

QUEUE = 50


def dropped(reason: str) -> float:
    return samples(exposition().decode()).get(f"caferoam_analytics_dropped_total reason={reason}", 0)


@pytest.fixture
def make(posthog_stub: PostHogStub) -> Iterator[Callable[..., PostHogAnalytics]]:
    """Analytics with less patience than usual."""
    made: list[PostHogAnalytics] = []

    def make_one(queue_max: int = 1_000, retries: int = 0, timeout_s: float = 3) -> PostHogAnalytics:
        made.append(
            PostHogAnalytics(
                api_key=API_KEY,
                host=posthog_stub.url,
                queue_max=queue_max,
                timeout=timedelta(seconds=timeout_s),
                retries=retries,
                sent_after=timedelta(seconds=0.05),
            )
        )
        return made[-1]

    yield make_one
    for analytics in made:
        analytics.close()


def test_an_event_on_the_wire_is_its_fields_and_nobody_s(posthog_stub: PostHogStub) -> None:
    capture(SEARCHED)
    capture(DigestSent(recipients=120, is_automatic=True))
    hand_over()
    search, digest = posthog_stub.events
    assert search.keys() == {"event", "properties", "distinct_id", "timestamp", "uuid"}
    own = {name: value for name, value in search["properties"].items() if not name.startswith("$lib")}
    assert own == {
        "results": "6-20",
        "wanted": 2,
        "avoided": 0,
        "mode": "work",
        "has_place": True,
        "is_degraded": False,
        "is_first_page": True,
        "took": "50 to 200 ms",
        "$process_person_profile": False,
        "$geoip_disable": True,
    }
    assert digest["event"] == "digest_sent"
    assert uuid.UUID(search["distinct_id"]).version == 4
    assert search["distinct_id"] != digest["distinct_id"], "nothing tells which events are the same member's"


def test_events_are_sent_together(posthog_stub: PostHogStub) -> None:
    for _ in range(BATCH_MAX * 2):
        capture(ListCreated())
    hand_over()
    assert len(posthog_stub.named("list_created")) == BATCH_MAX * 2
    assert len(posthog_stub.asked) <= 4


@pytest.mark.parametrize(
    ("reaction", "reason"),
    [
        (Answer(503, b"busy"), "unavailable"),
        (Answer(429, b"{}", {"Retry-After": "30"}), "unavailable"),
        (HangUp(), "unavailable"),
        (Silence(), "unavailable"),
        (Answer(200, b'{"status": 1}', cut_after=3), "unavailable"),
        (Answer(401, b'{"detail": "sesame"}'), "refused"),
        (Answer(413, b""), "refused"),
    ],
    ids=["503", "429", "hang-up", "silence", "cut", "401", "413"],
)
def test_what_posthog_does_not_take_is_counted_and_raises_nothing(
    make: Callable[..., PostHogAnalytics],
    posthog_stub: PostHogStub,
    caplog: pytest.LogCaptureFixture,
    reaction: Reaction,
    reason: str,
) -> None:
    before = dropped(reason)
    posthog_stub.next(reaction)
    analytics = make()
    analytics.capture(ListCreated())
    assert eventually(lambda: dropped(reason) == before + 1)
    assert eventually(lambda: caplog.records)
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith("events are dropped: PostHog")
    assert "sesame" not in line
    analytics.capture(ListCreated())
    assert eventually(lambda: posthog_stub.named("list_created")), "the next one goes through"


def test_a_batch_is_tried_again_a_bounded_number_of_times(
    make: Callable[..., PostHogAnalytics], posthog_stub: PostHogStub
) -> None:
    before = dropped("unavailable")
    posthog_stub.next(*[Answer(503, b"", {"Retry-After": "0"})] * 2)
    make(retries=1).capture(ListCreated())
    assert eventually(lambda: dropped("unavailable") == before + 1)
    assert len(posthog_stub.asked) == 2


def test_while_posthog_is_silent_the_queue_stays_bounded_and_nobody_waits(
    make: Callable[..., PostHogAnalytics], posthog_stub: PostHogStub
) -> None:
    def time_of(analytics: PostHogAnalytics) -> float:
        times = []
        for _ in range(400):
            began = time.perf_counter()
            analytics.capture(SEARCHED)
            times.append(time.perf_counter() - began)
        return statistics.median(times)

    answered = time_of(make(queue_max=10_000))
    posthog_stub.respond = lambda _asked: Silence()
    before = dropped("queue_full")
    analytics = make(queue_max=QUEUE, timeout_s=25)
    silent = time_of(analytics)
    assert silent < 3 * answered
    # One batch may be on its way; the rest of 400 had no place.
    assert 400 - QUEUE - BATCH_MAX <= dropped("queue_full") - before <= 400 - QUEUE
    began = time.monotonic()
    analytics.close()
    assert time.monotonic() - began < 15


ENDS = """
import django; django.setup()
from caferoam.providers.analytics import ListCreated, capture, close_analytics
capture(ListCreated())
"""
FORKS = (
    ENDS
    + """
import os
pid = os.fork()
if not pid:
    capture(ListCreated())
    close_analytics()
    os._exit(0)
os.waitpid(pid, 0)
"""
)


TELLS_HOW_LONG_IT_TOOK_TO_END = f"""
import atexit, time
atexit.register(lambda: print(time.monotonic() - done_at))  # the first to be registered is the last to be called
{ENDS}
done_at = time.monotonic()
"""


def run(program: str, stub: PostHogStub) -> str:
    """What a process prints that tells this stand-in of events."""
    chosen = {"ANALYTICS_PROVIDER": "posthog", "POSTHOG_API_KEY": API_KEY, "POSTHOG_HOST": stub.url}
    command = [sys.executable, "-W", "ignore", "-c", program]
    return subprocess.run(command, check=True, env={**os.environ, **chosen}, stdout=subprocess.PIPE, text=True).stdout


def test_a_process_that_ends_hands_on_what_is_queued_and_waits_a_second_at_most(posthog_stub: PostHogStub) -> None:
    run(ENDS, posthog_stub)
    assert len(posthog_stub.events) == 1
    posthog_stub.respond = lambda _asked: Silence()
    assert float(run(TELLS_HOW_LONG_IT_TOOK_TO_END, posthog_stub)) < 4
    assert len(posthog_stub.asked) == 2


def test_a_forked_process_sends_its_own_events_and_not_its_parent_s_again(posthog_stub: PostHogStub) -> None:
    run(FORKS, posthog_stub)
    assert len(posthog_stub.named("list_created")) == len({event["uuid"] for event in posthog_stub.events}) == 2


def test_nothing_of_it_is_loaded_where_it_is_off() -> None:
    program = ENDS + "import sys; sys.exit(bool({'posthog', 'requests'} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", program], check=False, env=os.environ).returncode == 0


def test_without_a_key_no_process_starts_and_the_variable_is_named() -> None:
    for key in ("", "phx_0123456789abcdef0123"):
        environment = {**os.environ, "ANALYTICS_PROVIDER": "posthog", "POSTHOG_API_KEY": key}
        ended = subprocess.run(
            [sys.executable, "-c", ENDS], check=False, env=environment, capture_output=True, text=True
        )
        assert ended.returncode != 0
        assert "POSTHOG_API_KEY" in ended.stderr.splitlines()[-1]
        assert "phx_" not in ended.stderr.splitlines()[-1]


def test_what_is_configured_is_shown_without_the_key(posthog_stub: PostHogStub, settings: Settings) -> None:
    shown = configured()
    assert (shown.kind, shown.provider, shown.missing) == ("analytics", "posthog", ())
    assert shown.settings == {"POSTHOG_API_KEY": "set", "POSTHOG_HOST": posthog_stub.url}
    settings.POSTHOG_API_KEY = ""
    assert configured().missing == ("POSTHOG_API_KEY",)
    settings.ANALYTICS_PROVIDER = "offline"
    assert configured().provider == "offline"
    assert ping() == "events are written to the log"


def test_a_ping_tells_whether_the_key_is_good_and_sends_no_event(posthog_stub: PostHogStub, settings: Settings) -> None:
    assert ping() == f"PostHog at {posthog_stub.url} knows the project"
    assert posthog_stub.events == []
    assert posthog_stub.asked[0].json["geoip_disable"] is True
    for reaction in (Answer(503, b""), HangUp(), Answer(200, b"not json")):
        posthog_stub.next(reaction)
        with pytest.raises(ProviderUnavailable, match="PostHog"):
            ping()
    settings.POSTHOG_API_KEY = "phc_another_0123456789"
    with pytest.raises(ProviderRefused, match="does not know this key: 401"):
        ping()
