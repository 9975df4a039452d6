"""What a scraper is told by a real relay and a real worker."""

from pathlib import Path

import httpx
import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from caferoam.jobs import enqueue
from caferoam.jobs.models import Job
from caferoam.local.ports import HOST, free_port
from caferoam.metrics.exporter import Exporter
from caferoam.testing.live import Live, eventually
from caferoam.testing.metrics import samples

pytestmark = pytest.mark.slow


def ask(port: int, token: str = "") -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.get(f"http://{HOST}:{port}/metrics", headers=headers, timeout=10)


def test_a_worker_tells_what_its_pool_has_done_and_a_relay_what_it_published(live: Live, tmp_path: Path) -> None:
    worker_port, relay_port = free_port(), free_port()
    worker = live.worker(METRICS_PORT=str(worker_port), TMPDIR=str(tmp_path))
    relay = live.relay(METRICS_PORT=str(relay_port), METRICS_TOKEN="a-token-for-the-scraper")
    for _ in range(10):
        enqueue("live_note")
    enqueue("live_fails", {"how": "permanent"})
    assert eventually(lambda: not Job.objects.filter(status__in=["pending", "claimed"]).exists()), worker.output()

    def counted_to_the_end() -> bool:
        numbers = samples(ask(worker_port).text)
        counts = [
            numbers.get(f"caferoam_jobs_run_seconds_count job_type={name}") for name in ("live_note", "live_fails")
        ]
        return counts == [10, 1]

    assert eventually(counted_to_the_end)
    numbers = samples(ask(worker_port).text)
    assert numbers["caferoam_jobs_started_total job_type=live_note"] == 10
    assert numbers["caferoam_jobs_ended_total how=completed job_type=live_note"] == 10
    assert numbers["caferoam_jobs_ended_total how=failed job_type=live_fails"] == 1
    assert numbers["caferoam_jobs_ended_total how=lost job_type=live_fails"] == 0, "seen before the first is lost"
    assert numbers["caferoam_jobs_start_delay_seconds_count job_type=live_note"] == 10
    assert 0 < numbers["caferoam_jobs_start_delay_seconds_sum job_type=live_note"] < 300

    assert ask(relay_port, "a-token-of-somebody-else").status_code == 401
    numbers = samples(ask(relay_port, "a-token-for-the-scraper").text)
    assert numbers["caferoam_jobs_published_total job_type=live_note"] >= 10, "a slow one is published again"
    assert numbers["caferoam_jobs job_type=live_fails state=failed"] == 1
    assert numbers["caferoam_pulse_age_seconds process=relay"] < 30
    assert numbers["caferoam_relay_loop_age_seconds"] < 30

    assert list(tmp_path.glob("caferoam-metrics-*"))
    assert (worker.terminate(), relay.terminate()) == (0, 0)
    assert not list(tmp_path.glob("caferoam-metrics-*")), "the worker's folder is gone with it"


def test_a_relay_whose_port_is_taken_says_which(
    live: Live, worker: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Exporter(HOST, 0) as other:
        monkeypatch.setattr(settings, "METRICS_PORT", other.port)
        with pytest.raises(CommandError, match=f"METRICS_PORT {other.port} cannot be listened on: Address already"):
            call_command("relay")
