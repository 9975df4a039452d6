"""What time does about deletions: tombstones are emptied, and no erasure is forgotten."""

from collections.abc import Callable
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from accounts.erasure import tidying
from caferoam.api.principal import Principal
from caferoam.providers.errors import ProviderUnavailable
from caferoam.providers.storage.buckets import MENU_PHOTOS
from caferoam.testing.jobs import drain
from caferoam.testing.storage import StorageStub

pytestmark = pytest.mark.slow


def leave(owner: psycopg.Connection, member: Principal) -> UUID:
    row = owner.execute("INSERT INTO account_deletions (user_id) VALUES (%s) RETURNING id", [member.user_id]).fetchone()
    assert row is not None
    return UUID(str(row[0]))


def test_tombstones_are_emptied_when_no_token_can_be_valid_any_more(
    new_members: Callable[[int], list[Principal]], owner: psycopg.Connection, storage_stub: StorageStub
) -> None:
    long_gone, just_gone, waits = new_members(3)
    for member, hours in ((long_gone, 49), (just_gone, 47)):
        owner.execute(
            "UPDATE account_deletions SET step = 'close', user_hmac = repeat('a', 64),"
            " purged_at = now() - make_interval(hours => %s) WHERE id = %s",
            [hours, leave(owner, member)],
        )
        storage_stub.put(MENU_PHOTOS, f"{member.user_id}/late.png", b"late")
    leave(owner, waits)
    storage_stub.fail(503, retry_after=60)
    with pytest.raises(ProviderUnavailable):
        tidying.empty_tombstones()
    storage_stub.heal()
    assert tidying.empty_tombstones() == 1
    assert list(storage_stub.objects) == [(MENU_PHOTOS, f"{just_gone.user_id}/late.png")], "what came late went too"
    left = {row[0] for row in owner.execute("SELECT user_id FROM account_deletions")}
    assert left == {None, just_gone.user_id, waits.user_id}
    assert owner.execute("SELECT count(user_hmac) FROM account_deletions").fetchone() == (2,)


@pytest.mark.parametrize(
    ("job", "queued"),
    [
        ("status = 'pending', scheduled_at = now() + interval '14 days'", 1),
        ("status = 'pending', scheduled_at = now() + interval '1 hour'", 0),
        ("status = 'claimed', claimed_at = now()", 0),
        ("status = 'dead_letter', completed_at = now() - interval '23 hours'", 0),
        ("status = 'dead_letter', completed_at = now() - interval '25 hours'", 1),
        ("status = 'failed', completed_at = now() - interval '25 hours'", 1),
        ("payload = '{}'", 1),
    ],
)
def test_an_erasure_at_which_nobody_is_is_queued_again(
    job: str, queued: int, member: Principal, owner: psycopg.Connection, storage_stub: StorageStub
) -> None:
    leave(owner, member)
    owner.execute(sql.SQL("UPDATE job_queue SET {} WHERE job_type = 'erase_member'").format(sql.SQL(job)))
    assert tidying.queue_stranded() == 0, "its time has not come"
    owner.execute("UPDATE account_deletions SET purge_after = now() - interval '11 minutes'")
    assert tidying.queue_stranded() == queued
    assert tidying.queue_stranded() == 0, "and not twice"
    if queued:
        assert drain(["erase_member"])["completed"] == 1
        assert owner.execute("SELECT purged_at IS NULL FROM account_deletions").fetchone() == (False,)


def test_a_storage_that_refuses_keeps_no_erasure_from_being_queued(
    new_members: Callable[[int], list[Principal]], owner: psycopg.Connection, storage_stub: StorageStub
) -> None:
    gone, stranded = new_members(2)
    purged = "UPDATE account_deletions SET step = 'close', purged_at = now() - interval '3 days' WHERE id = %s"
    owner.execute(purged, [leave(owner, gone)])
    leave(owner, stranded)
    owner.execute("DELETE FROM job_queue")
    owner.execute("UPDATE account_deletions SET purge_after = now() - interval '1 hour'")
    owner.execute("SELECT private.enqueue_job_v2('settle_deletions')")
    storage_stub.fail(400)
    assert drain(["settle_deletions"]) == {"failed": 1}
    queued = owner.execute("SELECT payload ->> 'user_id' FROM job_queue WHERE job_type = 'erase_member'").fetchall()
    assert queued == [(str(stranded.user_id),)]


def test_the_schedule_s_job_does_both(member: Principal, owner: psycopg.Connection, storage_stub: StorageStub) -> None:
    leave(owner, member)
    owner.execute("DELETE FROM job_queue WHERE job_type = 'erase_member'")
    owner.execute("UPDATE account_deletions SET purge_after = now() - interval '1 hour'")
    owner.execute("SELECT private.enqueue_job_v2('settle_deletions')")
    assert drain(["settle_deletions"]) == {"completed": 1}
    assert drain(["erase_member"]) == {"completed": 1}
    owner.execute("UPDATE account_deletions SET purged_at = now() - interval '3 days'")
    owner.execute("SELECT private.enqueue_job_v2('settle_deletions')")
    assert drain(["settle_deletions"]) == {"completed": 1}
    assert owner.execute("SELECT user_id FROM account_deletions").fetchone() == (None,)
