"""Check-ins as the database guards them, whatever the API does: direct SQL on its own logins."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import pytest
from psycopg import errors
from psycopg.types.json import Json

from accounts.models import Upload
from accounts.uploads.tests.making import MENU_PHOTO, ask
from caferoam.api.principal import Principal
from caferoam.testing.live import eventually
from checkins.models import CheckIn
from checkins.tests.making import NOBODYS, Stamp, make_check_in
from shops.models import Shop

INSERT = "INSERT INTO check_ins (user_id, shop_id, photo_upload_ids, menu_upload_id, note) VALUES (%s, %s, %s, %s, %s)"


@contextmanager
def acting_as(connection: psycopg.Connection, member: Principal | None) -> Iterator[psycopg.Connection]:
    """One transaction of a member, or of nobody."""
    with connection.transaction():
        if member is not None:
            connection.execute(
                "SELECT set_config('role', 'authenticated', true), set_config('request.jwt.claims', %s::text, true)",
                [Json({"sub": str(member.user_id), "role": "authenticated"})],
            )
        yield connection


def broken(refused: pytest.ExceptionInfo[psycopg.Error]) -> str | None:
    return refused.value.diag.constraint_name


def row(member: Principal, shop: Shop, photos: list[UUID], menu: UUID | None = None, note: str = "") -> list[Any]:
    return [member.user_id, shop.id, photos, menu, note]


def test_it_has_one_to_three_photos_a_short_note_and_a_hash_with_its_key(
    owner: psycopg.Connection, member: Principal, shop: Shop
) -> None:
    photos = [ask(member).id for _ in range(4)]
    bad: list[tuple[list[Any], str]] = [
        (row(member, shop, []), "check_ins_has_photo"),
        (row(member, shop, photos), "check_ins_has_photo"),
        (row(member, shop, photos[:1], note="x" * 1001), "check_ins_note_length"),
        (row(member, shop, photos[:1], note="a\u202eb"), "check_ins_note_seen"),
        (row(member, shop, [photos[0], photos[0]]), "check_ins_photos_own_pending"),
    ]
    for values, constraint in bad:
        with pytest.raises((errors.CheckViolation, errors.NotNullViolation)) as refused:
            owner.execute(INSERT, values)
        assert broken(refused) == constraint
    for statement in (
        "INSERT INTO check_ins (user_id, shop_id, photo_upload_ids, idempotency_key) VALUES (%s, %s, %s, 'x')",
        "INSERT INTO check_ins (user_id, shop_id, photo_upload_ids, request_hash) VALUES (%s, %s, %s, 'x')",
    ):
        with pytest.raises(errors.CheckViolation) as refused:
            owner.execute(statement.encode(), [member.user_id, shop.id, photos[:1]])
        assert broken(refused) == "check_ins_key_with_hash"
    assert {*Upload.objects.values_list("status", flat=True)} == {"pending"}
    owner.execute(INSERT, row(member, shop, photos[:3], note="兩行\n的筆記"))


def test_only_own_pending_unexpired_uploads_of_the_right_kind_are_claimed(
    owner: psycopg.Connection, member: Principal, other_member: Principal, shop: Shop
) -> None:
    good, menu = ask(member).id, ask(member, MENU_PHOTO).id
    claimed = make_check_in(member, shop).photo_upload_ids[0]
    expired = ask(member).id
    Upload.objects.filter(id=expired).update(expires_at="2020-01-01T00:00:00Z")
    for bad in (ask(other_member).id, claimed, expired, menu, NOBODYS):
        with pytest.raises(errors.CheckViolation) as refused:
            owner.execute(INSERT, row(member, shop, [good, bad]))
        assert broken(refused) == "check_ins_photos_own_pending"
    for bad in (ask(other_member, MENU_PHOTO).id, good, ask(member).id):
        with pytest.raises(errors.CheckViolation) as refused:
            owner.execute(INSERT, row(member, shop, [good], bad))
        assert broken(refused) == "check_ins_menu_own_pending"
    owner.execute(INSERT, row(member, shop, [good], menu))
    assert {*Upload.objects.filter(id__in=[good, menu]).values_list("status", flat=True)} == {"claimed"}


def test_a_member_checks_in_for_nobody_else_and_at_live_cafes_only(
    api_connection: psycopg.Connection, member: Principal, other_member: Principal, shop: Shop
) -> None:
    theirs, mine = ask(other_member).id, ask(member).id
    with pytest.raises(errors.InsufficientPrivilege), acting_as(api_connection, member) as sql:
        sql.execute(INSERT, row(other_member, shop, [theirs]))
    Shop.objects.filter(id=shop.id).update(status="closed")
    with pytest.raises(errors.InsufficientPrivilege), acting_as(api_connection, member) as sql:
        sql.execute(INSERT, row(member, shop, [mine]))
    Shop.objects.filter(id=shop.id).update(status="live")
    with acting_as(api_connection, member) as sql:
        sql.execute(INSERT, row(member, shop, [mine]))
    with pytest.raises(errors.InsufficientPrivilege), acting_as(api_connection, None) as sql:
        sql.execute(INSERT, row(other_member, shop, [theirs]))


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO check_ins (user_id, shop_id, photo_upload_ids, id) VALUES (%s, %s, %s, gen_random_uuid())",
        "INSERT INTO check_ins (user_id, shop_id, photo_upload_ids, created_at) VALUES (%s, %s, %s, now())",
    ],
)
def test_a_member_has_no_say_over_id_and_time(
    api_connection: psycopg.Connection, member: Principal, shop: Shop, statement: str
) -> None:
    photo = ask(member).id
    with pytest.raises(errors.InsufficientPrivilege), acting_as(api_connection, member) as sql:
        sql.execute(statement.encode(), [member.user_id, shop.id, [photo]])


def test_a_check_in_is_seen_and_taken_back_by_its_member_alone_and_changed_by_nobody(
    api_connection: psycopg.Connection, member: Principal, other_member: Principal, shop: Shop
) -> None:
    make_check_in(member, shop)
    with acting_as(api_connection, other_member) as sql:
        assert sql.execute("SELECT id FROM check_ins").fetchall() == []
        assert sql.execute("DELETE FROM check_ins").rowcount == 0
    for verb in ("SELECT id FROM check_ins", "DELETE FROM check_ins"):
        with pytest.raises(errors.InsufficientPrivilege), acting_as(api_connection, None) as sql:
            sql.execute(verb.encode())
    for somebody in (member, other_member, None):
        with pytest.raises(errors.InsufficientPrivilege), acting_as(api_connection, somebody) as sql:
            sql.execute("UPDATE check_ins SET note = 'x'")
    assert Stamp.objects.count() == 1
    with acting_as(api_connection, member) as sql:
        assert sql.execute("DELETE FROM check_ins").rowcount == 1
    assert Stamp.objects.count() == 0


def test_two_last_photos_refused_at_the_same_moment_leave_no_check_in(
    owner: psycopg.Connection, worker: psycopg.Connection, member: Principal, shop: Shop
) -> None:
    first, second = make_check_in(member, shop, photos=2).photo_upload_ids
    refuse: LiteralString = "UPDATE uploads SET status = 'refused', refusal = 'damaged' WHERE id = %s"
    owner.execute("BEGIN")
    owner.execute(refuse, [first])
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(worker.execute, refuse, [second])
        waits = "SELECT count(*) FROM pg_locks WHERE pid = %s AND NOT granted"
        assert eventually(lambda: owner.execute(waits, [worker.info.backend_pid]).fetchone() != (0,))
        owner.execute("COMMIT")
        other.result(30)
    assert not CheckIn.objects.exists()
    assert not Stamp.objects.exists()
