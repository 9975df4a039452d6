"""The policies on Supabase's own table, tried on a table of the same name: as members, strangers and nobody."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from caferoam.api.principal import Principal
from caferoam.database import migrations
from caferoam.providers.storage.buckets import AVATARS, CHECKIN_PHOTOS, EXPORTS, MENU_PHOTOS, SHOP_PHOTOS

SQL = Path(next(iter(migrations.__path__))) / "sql"
STORAGE = """
CREATE SCHEMA storage;
GRANT USAGE ON SCHEMA storage TO anon, authenticated, service_role;
CREATE TABLE storage.objects (bucket_id text, name text, owner_id text, UNIQUE (bucket_id, name));
GRANT ALL ON storage.objects TO anon, authenticated, service_role;
ALTER TABLE storage.objects ENABLE ROW LEVEL SECURITY;
"""


@pytest.fixture
def storage(owner: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """The database as it is at Supabase, where Storage was before the migration came."""
    down, up = (SQL / f"0005_storage_policies.{way}.sql" for way in ("down", "up"))
    owner.execute(STORAGE.encode())
    try:
        owner.execute(down.read_bytes())
        owner.execute(up.read_bytes())
        yield owner
    finally:
        owner.execute(b"DROP SCHEMA storage CASCADE")


@pytest.fixture
def pending(owner: psycopg.Connection, member: Principal) -> str:
    row = owner.execute(
        "INSERT INTO uploads (user_id, purpose, content_type, bytes) VALUES (%s, 'menu_photo', 'image/png', 4)"
        " RETURNING path",
        [member.user_id],
    ).fetchone()
    assert row is not None
    return str(row[0])


@contextmanager
def seen_by(connection: psycopg.Connection, member: Principal | None) -> Iterator[psycopg.Connection]:
    """As Storage asks: in a transaction with the token's role and claims."""
    with connection.transaction(force_rollback=True):
        claims = {"sub": str(member.user_id), "role": "authenticated"} if member else {"role": "anon"}
        connection.execute("SELECT set_config('request.jwt.claims', %s, true)", [json.dumps(claims)])
        connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(claims["role"])))
        yield connection


def put(connection: psycopg.Connection, bucket: str, name: str) -> None:
    connection.execute("INSERT INTO storage.objects (bucket_id, name) VALUES (%s, %s)", [bucket, name])


def names(connection: psycopg.Connection) -> set[tuple[str, str]]:
    return set(connection.execute("SELECT bucket_id, name FROM storage.objects").fetchall())


def test_a_member_puts_an_object_where_an_upload_of_theirs_waits_and_nowhere_else(
    storage: psycopg.Connection, member: Principal, pending: str
) -> None:
    with seen_by(storage, member) as connection:
        put(connection, MENU_PHOTOS, pending)
    for bucket, name in [
        (CHECKIN_PHOTOS, pending),
        (MENU_PHOTOS, f"{member.user_id}/other.png"),
        (AVATARS, f"{member.user_id}/other.png"),
        (EXPORTS, f"{member.user_id}/all.zip"),
    ]:
        with pytest.raises(psycopg.errors.InsufficientPrivilege), seen_by(storage, member) as connection:
            put(connection, bucket, name)


def test_strangers_and_nobody_put_nothing_there(
    storage: psycopg.Connection, other_member: Principal, pending: str
) -> None:
    for who in (other_member, None):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), seen_by(storage, who) as connection:
            put(connection, MENU_PHOTOS, pending)


def test_a_member_sees_objects_under_their_id_in_private_buckets_and_no_others(
    storage: psycopg.Connection, member: Principal, other_member: Principal
) -> None:
    private = {(bucket, f"{member.user_id}/a.webp") for bucket in (CHECKIN_PHOTOS, MENU_PHOTOS, EXPORTS)}
    others = {(CHECKIN_PHOTOS, f"{other_member.user_id}/a.webp")}
    for bucket, name in private | others | {(SHOP_PHOTOS, f"{member.user_id}/a.webp")}:
        put(storage, bucket, name)
    for who, visible in ((member, private), (other_member, others), (None, set())):
        with seen_by(storage, who) as connection:
            assert names(connection) == visible


def test_nobody_changes_or_deletes_an_object(storage: psycopg.Connection, member: Principal) -> None:
    put(storage, CHECKIN_PHOTOS, f"{member.user_id}/a.webp")
    for who in (member, None):
        with seen_by(storage, who) as connection:
            assert connection.execute("UPDATE storage.objects SET name = 'x'").rowcount == 0
            assert connection.execute("DELETE FROM storage.objects").rowcount == 0


def test_it_can_be_taken_back_where_storage_is(storage: psycopg.Connection) -> None:
    def policies() -> list[str]:
        rows = storage.execute("SELECT policyname FROM pg_policies WHERE schemaname = 'storage' ORDER BY 1").fetchall()
        return [name for (name,) in rows]

    assert policies() == ["objects_insert", "objects_select"]
    storage.execute((SQL / "0005_storage_policies.down.sql").read_bytes())
    assert policies() == []
    storage.execute((SQL / "0005_storage_policies.up.sql").read_bytes())
