"""Nothing is left of a member who has left, whatever breaks on the way, and nothing of anybody else's is touched."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
import redis
from django.conf import settings
from pytest_django.fixtures import Settings

from accounts.erasure import rows
from accounts.erasure.hmacs import hmac_of
from accounts.erasure.steps import STEPS
from caferoam.api.principal import Principal
from caferoam.jobs import queue
from caferoam.providers.storage.buckets import CHECKIN_PHOTOS, MEMBER_BUCKETS
from caferoam.testing.database import ApiClient
from caferoam.testing.jobs import drain
from caferoam.testing.live import Live, Process, eventually
from caferoam.testing.storage import StorageStub
from shops.tests.making import make_shop
from tests.leaving import belongings, live, traces

type Bearer = Callable[[Principal], dict[str, str]]

pytestmark = pytest.mark.slow

STEP_NAMES = [step.name for step in STEPS]


@pytest.fixture
def shop(transactional_db: None) -> UUID:
    return make_shop("Fictional Beans").id


@pytest.fixture
def lived(member: Principal, owner: psycopg.Connection, shop: UUID, storage_stub: StorageStub) -> Principal:
    """A member who has done a little of everything."""
    live(owner, storage_stub, member, shop)
    return member


@pytest.fixture
def processes(worker: psycopg.Connection, tmp_path: Path) -> Iterator[Live]:
    """Starts relays and workers, and ends them with the test."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()
    started = Live(tmp_path, settings_module="caferoam.settings")
    yield started
    started.stop()


def leave(owner: psycopg.Connection, member: UUID) -> UUID:
    """Ask to leave, so that the time has come already."""
    row = owner.execute(
        "INSERT INTO account_deletions (user_id, purge_after) VALUES (%s, now()) RETURNING id", [member]
    ).fetchone()
    assert row is not None
    return UUID(str(row[0]))


def deletion_of(owner: psycopg.Connection, member: UUID) -> tuple[object, ...]:
    row = owner.execute(
        "SELECT step, purged_at IS NOT NULL, last_error FROM account_deletions"
        " WHERE user_id = %s AND cancelled_at IS NULL",
        [member],
    ).fetchone()
    assert row is not None
    return row


def test_not_a_row_or_file_is_left_of_a_member_with_500_check_ins(
    member: Principal, other_member: Principal, owner: psycopg.Connection, shop: UUID, storage_stub: StorageStub
) -> None:
    live(owner, storage_stub, other_member, shop)
    live(owner, storage_stub, member, shop, check_ins=500)
    untouched = belongings(owner, storage_stub, other_member.user_id)
    before = traces(owner, storage_stub, member.user_id)
    assert before["public.check_ins"] == 500
    assert before[CHECKIN_PHOTOS] == 3001
    leave(owner, member.user_id)

    assert drain(["erase_member"]) == {"completed": 1}

    assert traces(owner, storage_stub, member.user_id) == {"public.account_deletions": 1}, "the tombstone"
    assert deletion_of(owner, member.user_id) == ("close", True, "")
    (counts, user_hmac) = owner.execute(
        "SELECT counts, user_hmac FROM account_deletions WHERE user_id = %s", [member.user_id]
    ).fetchone() or ({}, "")
    assert (counts["check_ins"], counts["stamps"], counts["uploads"], counts["lists"]) == (500, 500, 1502, 2)
    assert (counts[CHECKIN_PHOTOS], counts["django_admin_log"]) == (3001, 2)
    assert user_hmac == hmac_of(member.user_id)
    assert belongings(owner, storage_stub, other_member.user_id) == untouched
    assert owner.execute("SELECT count(*), count(source_upload_id) FROM menu_items").fetchone() == (2, 1)
    assert owner.execute("SELECT payload ->> 'user_id' FROM job_queue WHERE status = 'completed'").fetchall() == [
        (None,)
    ], "the job that did it no longer says for whom"


def test_a_token_that_is_still_valid_opens_nothing_afterwards(
    api: ApiClient, member: Principal, bearer: Bearer, owner: psycopg.Connection, storage_stub: StorageStub
) -> None:
    leave(owner, member.user_id)
    assert drain(["erase_member"]) == {"completed": 1}
    headers = bearer(member)
    for method, path in (("get", "/profile"), ("post", "/lists"), ("post", "/auth/callback"), ("post", "/uploads")):
        refused = (
            getattr(api, method)(path, {}, format="json", headers=headers)
            if method == "post"
            else api.get(path, headers=headers)
        )
        assert refused.status_code in {400, 403}, path
    body = {"version": "x", "locale": "en"}
    assert api.get("/lists", headers=headers).json()["code"] == "deletion_pending"
    assert api.post("/auth/callback", body, format="json", headers=headers).status_code in {400, 403}
    assert api.post("/profile/restore", headers=headers).json()["code"] == "erasure_begun"
    assert traces(owner, storage_stub, member.user_id) == {"public.account_deletions": 1}


@pytest.mark.parametrize(
    ("step", "asked"),
    [
        ("objects", "POST /object/list/checkin-photos"),
        ("objects", "DELETE /object/checkin-photos"),
        ("objects", "POST /object/list/exports"),
        ("auth_user", "DELETE /admin/users/"),
    ],
)
def test_a_service_that_is_down_holds_it_up_and_no_more(
    step: str, asked: str, lived: Principal, owner: psycopg.Connection, storage_stub: StorageStub
) -> None:
    member = lived
    leave(owner, member.user_id)
    method, path = asked.split()
    storage_stub.fail(503, retry_after=60, method=method, path=path)
    assert drain(["erase_member"]) == {"pending": 1}
    done, is_purged, error = deletion_of(owner, member.user_id)
    assert (done, is_purged) == (STEP_NAMES[STEP_NAMES.index(step) - 1], False)
    assert str(error).startswith(f"{step}: ")
    assert str(member.user_id) not in str(error)

    storage_stub.heal()
    owner.execute("UPDATE job_queue SET scheduled_at = now() WHERE job_type = 'erase_member'")
    owner.execute("UPDATE job_lanes SET paused_until = NULL")
    assert drain(["erase_member"]) == {"completed": 1}
    assert traces(owner, storage_stub, member.user_id) == {"public.account_deletions": 1}
    assert deletion_of(owner, member.user_id) == ("close", True, "")


def test_what_comes_back_meanwhile_is_found_and_erased(
    lived: Principal, owner: psycopg.Connection, storage_stub: StorageStub
) -> None:
    member = lived
    deletion = leave(owner, member.user_id)
    drain(["erase_member"])
    # A file that a worker wrote after its bucket had been emptied, and a job that it queued.
    owner.execute("UPDATE account_deletions SET step = 'auth_user', purged_at = NULL WHERE id = %s", [deletion])
    storage_stub.put(CHECKIN_PHOTOS, f"{member.user_id}/late.jpg", b"late")
    owner.execute("INSERT INTO job_queue (job_type, payload) VALUES ('x', %s)", [f'{{"user_id": "{member.user_id}"}}'])
    payload = {"deletion_id": str(deletion), "user_id": str(member.user_id)}
    job = queue.enqueue("erase_member", payload)
    assert drain(["erase_member"]) == {"pending": 1}, "loudly: it fails, and is tried again"
    done, is_purged, error = deletion_of(owner, member.user_id)
    assert (done, is_purged) == ("begin", False)
    assert error == "verify: LeftoversFound: still there: checkin-photos, job_queue"
    owner.execute("UPDATE job_queue SET scheduled_at = now() WHERE id = %s", [job])
    assert drain(["erase_member"]) == {"completed": 1}
    assert traces(owner, storage_stub, member.user_id) == {"public.account_deletions": 1}
    left = owner.execute("SELECT detail FROM job_events WHERE job_id = %s", [job]).fetchall()
    assert left, "what went wrong is known, but not with whom"


def test_a_job_that_an_operator_cancels_stops_and_can_be_queued_again(
    lived: Principal, owner: psycopg.Connection, storage_stub: StorageStub
) -> None:
    leave(owner, lived.user_id)
    path = "/object/checkin-photos"
    storage_stub.slow(1.2, method="DELETE", path=path)  # a job asks once a second whether it is cancelled

    def cancel() -> bool:
        seen = eventually(lambda: any(seen.method == "DELETE" and path in seen.path for seen in storage_stub.requests))
        owner.execute("UPDATE job_queue SET status = 'failed', completed_at = now() WHERE job_type = 'erase_member'")
        return seen

    with ThreadPoolExecutor(1) as pool:
        cancelled = pool.submit(cancel)
        assert drain(["erase_member"]) == {"lost": 1}
        assert cancelled.result()
    assert deletion_of(owner, lived.user_id) == ("begin", False, ""), "between two deletions of files"
    assert traces(owner, storage_stub, lived.user_id)["exports"] == 1

    storage_stub.heal()
    owner.execute("UPDATE job_queue SET status = 'pending', completed_at = NULL WHERE job_type = 'erase_member'")
    assert drain(["erase_member"]) == {"completed": 1}
    assert traces(owner, storage_stub, lived.user_id) == {"public.account_deletions": 1}


def test_a_table_that_was_forgotten_is_not_passed_over_in_silence(
    member: Principal, owner: psycopg.Connection, storage_stub: StorageStub
) -> None:
    owner.execute("CREATE TABLE forgotten (owner text)")
    owner.execute("GRANT ALL ON forgotten TO service_role")
    try:
        owner.execute("INSERT INTO forgotten VALUES (%s)", [str(member.user_id)])
        leave(owner, member.user_id)
        assert drain(["erase_member"]) == {"pending": 1}
        assert deletion_of(owner, member.user_id)[2] == "verify: LeftoversFound: still there: forgotten.owner"
    finally:
        owner.execute("DROP TABLE forgotten")


def test_whoever_comes_back_before_the_job_runs_is_not_erased(
    api: ApiClient, lived: Principal, bearer: Bearer, owner: psycopg.Connection, storage_stub: StorageStub
) -> None:
    member = lived
    before = traces(owner, storage_stub, member.user_id)
    api.delete("/profile", headers=bearer(member))
    owner.execute("UPDATE account_deletions SET purge_after = now() WHERE cancelled_at IS NULL")
    api.post("/profile/restore", headers=bearer(member))
    owner.execute("UPDATE job_queue SET status = 'pending', scheduled_at = now() WHERE job_type = 'erase_member'")
    assert drain(["erase_member"]) == {"completed": 1}, "though somebody queued it again"
    after = traces(owner, storage_stub, member.user_id)
    assert {name: after[name] for name in MEMBER_BUCKETS} == {name: before[name] for name in MEMBER_BUCKETS}
    assert after["public.check_ins"] == before["public.check_ins"]
    assert api.get("/lists", headers=bearer(member)).status_code == 200


def test_a_job_that_comes_before_its_time_waits_for_it(
    api: ApiClient, member: Principal, bearer: Bearer, owner: psycopg.Connection, storage_stub: StorageStub
) -> None:
    told = api.delete("/profile", headers=bearer(member)).json()
    owner.execute("UPDATE job_queue SET scheduled_at = now() WHERE job_type = 'erase_member'")
    assert drain(["erase_member"]) == {"completed": 1}
    assert deletion_of(owner, member.user_id) == ("", False, "")
    assert owner.execute("SELECT id FROM profiles").fetchall() == [(member.user_id,)]
    (queued,) = owner.execute(
        "SELECT to_char(scheduled_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') FROM job_queue"
        " WHERE job_type = 'erase_member' AND status = 'pending'"
    ).fetchone() or (None,)
    assert queued == told["purge_after"]


def test_other_services_are_told_and_hold_it_up_while_they_are_down(
    member: Principal, owner: psycopg.Connection, storage_stub: StorageStub, settings: Settings
) -> None:
    settings.MEMBER_RECORD_ERASERS = ["tests.records.forget"]
    leave(owner, member.user_id)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("RECORDS_DOWN", "1")
        assert drain(["erase_member"]) == {"pending": 1}
    assert deletion_of(owner, member.user_id)[0] == "rows"
    owner.execute("UPDATE job_queue SET scheduled_at = now() WHERE job_type = 'erase_member'")
    owner.execute("UPDATE job_lanes SET paused_until = NULL")
    assert drain(["erase_member"]) == {"completed": 1}


def test_without_a_key_for_the_hmac_nothing_is_begun(
    member: Principal, owner: psycopg.Connection, storage_stub: StorageStub, settings: Settings
) -> None:
    settings.ERASURE_HMAC_KEY = "too short"
    leave(owner, member.user_id)
    assert drain(["erase_member"]) == {"pending": 1}
    assert deletion_of(owner, member.user_id)[0] == ""
    assert owner.execute("SELECT deactivated_at FROM profiles").fetchone() == (None,)


def test_a_worker_in_production_does_not_start_without_that_key(worker: psycopg.Connection, tmp_path: Path) -> None:
    process = Process(
        tmp_path / "worker.log",
        *("-W", "ignore", "-m", "celery", "--app", "caferoam.celery:app", "worker", "--pool", "solo"),
        CAFEROAM_ENV="production",
        SUPABASE_URL="https://project.supabase.co",
        SUPABASE_PUBLISHABLE_KEY="sb_publishable_0123456789abcdef",
        ERASURE_HMAC_KEY="",
    )
    try:
        assert process.popen.wait(60) == 1
    finally:
        process.kill()
    assert "ERASURE_HMAC_KEY must be set" in process.output()


def test_an_hmac_tells_who_it_was_to_the_holder_of_the_key_alone(settings: Settings) -> None:
    member = UUID("7b1cb1f8-6a39-4c8c-a4cb-3a2f4f4e7f37")
    settings.ERASURE_HMAC_KEY = "k" * 32
    first = hmac_of(member)
    settings.ERASURE_HMAC_KEY = "l" * 32
    assert hmac_of(member) != first
    assert len(first) == 64


def test_rows_that_name_a_member_in_any_table_are_counted(
    lived: Principal, owner: psycopg.Connection, storage_stub: StorageStub
) -> None:
    member = lived
    told = rows.count_rows(member.user_id)
    seen = {name.removeprefix("public."): n for name, n in traces(owner, storage_stub, member.user_id).items()}
    # Rows that hang on the member's without naming them, and what is counted elsewhere.
    assert {name: n for name, n in told.items() if name in seen} == {
        name: n for name, n in seen.items() if name in told
    }
    assert set(seen) - set(told) == {"auth.users", *MEMBER_BUCKETS}
    assert set(told) - set(seen) == {"list_items", "menu_items"} - set(seen)


def test_a_worker_that_is_killed_midway_is_followed_by_another(
    member: Principal,
    owner: psycopg.Connection,
    shop: UUID,
    storage_stub: StorageStub,
    processes: Live,
) -> None:
    live(owner, storage_stub, member, shop, check_ins=5)
    storage_stub.slow(60, method="DELETE", path="/admin/users/")
    processes.relay()
    worker = processes.worker(**storage_stub.environment)
    leave(owner, member.user_id)
    asked = ("DELETE", f"/auth/v1/admin/users/{member.user_id}")
    assert eventually(lambda: asked in [(seen.method, seen.path) for seen in storage_stub.requests]), worker.output()
    worker.kill()
    assert deletion_of(owner, member.user_id)[:2] == ("provider_records", False)
    storage_stub.heal()
    owner.execute("UPDATE job_queue SET claimed_at = now() - interval '1 hour' WHERE status = 'claimed'")
    processes.worker(**storage_stub.environment)
    assert eventually(lambda: deletion_of(owner, member.user_id)[1]), "the relay gives it to the next worker"
    assert traces(owner, storage_stub, member.user_id) == {"public.account_deletions": 1}
