"""A stamp is earned by a check-in, and by nothing else; it cannot be moved, bought or made."""

from typing import Any

import psycopg
import pytest
from psycopg import errors

from caferoam.api.principal import Principal
from checkins.models import CheckIn
from checkins.tests.making import make_check_in
from checkins.tests.test_database import acting_as, broken
from shops.models import Shop
from shops.tests.making import make_shop
from stamps.models import Stamp

INSERT = (
    "INSERT INTO stamps (user_id, shop_id, check_in_id, design_url) VALUES (%s, %s, %s, %s)"  # what a trigger may do
)


@pytest.fixture
def stamp(member: Principal, shop: Shop) -> Stamp:
    return Stamp.objects.get(check_in=make_check_in(member, shop))


def test_every_check_in_earns_one_whoever_inserts_it(worker: psycopg.Connection, member: Principal, shop: Shop) -> None:
    photo = make_check_in(member, shop).photo_upload_ids[0]
    worker.execute("UPDATE uploads SET status = 'pending' WHERE id = %s", [photo])
    worker.execute(
        "INSERT INTO check_ins (user_id, shop_id, photo_upload_ids) VALUES (%s, %s, %s)",
        [member.user_id, shop.id, [photo]],
    )
    stamps = [*Stamp.objects.values_list("user_id", "shop_id", "design_url")]
    assert stamps == [(member.user_id, shop.id, f"/stamps/{shop.id}.svg")] * 2


MOVES: list[tuple[str, str]] = [
    ("user_id", "SELECT id FROM profiles WHERE id <> user_id LIMIT 1"),
    ("shop_id", "SELECT id FROM shops WHERE id <> shop_id LIMIT 1"),
    ("check_in_id", "SELECT id FROM check_ins WHERE id <> check_in_id LIMIT 1"),
    ("user_id", "user_id"),
]


def test_not_even_the_owner_of_the_tables_moves_one(
    owner: psycopg.Connection, worker: psycopg.Connection, stamp: Stamp, other_member: Principal
) -> None:
    make_check_in(other_member, make_shop("青鳥"))
    kept = Stamp.objects.filter(id=stamp.id).values().get()
    for connection in (owner, worker):
        for column, value in MOVES:
            with pytest.raises(errors.CheckViolation) as refused:
                connection.execute(f"UPDATE stamps SET {column} = ({value})".encode())  # noqa: S608 - ours
            assert broken(refused) == "stamps_fixed"
        with pytest.raises(errors.CheckViolation) as refused:
            connection.execute("UPDATE stamps SET design_url = '/stamps/golden.svg'")
        assert broken(refused) == "stamps_design_of_shop"
    assert Stamp.objects.filter(id=stamp.id).values().get() == kept


def test_a_check_in_earns_no_second_one(owner: psycopg.Connection, stamp: Stamp) -> None:
    values: list[Any] = [stamp.user_id, stamp.shop_id, stamp.check_in_id, stamp.design_url]
    with pytest.raises(errors.UniqueViolation):
        owner.execute(INSERT, values)


def test_members_look_at_their_own_and_can_do_nothing_else(
    api_connection: psycopg.Connection, member: Principal, other_member: Principal, stamp: Stamp
) -> None:
    seen = {}
    for somebody in (member, other_member):
        with acting_as(api_connection, somebody) as sql:
            seen[somebody.user_id] = sql.execute("SELECT id FROM stamps").fetchall()
    assert seen == {member.user_id: [(stamp.id,)], other_member.user_id: []}
    everybody: list[Principal | None] = [member, other_member, None]
    for who in everybody:
        statements: list[tuple[str, list[Any]]] = [
            (INSERT, [who and who.user_id, stamp.shop_id, stamp.check_in_id, stamp.design_url]),
            ("DELETE FROM stamps", []),
            ("TRUNCATE stamps", []),
            ("UPDATE stamps SET created_at = now()", []),
            ("UPDATE stamps SET user_id = user_id, shop_id = shop_id, check_in_id = check_in_id", []),
        ]
        for statement, values in statements:
            with pytest.raises(errors.InsufficientPrivilege), acting_as(api_connection, who) as sql:
                sql.execute(statement.encode(), values)
    with pytest.raises(errors.InsufficientPrivilege), acting_as(api_connection, None) as sql:
        sql.execute("SELECT id FROM stamps")


def test_it_goes_with_its_check_in(owner: psycopg.Connection, stamp: Stamp) -> None:
    CheckIn.objects.filter(id=stamp.check_in_id).delete()
    assert not Stamp.objects.exists()


def test_a_cafe_with_stamps_is_not_deleted(owner: psycopg.Connection, stamp: Stamp) -> None:
    with pytest.raises(errors.ForeignKeyViolation):
        owner.execute("DELETE FROM shops")
