"""A member with everything that there can be of one, and a look at whatever is left of them."""

from dataclasses import dataclass
from uuid import UUID

import psycopg
from psycopg import sql

from caferoam.api.principal import Principal
from caferoam.providers.storage.buckets import (
    AVATAR_UPLOADS,
    AVATARS,
    CHECKIN_PHOTOS,
    EXPORTS,
    MEMBER_BUCKETS,
    MENU_PHOTOS,
)
from caferoam.testing.storage import StorageStub

_CHECK_INS = """
DO $$
DECLARE
    member uuid := {member};
    shop uuid := {shop};
    photos uuid[];
    menu uuid;
BEGIN
    FOR place IN 1 .. {count} LOOP
        WITH asked AS (
            INSERT INTO uploads (user_id, purpose, content_type, bytes)
            SELECT member, 'checkin_photo', 'image/jpeg', 1000 FROM generate_series(1, 3) RETURNING id
        ) SELECT array_agg(id) INTO photos FROM asked;
        menu := NULL;
        IF place = 1 THEN
            INSERT INTO uploads (user_id, purpose, content_type, bytes)
            VALUES (member, 'menu_photo', 'image/png', 1000) RETURNING id INTO menu;
        END IF;
        INSERT INTO check_ins (user_id, shop_id, photo_upload_ids, menu_upload_id, note, idempotency_key, request_hash)
        VALUES (member, shop, photos, menu, format('好喝 %s of %s', place, member), 'key-' || place, repeat('0', 64));
    END LOOP;
    UPDATE uploads SET status = 'ready', photo_bucket = bucket, width = 10, height = 10, processed_at = now(),
        photo_path = member || '/' || id || '/photo.webp', thumbnail_path = member || '/' || id || '/thumb.webp'
    WHERE user_id = member;
END $$
"""
_THE_REST = """
WITH avatar AS (
    INSERT INTO uploads (user_id, purpose, content_type, bytes) VALUES ({member}, 'avatar', 'image/jpeg', 9)
    RETURNING id
) UPDATE profiles SET display_name = {name} FROM avatar WHERE profiles.id = {member};
UPDATE profiles SET avatar_upload_id = (SELECT id FROM uploads WHERE user_id = {member} AND purpose = 'avatar')
WHERE id = {member};
INSERT INTO consents (user_id, kind, granted, version, locale, source)
VALUES ({member}, 'weekly_email', true, '2026-11', 'zh-TW', 'profile');
INSERT INTO user_roles (user_id, role, granted_by) VALUES ({member}, 'curator', 'operator');
INSERT INTO account_deletions (user_id, cancelled_at) VALUES ({member}, now());
INSERT INTO data_exports (user_id, status, ready_at, expires_at, path, bytes)
VALUES ({member}, 'ready', now(), now() + interval '1 day', {member} || '/old.zip', 5);
WITH list AS (INSERT INTO lists (user_id, name) VALUES ({member}, '想去'), ({member}, '去過') RETURNING id)
INSERT INTO list_items (list_id, shop_id, position, note)
SELECT list.id, {shop}, 1, 'noted by ' || {member} FROM list;
INSERT INTO menu_items (shop_id, name, source, source_upload_id)
SELECT {shop}, {name}, 'menu_photo', id FROM uploads WHERE user_id = {member} AND purpose = 'menu_photo';
INSERT INTO auth_user (username, password, is_superuser, first_name, last_name, email, is_staff, is_active, date_joined)
VALUES ('operator', '', false, '', '', 'operator@caferoam.test', true, true, now()) ON CONFLICT DO NOTHING;
INSERT INTO django_admin_log (user_id, object_id, object_repr, action_flag, change_message, action_time)
SELECT id, {member}::text, {name}, 2, 'changed', now() FROM auth_user WHERE username = 'operator'
UNION ALL SELECT id, '7', {member} || ': curator', 1, 'added', now() FROM auth_user WHERE username = 'operator';
"""


@dataclass(frozen=True)
class Lived:
    """``check_ins`` of them, with three photos each."""

    member: Principal
    check_ins: int


def live(owner: psycopg.Connection, stub: StorageStub, member: Principal, shop: UUID, *, check_ins: int = 2) -> Lived:
    """Let the member do all there is to do. Each file is in its bucket, and tells its path."""
    values = {
        "member": sql.SQL("{}::uuid").format(sql.Literal(str(member.user_id))),
        "shop": sql.SQL("{}::uuid").format(sql.Literal(str(shop))),
        "name": sql.Literal(f"小{str(member.user_id)[:8]}"),
        "count": sql.Literal(check_ins),
    }
    owner.execute(sql.SQL(_CHECK_INS).format(**values))
    owner.execute(sql.SQL(_THE_REST).format(**values))
    kept = owner.execute(
        "SELECT photo_bucket, unnest(ARRAY[photo_path, thumbnail_path]) FROM uploads"
        " WHERE user_id = %s AND status = 'ready'",
        [member.user_id],
    ).fetchall()
    own = [
        (AVATAR_UPLOADS, "left-behind.jpg"),
        (AVATARS, "avatar/photo.webp"),
        (EXPORTS, "old.zip"),
        (CHECKIN_PHOTOS, "a/folder/of/its/own.jpg"),
        (MENU_PHOTOS, "orphan.png"),
    ]
    for bucket, path in [*kept, *((bucket, f"{member.user_id}/{name}") for bucket, name in own)]:
        stub.put(bucket, path, f"{bucket}/{path}".encode())
    assert {bucket for bucket, _ in stub.objects} == set(MEMBER_BUCKETS)
    return Lived(member, check_ins)


def traces(owner: psycopg.Connection, stub: StorageStub, member: UUID) -> dict[str, int]:
    """How many rows of which table hold the member's id in any column, and how many files lie under it."""
    found: dict[str, int] = {}
    tables = owner.execute(
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^(pg_|information_schema)' ORDER BY 1, 2"
    ).fetchall()
    for schema, table in tables:
        counting = sql.SQL("SELECT count(*) FROM {} AS t WHERE strpos(t::text, %s) > 0")
        (count,) = owner.execute(counting.format(sql.Identifier(schema, table)), [str(member)]).fetchone() or (0,)
        if count:
            found[f"{schema}.{table}"] = count
    for bucket, path in stub.objects:
        if str(member) in path:
            found[bucket] = found.get(bucket, 0) + 1
    return found


def belongings(owner: psycopg.Connection, stub: StorageStub, member: UUID) -> dict[str, object]:
    """All rows that hold the member's id or hang on such rows, and all files under it, byte for byte."""
    rows: dict[str, object] = {}
    for table in traces(owner, stub, member):
        if "." in table:
            reading = sql.SQL("SELECT t::text FROM {} AS t WHERE strpos(t::text, %s) > 0 ORDER BY 1")
            rows[table] = owner.execute(reading.format(sql.Identifier(*table.split("."))), [str(member)]).fetchall()
    rows["files"] = {place: data for place, data in stub.objects.items() if str(member) in place[1]}
    return rows
