"""A member takes all of their data away, and nobody else's."""

import io
import json
import secrets
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import jwt
import psycopg
import pytest

from accounts.member_catalogue import columns_of
from accounts.member_data import Export, registered
from caferoam.api.principal import Principal
from caferoam.providers.storage.buckets import CHECKIN_PHOTOS, EXPORTS
from caferoam.testing.database import ApiClient
from caferoam.testing.jobs import drain
from caferoam.testing.members import join
from caferoam.testing.storage import StorageStub
from caferoam.testing.tokens import new_member
from shops.tests.making import make_shop
from tests.leaving import live

type Bearer = Callable[[Principal], dict[str, str]]

pytestmark = pytest.mark.slow


@pytest.fixture
def shop(transactional_db: None) -> UUID:
    return make_shop("虛構豆 Fictional Beans").id


@pytest.fixture
def lived(member: Principal, owner: psycopg.Connection, shop: UUID, storage_stub: StorageStub) -> Principal:
    """A member who has done a little of everything, and has no export."""
    live(owner, storage_stub, member, shop)
    owner.execute("DELETE FROM data_exports")
    return member


def fetch(url: str) -> zipfile.ZipFile:
    answer = httpx.get(url)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/zip")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert archive.testzip() is None
    return archive


def table(archive: zipfile.ZipFile, name: str) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads(archive.read(f"{name}.json").decode("utf-8"))
    return rows


def test_an_export_is_asked_for_made_and_fetched(
    api: ApiClient, lived: Principal, bearer: Bearer, owner: psycopg.Connection, storage_stub: StorageStub
) -> None:
    headers = bearer(lived)
    assert api.get("/profile/export", headers=headers).status_code == 404
    asked = api.post("/profile/export", headers=headers)
    assert (asked.status_code, asked.json()["status"], asked.json()["url"]) == (202, "pending", None)
    again = api.post("/profile/export", {}, format="json", headers=headers)
    assert (again.status_code, again.json()) == (202, asked.json()), "one at a time"
    assert api.get("/profile/export", headers=headers).json() == asked.json()

    assert drain(["export_member"]) == {"completed": 1}

    ready = api.get("/profile/export", headers=headers).json()
    assert (ready["id"], ready["status"]) == (asked.json()["id"], "ready")
    lasts = datetime.fromisoformat(ready["expires_at"]) - datetime.fromisoformat(ready["ready_at"])
    assert lasts == timedelta(hours=24)
    archive = fetch(ready["url"])
    assert ready["bytes"] == len(storage_stub.objects[EXPORTS, f"{lived.user_id}/{ready['id']}.zip"])
    files = {f"{of.table}.json" for of in registered() if isinstance(of.export, Export)}
    photos = {name for name in archive.namelist() if name.startswith("photos/")}
    assert set(archive.namelist()) == files | photos | {"README.txt"}
    uploads = table(archive, "uploads")
    assert photos == {f"photos/{row['id']}.webp" for row in uploads if row["status"] == "ready"} | {
        f"photos/{row['id']}.jpg" for row in uploads if row["status"] == "claimed"
    } - {f"photos/{row['id']}.jpg" for row in uploads if row["purpose"] == "avatar"}
    for row in uploads:
        if row["purpose"] == "checkin_photo":
            path = f"{CHECKIN_PHOTOS}/{lived.user_id}/{row['id']}/photo.webp"
            assert archive.read(f"photos/{row['id']}.webp") == path.encode()
    (profile,) = table(archive, "profiles")
    assert (profile["id"], profile["email"]) == (str(lived.user_id), lived.email)
    assert [row["shop_name"] for row in table(archive, "check_ins")] == ["虛構豆 Fictional Beans"] * 2
    assert [row["note"] for row in table(archive, "list_items")] == [f"noted by {lived.user_id}"] * 2
    assert {row["kind"] for row in table(archive, "consents")} == {"service", "weekly_email"}
    moment = datetime.fromisoformat(str(profile["created_at"]))
    assert moment.utcoffset() == timedelta()


def test_every_field_is_told_but_for_those_that_were_left_out(
    api: ApiClient, lived: Principal, bearer: Bearer, owner: psycopg.Connection, storage_stub: StorageStub
) -> None:
    api.post("/profile/export", headers=bearer(lived))
    drain(["export_member"])
    archive = fetch(api.get("/profile/export", headers=bearer(lived)).json()["url"])
    readme = archive.read("README.txt").decode()
    for of in registered():
        if isinstance(of.export, Export):
            fields = [name for name in columns_of(of.table) if name not in of.export.left_out] + list(of.export.extra)
            assert readme.count(f": {', '.join(fields)}\n") == 2, "in both languages"
            assert f"{of.table}.json: {of.export.zh}\n" in readme
            assert f"{of.table}.json: {of.export.en}\n" in readme
            assert all(list(row) == fields for row in table(archive, of.table))


def test_no_operator_is_named_in_it(
    api: ApiClient, lived: Principal, bearer: Bearer, owner: psycopg.Connection, storage_stub: StorageStub
) -> None:
    owner.execute(
        "INSERT INTO account_deletions (user_id, requested_by, cancelled_at) VALUES (%s, 'olga by manage.py', now())",
        [lived.user_id],
    )
    owner.execute(
        "INSERT INTO user_roles (user_id, role, granted_by) VALUES (%s, 'admin', 'olga')"
        " ON CONFLICT (user_id, role) DO UPDATE SET granted_by = 'olga'",
        [lived.user_id],
    )
    api.post("/profile/export", headers=bearer(lived))
    drain(["export_member"])
    archive = fetch(api.get("/profile/export", headers=bearer(lived)).json()["url"])
    assert table(archive, "account_deletions")
    assert table(archive, "user_roles")
    assert [name for name in archive.namelist() if b"olga" in archive.read(name)] == []


def test_nothing_of_another_member_is_in_it(
    api: ApiClient, lived: Principal, bearer: Bearer, owner: psycopg.Connection, storage_stub: StorageStub
) -> None:
    other_member = join(new_member())
    live(owner, storage_stub, other_member, make_shop("Elsewhere").id)
    theirs = [
        str(value)
        for (value,) in owner.execute(
            "SELECT unnest(ARRAY[id, user_id]) FROM check_ins WHERE user_id = %(member)s"
            " UNION SELECT id FROM uploads WHERE user_id = %(member)s"
            " UNION SELECT id FROM lists WHERE user_id = %(member)s"
            " UNION SELECT id FROM list_items WHERE list_id IN (SELECT id FROM lists WHERE user_id = %(member)s)",
            {"member": other_member.user_id},
        )
    ]
    assert len(theirs) > 10
    api.post("/profile/export", headers=bearer(lived))
    drain(["export_member"])
    archive = fetch(api.get("/profile/export", headers=bearer(lived)).json()["url"])
    packed = b"".join(name.encode() + archive.read(name) for name in archive.namelist())
    assert str(lived.user_id).encode() in packed
    assert [foreign for foreign in theirs if foreign.encode() in packed] == []


def test_nobody_else_has_an_export_or_its_file(
    api: ApiClient, lived: Principal, other_member: Principal, bearer: Bearer, storage_stub: StorageStub
) -> None:
    api.post("/profile/export", headers=bearer(lived))
    drain(["export_member"])
    assert api.get("/profile/export", headers=bearer(other_member)).status_code == 404
    assert api.get("/profile/export").status_code == 401
    assert api.post("/profile/export").status_code == 401
    url = api.get("/profile/export", headers=bearer(lived)).json()["url"]
    unsigned = urlsplit(url)._replace(query="").geturl()
    assert httpx.get(unsigned).status_code in {400, 403, 404}


def test_the_link_ends_with_the_export(
    api: ApiClient, lived: Principal, bearer: Bearer, owner: psycopg.Connection, storage_stub: StorageStub
) -> None:
    api.post("/profile/export", headers=bearer(lived))
    drain(["export_member"])
    owner.execute("UPDATE data_exports SET expires_at = now() + interval '90 minutes'")
    url = api.get("/profile/export", headers=bearer(lived)).json()["url"]
    (token,) = parse_qs(urlsplit(url).query)["token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    assert 0 <= claims["exp"] - claims["iat"] <= 90 * 60

    owner.execute("UPDATE data_exports SET expires_at = now() - interval '1 second'")
    told = api.get("/profile/export", headers=bearer(lived)).json()
    assert (told["status"], told["url"]) == ("expired", None), "whether or not its file has been deleted"
    assert drain(["expire_exports"]) == {}
    owner.execute("SELECT private.enqueue_job_v2('expire_exports')")
    assert drain(["expire_exports"]) == {"completed": 1}
    assert [path for bucket, path in storage_stub.objects if bucket == EXPORTS] == [f"{lived.user_id}/old.zip"]
    assert owner.execute("SELECT status, path FROM data_exports").fetchall() == [("expired", None)]
    assert api.post("/profile/export", headers=bearer(lived)).status_code == 202, "another one may be asked for"


def test_what_is_not_over_is_not_deleted(
    api: ApiClient, lived: Principal, bearer: Bearer, owner: psycopg.Connection, storage_stub: StorageStub
) -> None:
    api.post("/profile/export", headers=bearer(lived))
    drain(["export_member"])
    owner.execute("SELECT private.enqueue_job_v2('expire_exports')")
    before = storage_stub.objects
    assert drain(["expire_exports"]) == {"completed": 1}
    assert storage_stub.objects == before
    assert owner.execute("SELECT status FROM data_exports").fetchall() == [("ready",)]


def test_a_storage_that_is_down_delays_an_export_and_loses_none(
    api: ApiClient, lived: Principal, bearer: Bearer, owner: psycopg.Connection, storage_stub: StorageStub
) -> None:
    api.post("/profile/export", headers=bearer(lived))
    storage_stub.fail(503, retry_after=30, method="POST", path=f"/object/{EXPORTS}/")
    assert drain(["export_member"]) == {"pending": 1}
    assert api.get("/profile/export", headers=bearer(lived)).json()["status"] == "pending"
    storage_stub.heal()
    owner.execute("UPDATE job_queue SET scheduled_at = now()")
    owner.execute("UPDATE job_lanes SET paused_until = NULL")
    assert drain(["export_member"]) == {"completed": 1}

    storage_stub.fail(503, retry_after=30)
    refused = api.get("/profile/export", headers=bearer(lived))
    assert (refused.status_code, refused.json()["code"]) == (503, "provider_unavailable")
    assert int(refused.headers["Retry-After"]) == 30


def test_a_photo_that_is_gone_is_named_and_the_rest_is_there(
    api: ApiClient, lived: Principal, bearer: Bearer, owner: psycopg.Connection, storage_stub: StorageStub
) -> None:
    row = owner.execute("SELECT id, photo_path FROM uploads WHERE purpose = 'checkin_photo' LIMIT 1").fetchone()
    assert row is not None
    storage_stub.remove(CHECKIN_PHOTOS, row[1])
    api.post("/profile/export", headers=bearer(lived))
    assert drain(["export_member"]) == {"completed": 1}
    archive = fetch(api.get("/profile/export", headers=bearer(lived)).json()["url"])
    assert f"photos/{row[0]}.webp" not in archive.namelist()
    assert f"找不到：photos/{row[0]}.webp" in archive.read("README.txt").decode()
    assert len([name for name in archive.namelist() if name.startswith("photos/")]) == 6


def test_an_export_whose_job_ended_badly_keeps_nobody_from_asking_again(
    api: ApiClient, lived: Principal, bearer: Bearer, owner: psycopg.Connection, storage_stub: StorageStub
) -> None:
    api.post("/profile/export", headers=bearer(lived))
    owner.execute("UPDATE job_queue SET status = 'dead_letter' WHERE job_type = 'export_member'")
    owner.execute("SELECT private.enqueue_job_v2('expire_exports')")
    assert drain(["expire_exports"]) == {"completed": 1}
    assert api.get("/profile/export", headers=bearer(lived)).json()["status"] == "pending", "a moment may pass"
    owner.execute("UPDATE data_exports SET requested_at = now() - interval '2 hours'")
    owner.execute("SELECT private.enqueue_job_v2('expire_exports')")
    assert drain(["expire_exports"]) == {"completed": 1}
    assert api.get("/profile/export", headers=bearer(lived)).json()["status"] == "failed"
    assert api.post("/profile/export", headers=bearer(lived)).json()["status"] == "pending"


def test_whoever_leaves_meanwhile_leaves_no_export_behind(
    api: ApiClient, lived: Principal, bearer: Bearer, owner: psycopg.Connection, storage_stub: StorageStub
) -> None:
    asked = api.post("/profile/export", headers=bearer(lived)).json()
    place = f"{lived.user_id}/{asked['id']}.zip"

    def leave() -> None:
        owner.execute("INSERT INTO account_deletions (user_id) VALUES (%s)", [lived.user_id])

    storage_stub.meanwhile(leave, method="POST", path=place)
    assert drain(["export_member"]) == {"completed": 1}
    assert owner.execute("SELECT status FROM data_exports").fetchall() == [("failed",)]
    assert (EXPORTS, place) not in storage_stub.objects
    assert ("DELETE", f"/storage/v1/object/{EXPORTS}") in [(seen.method, seen.path) for seen in storage_stub.requests]


def test_a_file_is_deleted_whose_export_was_cancelled_while_it_was_stored(
    api: ApiClient, lived: Principal, bearer: Bearer, owner: psycopg.Connection, storage_stub: StorageStub
) -> None:
    asked = api.post("/profile/export", headers=bearer(lived)).json()
    place = f"{lived.user_id}/{asked['id']}.zip"

    def cancel() -> None:
        owner.execute("UPDATE data_exports SET status = 'failed'")
        owner.execute("UPDATE job_queue SET status = 'failed', completed_at = now() WHERE job_type = 'export_member'")

    storage_stub.meanwhile(cancel, method="POST", path=place)
    assert drain(["export_member"]) == {"lost": 1}
    assert (EXPORTS, place) in storage_stub.objects, "whoever lost the job may not touch what the next one writes"
    owner.execute("SELECT private.enqueue_job_v2('expire_exports')")
    assert drain(["expire_exports"]) == {"completed": 1}
    assert (EXPORTS, place) not in storage_stub.objects
    assert owner.execute("SELECT status, path FROM data_exports").fetchall() == [("failed", None)]


def test_memory_does_not_grow_with_the_photos(
    api: ApiClient, member: Principal, bearer: Bearer, owner: psycopg.Connection, storage_stub: StorageStub
) -> None:
    live(owner, storage_stub, member, make_shop("Fictional Beans").id, check_ins=8)
    photo_bytes = 2_000_000
    for bucket, path in storage_stub.objects:
        if path.endswith("/photo.webp"):
            storage_stub.put(bucket, path, secrets.token_bytes(photo_bytes))
    api.post("/profile/export", headers=bearer(member))
    drain([])  # what is imported once is not counted
    tracemalloc.start()
    try:
        assert drain(["export_member"]) == {"completed": 1}
        _, most_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    told = api.get("/profile/export", headers=bearer(member)).json()
    assert told["bytes"] > 24 * photo_bytes
    assert most_bytes < 8 * photo_bytes, "a few copies of one photo, and none of the archive"
