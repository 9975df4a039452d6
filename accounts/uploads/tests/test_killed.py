"""A real worker is killed at each step of its work on a photo; the next one ends it well, and leaves nothing behind."""

import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from django.conf import settings

from accounts.models import Upload
from accounts.uploads.tests import making
from caferoam.api.principal import Principal
from caferoam.jobs.models import Job
from caferoam.testing.live import Live, Process, eventually
from caferoam.testing.storage import StorageStub

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def live(worker: psycopg.Connection, tmp_path: Path) -> Iterator[Live]:
    """Starts relays and workers whose leases run out soon, and ends them with the test."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()
    processes = Live(tmp_path, settings_module="caferoam.jobs.tests.live.settings")
    yield processes
    processes.stop()


class Gate:
    """Holds one request to the storage until it is opened."""

    def __init__(self) -> None:
        self.reached, self._opened = threading.Event(), threading.Event()

    def hold(self) -> None:
        self.reached.set()
        self._opened.wait(120)

    def open(self) -> None:
        self._opened.set()


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.open()


def status_of(upload: Upload) -> str | None:
    return Upload.objects.filter(id=upload.id).values_list("status", flat=True).first()


def copies(upload: Upload) -> set[tuple[str, str]]:
    return {(upload.bucket, f"{upload.user_id}/{upload.id}/{name}.webp") for name in ("photo", "thumbnail")}


def kill(process: Process, gate: Gate) -> None:
    assert gate.reached.wait(60), process.output()
    process.kill()
    gate.open()


STEPS = {
    "while reading": ("GET", "/object/authenticated/"),
    "while writing": ("POST", "/thumbnail.webp"),
    "while deleting the original": ("DELETE", "/object/checkin-photos"),
}


@pytest.mark.parametrize("step", STEPS)
def test_a_worker_that_is_killed_leaves_a_photo_to_be_made_by_the_next(
    live: Live, gate: Gate, member: Principal, storage_stub: StorageStub, step: str
) -> None:
    method, path = STEPS[step]
    storage_stub.meanwhile(gate.hold, method=method, path=path)
    first = live.worker(**storage_stub.environment)
    live.relay()
    upload = making.claimed(storage_stub, member)

    kill(first, gate)

    second = live.worker(**storage_stub.environment)
    assert eventually(lambda: status_of(upload) == "ready"), second.output()
    assert eventually(lambda: storage_stub.objects.keys() == copies(upload)), second.output()


def test_a_worker_that_is_killed_before_it_says_ready_lets_the_next_one_say_so(
    live: Live, member: Principal, storage_stub: StorageStub, owner: psycopg.Connection, worker: psycopg.Connection
) -> None:
    upload = making.arrived(storage_stub, member)

    def lock() -> None:
        owner.execute("BEGIN")
        owner.execute("SELECT FROM uploads WHERE id = %s FOR UPDATE", [upload.id])

    storage_stub.meanwhile(lock, method="POST", path="/thumbnail.webp")
    first = live.worker(**storage_stub.environment)
    live.relay()
    making.change(upload, status=Upload.Status.CLAIMED)
    someone_waits = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"
    assert eventually(lambda: worker.execute(someone_waits).fetchone() == (True,)), first.output()
    first.kill()
    owner.execute("ROLLBACK")
    assert status_of(upload) == "claimed"

    second = live.worker(**storage_stub.environment)
    assert eventually(lambda: status_of(upload) == "ready"), second.output()
    assert eventually(lambda: storage_stub.objects.keys() == copies(upload)), second.output()


def test_a_photo_that_was_given_up_before_its_worker_was_killed_leaves_nothing(
    live: Live, gate: Gate, member: Principal, storage_stub: StorageStub
) -> None:
    storage_stub.meanwhile(gate.hold, method="POST", path="/thumbnail.webp")
    first = live.worker(**storage_stub.environment)
    live.relay()
    upload = making.claimed(storage_stub, member)
    assert gate.reached.wait(30), first.output()
    making.change(upload, status=Upload.Status.DISCARDED)
    assert eventually(lambda: status_of(upload) is None), first.output()
    gone = storage_stub.objects
    assert gone.keys() < copies(upload), "the one that is being written cannot be deleted yet"

    kill(first, gate)

    second = live.worker(**storage_stub.environment)
    processed = Job.objects.filter(job_type="process_upload", status="completed", attempts=2)
    assert eventually(processed.exists), second.output()
    assert storage_stub.objects == {}
