"""Operators see who leaves, how far it has come and what holds it up; they can hasten it, which is noted."""

import re
from collections.abc import Callable
from uuid import UUID

import psycopg
import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from accounts.erasure.steps import STEPS
from caferoam.api.principal import Principal
from caferoam.testing.desk import operator
from caferoam.testing.jobs import drain
from caferoam.testing.storage import StorageStub

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("desk_settings"), pytest.mark.slow]

DELETIONS = "/accounts/accountdeletion/"


def leave(owner: psycopg.Connection, member: Principal) -> UUID:
    row = owner.execute("INSERT INTO account_deletions (user_id) VALUES (%s) RETURNING id", [member.user_id]).fetchone()
    assert row is not None
    return UUID(str(row[0]))


def texts(client: Client, url: str, **headers: str) -> str:
    """What one reads there."""
    response = client.get(url, headers=headers)
    assert response.status_code == 200
    main = response.content.decode().split("<main")[1]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def test_the_list_tells_who_leaves_and_what_holds_it_up(
    admin: Client, new_members: Callable[[int], list[Principal]], owner: psycopg.Connection
) -> None:
    waits, held_up, erased, back = new_members(4)
    leave(owner, waits)
    owner.execute(
        "UPDATE account_deletions SET step = 'begin', attempts = 3, last_error = 'objects: Storage is busy: 503.'"
        " WHERE id = %s",
        [leave(owner, held_up)],
    )
    owner.execute(
        "UPDATE account_deletions SET step = 'close', purged_at = now(), counts = %s WHERE id = %s",
        ['{"check_ins": 1200, "lists": 34}', leave(owner, erased)],
    )
    owner.execute("UPDATE account_deletions SET cancelled_at = now() WHERE id = %s", [leave(owner, back)])
    told = texts(admin, DELETIONS)
    for text in (
        str(waits.user_id)[:8],
        "Can be taken back",
        "Held up",
        "Storage is busy: 503.",
        "1,234",
        "Taken back",
    ):
        assert text in told
    for state, member in (("waiting", waits), ("held_up", held_up), ("erased", erased), ("taken_back", back)):
        rows = admin.get(DELETIONS, {"state": state}).content.decode()
        assert re.findall(r"<code>([0-9a-f]{8})</code>", rows) == [str(member.user_id)[:8]], state
    assert re.findall(r"<code>", admin.get(DELETIONS, {"state": "odd"}).content.decode()) == []
    assert "要離開的會員" in texts(admin, DELETIONS, **{"Accept-Language": "zh-TW"})


def test_one_deletion_shows_its_steps_and_counts(
    admin: Client, member: Principal, owner: psycopg.Connection, storage_stub: StorageStub
) -> None:
    deletion = leave(owner, member)
    page = f"{DELETIONS}{deletion}/change/"
    assert "Done" not in texts(admin, page)
    owner.execute("UPDATE account_deletions SET purge_after = now()")
    owner.execute("UPDATE job_queue SET scheduled_at = now()")
    assert drain(["erase_member"]) == {"completed": 1}
    told = texts(admin, page)
    assert told.count("Done") == len(STEPS)
    assert "consents 1" in told
    assert "Erase now" not in told
    zh = texts(admin, page, **{"Accept-Language": "zh-TW"})
    assert "所有儲存桶中的檔案" in zh


def test_an_operator_hastens_a_deletion_after_being_asked(
    admin: Client, member: Principal, owner: psycopg.Connection, storage_stub: StorageStub
) -> None:
    deletion = leave(owner, member)
    page = f"{DELETIONS}{deletion}/"
    assert drain(["erase_member"]) == {}, "its time has not come"
    assert "Nobody can undo this." in texts(admin, f"{page}purge/")
    assert drain(["erase_member"]) == {}, "asking does nothing"
    assert admin.post(f"{page}purge/").headers["Location"] == f"{page}change/"
    assert drain(["erase_member"]) == {"completed": 1}
    assert owner.execute("SELECT count(*) FROM profiles").fetchone() == (0,)
    assert "Erased without waiting for the date" in texts(admin, "/admin/logentry/")
    entry = LogEntry.objects.get()
    assert entry.object_id == str(deletion)
    assert str(member.user_id) not in entry.object_repr + entry.change_message
    told = admin.post(f"{page}purge/", follow=True).content.decode()
    assert "This deletion is done, or was taken back." in told
    assert LogEntry.objects.count() == 1


def test_an_erasure_whose_job_is_gone_gets_a_new_one(
    admin: Client, member: Principal, owner: psycopg.Connection, storage_stub: StorageStub
) -> None:
    deletion = leave(owner, member)
    owner.execute("DELETE FROM job_queue")
    admin.post(f"{DELETIONS}{deletion}/purge/")
    assert drain(["erase_member"]) == {"completed": 1}


def test_whoever_may_only_look_only_looks(member: Principal, owner: psycopg.Connection) -> None:
    looker = operator("looker", "accounts.view_accountdeletion")
    page = f"{DELETIONS}{leave(owner, member)}/"
    assert "Erase now" not in texts(looker, f"{page}change/")
    assert looker.get(f"{page}purge/").status_code == 403
    assert looker.post(f"{page}purge/").status_code == 403
    assert looker.post(f"{page}change/").status_code == 405
    assert operator("nobody", "jobs.view_job").get(DELETIONS).status_code == 403
    assert looker.get(f"{DELETIONS}add/").status_code == 404
    assert looker.get(f"{DELETIONS}{UUID(int=0)}/change/").status_code == 404
