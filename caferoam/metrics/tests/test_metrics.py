"""Numbers as a scraper sees them, from one process and from several that count together."""

import os
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from pytest_django.fixtures import Settings

from caferoam.local.ports import HOST
from caferoam.metrics import Counter, Histogram, InProgress
from caferoam.metrics.exporter import Exporter
from caferoam.metrics.exposition import exposition
from caferoam.testing.metrics import samples

cups = Counter("test_cups_total", "Cups.", ["size"])
waits = Histogram("test_wait_seconds", "Waits.", buckets=[1, 10])
guests = InProgress("test_guests", "Guests.")

# Counts in three processes as a worker and its pool do; the parent prints what it sees.
TOGETHER = """
import os, sys
import django; django.setup()
from caferoam.metrics import Counter, InProgress
from caferoam.metrics.folder import count_together
count_together()
cups, guests = Counter("test_cups_total", "Cups.", ["size"]), InProgress("test_guests", "Guests.")
cups.add("small")
for _ in range(2):
    if not os.fork():
        cups.add("small", by=10)
        guests.add(by=1)
        os.kill(os.getpid(), 9)
    os.wait()
guests.add(by=1)
from caferoam.metrics.exposition import exposition
sys.stdout.buffer.write(exposition())
print("#", os.environ["PROMETHEUS_MULTIPROC_DIR"])
"""


def scraped() -> Mapping[str, float]:
    return samples(exposition().decode())


def test_what_was_counted_is_seen() -> None:
    before = scraped().get("caferoam_test_cups_total size=small", 0)
    cups.add("small")
    cups.add("small", by=2)
    cups.add("large", by=0)
    waits.observe(3)
    guests.add(by=2)
    guests.add(by=-1)
    seen = scraped()
    assert seen["caferoam_test_cups_total size=small"] == before + 3
    assert seen["caferoam_test_cups_total size=large"] == 0
    assert seen["caferoam_test_wait_seconds_bucket le=1.0"] == 0
    assert seen["caferoam_test_wait_seconds_bucket le=10.0"] == 1
    assert seen["caferoam_test_guests"] == 1


def test_nothing_is_counted_where_nobody_can_ask(settings: Settings) -> None:
    before = scraped()
    settings.METRICS = False
    cups.add("huge")
    waits.observe(3)
    guests.add(by=1)
    assert scraped() == before


@pytest.mark.slow
def test_processes_that_are_forked_count_with_their_parent_and_the_dead_have_nothing_in_progress() -> None:
    run = subprocess.run([sys.executable, "-c", TOGETHER], capture_output=True, text=True, check=True, env=os.environ)
    seen = samples(run.stdout)
    assert seen["caferoam_test_cups_total size=small"] == 21
    assert seen["caferoam_test_guests"] == 1
    assert not Path(run.stdout.splitlines()[-1].removeprefix("# ")).exists(), "the folder goes with its maker"


@pytest.mark.slow
def test_a_folder_that_is_given_is_made_and_stays(tmp_path: Path) -> None:
    folder = tmp_path / "given"
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(folder)}
    run = subprocess.run([sys.executable, "-c", TOGETHER], capture_output=True, text=True, check=True, env=environment)
    assert samples(run.stdout)["caferoam_test_cups_total size=small"] == 21
    assert list(folder.glob("counter_*.db"))


@pytest.mark.slow
def test_a_process_that_counts_nothing_does_not_load_the_library() -> None:
    program = """
import django; django.setup()
import sys, caferoam.celery, caferoam.jobs.relay, caferoam.jobs.runner, caferoam.jobs.exporter
sys.exit("prometheus_client" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False, env=os.environ).returncode == 0


class Answer(Collector):
    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily("caferoam_test_answer", "The answer.", 42)


def get(exporter: Exporter, path: str = "/metrics", authorization: bytes = b"") -> httpx.Response:
    return httpx.get(f"http://{HOST}:{exporter.port}{path}", headers={b"Authorization": authorization}, timeout=30)


def test_an_exporter_serves_what_was_counted_and_what_is_found_now() -> None:
    cups.add("small")
    with Exporter(HOST, 0, collectors=[Answer()]) as exporter:
        answer = get(exporter)
        assert get(exporter, "/").status_code == 404
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    seen = samples(answer.text)
    assert seen["caferoam_test_answer"] == 42
    assert seen["caferoam_test_cups_total size=small"] >= 1


def test_an_exporter_with_a_token_answers_only_to_it() -> None:
    with Exporter(HOST, 0, token="a-token-for-the-scraper") as exporter:
        for wrong in (b"", b"Bearer", b"Bearer a-token-for-the-scrapeR", b"Basic a-token-for-the-scraper", b"\xfc"):
            assert get(exporter, authorization=wrong).status_code == 401
        assert get(exporter, authorization=b"Bearer a-token-for-the-scraper").status_code == 200


class Broken(Collector):
    """Knows nothing when it is asked, but too much when it says why."""

    def collect(self) -> Iterator[Metric]:
        raise ValueError("redis://:sesame@cache is away")


def test_what_goes_wrong_in_a_scrape_is_an_answer_and_a_line_of_the_log(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with Exporter(HOST, 0, collectors=[Broken()]) as exporter:
        assert get(exporter).status_code == 500
    assert "the numbers cannot be told" in caplog.text
    assert "sesame" not in capfd.readouterr().err


def test_a_scraper_that_hangs_up_is_not_told_of(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with Exporter(HOST, 0) as exporter:
        with socket.create_connection((HOST, exporter.port)) as scraper:
            scraper.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # resets as it closes
            scraper.send(b"GET /met")
        assert get(exporter).status_code == 200
    assert (caplog.text, capfd.readouterr().err) == ("", "")


def test_a_port_that_is_taken_is_refused() -> None:
    with Exporter(HOST, 0) as exporter, pytest.raises(OSError, match="in use"):
        Exporter(HOST, exporter.port)
