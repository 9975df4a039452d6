"""Real workers send an edition and are killed on the way: each reader gets it once, and memory stays flat.

``DIGEST_READERS=100000 DIGEST_KILLS=10 pytest digest/tests/test_killed.py -s`` is the same in full size, and says what
it measured.
"""

import os
import re
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from django.conf import settings
from django.db.models import Count, Sum

from caferoam.jobs import queue
from caferoam.jobs.models import Job
from caferoam.testing.live import Live, Process, eventually
from caferoam.testing.resend import API_KEY, ResendStub
from caferoam.testing.vendors import Asked, Reaction
from digest.models import Delivery, Edition
from digest.tests.making import make_edition

pytestmark = pytest.mark.slow

READERS = int(os.environ.get("DIGEST_READERS", "1200"))
KILLS = int(os.environ.get("DIGEST_KILLS", "2"))
WITHIN_S = 60 + READERS / 50
FLAT_WITHIN_MB = 16


@pytest.fixture
def live(worker: psycopg.Connection, tmp_path: Path) -> Iterator[Live]:
    """Starts relays and workers, and ends them with the test."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()
    processes = Live(tmp_path, settings_module="caferoam.jobs.tests.live.settings")
    yield processes
    processes.stop()


class SlowResend(ResendStub):
    """Takes its time, and can be held: then a worker is killed within a call, or right before one."""

    def __init__(self) -> None:
        super().__init__(keeps_mails=False)
        self.after_s = 0.03
        self._hold_at: int | None = None
        self._held = threading.Event()
        self._held.set()

    def hold_at(self, goal: int) -> None:
        """Once it remembers so many keys, answer nothing until it is let go."""
        self._hold_at = goal
        self._held.clear()

    def let_go(self) -> None:
        self._hold_at = None
        self._held.set()

    def _take(self, asked: Asked) -> Reaction:
        if self._hold_at is not None and len(self.keys) >= self._hold_at:
            self._held.wait(60)
        return super()._take(asked)


@pytest.fixture
def resend() -> Iterator[SlowResend]:
    with SlowResend() as stub:
        yield stub


def subscribe_many(owner: psycopg.Connection, count: int) -> None:
    owner.execute(
        """
        WITH users AS (
            INSERT INTO auth.users (id, email)
            SELECT gen_random_uuid(), 'reader' || n || '@example.org' FROM generate_series(1, %s) AS n RETURNING id
        ), members AS (
            INSERT INTO public.profiles (id, locale, pdpa_consent_at, email_opt_in)
            SELECT id, CASE WHEN random() < 0.2 THEN 'en' ELSE 'zh-TW' END, now(), true FROM users RETURNING id
        )
        INSERT INTO public.consents (user_id, kind, granted, version, locale, source)
        SELECT id, 'weekly_email', true, 'test', 'zh-TW', 'sign_up' FROM members
        """,
        [count],
    )


def memory_mb(process: Process) -> float:
    """Of the largest child of a worker, resident."""
    sizes = [0.0]
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            told = status.read_text()
        except OSError:  # it has ended
            continue
        if re.search(rf"^PPid:\t{process.popen.pid}$", told, re.MULTILINE):
            sizes += [int(size) / 1024 for size in re.findall(r"^VmRSS:\s+(\d+) kB$", told, re.MULTILINE)]
    return max(sizes)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from /proc")
def test_each_reader_gets_the_edition_once_though_workers_are_killed(
    live: Live, owner: psycopg.Connection, resend: SlowResend
) -> None:
    subscribe_many(owner, READERS)
    edition = make_edition()
    environment = {"EMAIL_PROVIDER": "resend", "RESEND_API_KEY": API_KEY, "RESEND_BASE_URL": resend.url}
    live.relay()
    worker = live.worker(**environment)
    began_at = time.monotonic()
    queue.enqueue("weekly_email", {"edition_id": str(edition.pk)})
    jobs = Job.objects.filter(job_type="weekly_email")
    chunks = -(-READERS // 100)
    for kill in range(KILLS):
        goal = chunks * (kill + 1) // (KILLS + 1)
        resend.hold_at(goal)
        assert eventually(lambda: len(resend.keys) >= goal, within_s=WITHIN_S), worker.output()  # noqa: B023 - asked in this round only
        worker.kill()
        resend.let_go()
        worker = live.worker(**environment)
    sizes = []
    assert eventually(lambda: len(resend.keys) >= chunks * KILLS // (KILLS + 1) + 2, within_s=WITHIN_S)
    sizes.append(memory_mb(worker))
    edition_is_sent = Edition.objects.filter(pk=edition.pk, status="sent").exists
    assert eventually(edition_is_sent, within_s=WITHIN_S), worker.output()
    sizes.append(memory_mb(worker))
    took_s = time.monotonic() - began_at
    sys.stdout.write(
        f"\n{READERS} readers, {chunks} chunks, {resend.calls} calls, {KILLS} kills: {took_s:.1f} s;"
        f" the worker's child {sizes[0]:.0f} MB after its first chunks, {sizes[1]:.0f} MB at the end\n"
    )
    assert set(jobs.values_list("status", flat=True)) == {"completed"}
    # One that dies between two jobs takes no attempt with it.
    assert 1 <= jobs.aggregate(lost=Sum("attempts") - Count("pk"))["lost"] <= KILLS
    assert len(resend.times_sent) == READERS
    assert set(resend.times_sent.values()) == {1}
    assert len(resend.keys) == chunks
    assert resend.calls <= chunks + KILLS
    assert Delivery.objects.filter(edition=edition, status="sent").count() == READERS
    assert sizes[1] - sizes[0] < FLAT_WITHIN_MB
