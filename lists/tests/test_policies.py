"""Lists as the database guards them, whatever the API does: direct SQL on the API's own login."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import pytest
from psycopg import errors

from caferoam.api.principal import Principal
from caferoam.local.provision import API
from caferoam.testing.database import database_url
from shops.models import Shop
from shops.tests.making import make_shop

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def acting_as(
    connection: psycopg.Connection, member: Principal | None, isolation: LiteralString = "READ COMMITTED"
) -> Iterator[psycopg.Connection]:
    """One transaction of a member, or of nobody."""
    with connection.transaction():
        connection.execute(b"SET TRANSACTION ISOLATION LEVEL " + isolation.encode())
        if member is not None:
            claims = json.dumps({"sub": str(member.user_id), "role": "authenticated"})
            connection.execute(
                "SELECT set_config('role', 'authenticated', true), set_config('request.jwt.claims', %s, true)",
                [claims],
            )
        yield connection


def start(connection: psycopg.Connection, member: Principal, name: str) -> UUID:
    with acting_as(connection, member) as sql:
        list_id: UUID = one(
            sql.execute("INSERT INTO lists (user_id, name) VALUES (%s, %s) RETURNING id", [member.user_id, name])
        )
    return list_id


def one(cursor: psycopg.Cursor[Any]) -> Any:
    row = cursor.fetchone()
    assert row is not None
    return row[0]


@pytest.fixture
def shop(transactional_db: None) -> Shop:
    return make_shop("青鳥")


@pytest.fixture
def their_list(api_connection: psycopg.Connection, other_member: Principal, shop: Shop) -> UUID:
    """Another member's list with a café on it."""
    list_id = start(api_connection, other_member, "週末")
    with acting_as(api_connection, other_member) as sql:
        sql.execute("INSERT INTO list_items (list_id, shop_id, position) VALUES (%s, %s, 1)", [list_id, shop.id])
    return list_id


STRANGERS_WRITES: list[LiteralString] = [
    "UPDATE lists SET name = 'mine'",
    "DELETE FROM lists",
    "UPDATE list_items SET note = 'mine'",
    "UPDATE list_items SET position = 9",
    "DELETE FROM list_items",
]


def test_a_stranger_reads_and_writes_nothing(
    api_connection: psycopg.Connection, owner: psycopg.Connection, member: Principal, their_list: UUID
) -> None:
    with acting_as(api_connection, member) as sql:
        assert sql.execute("SELECT FROM lists").rowcount == 0
        assert sql.execute("SELECT FROM list_items").rowcount == 0
        for statement in STRANGERS_WRITES:
            assert sql.execute(statement).rowcount == 0, statement
    assert owner.execute("SELECT l.name, i.note, i.position FROM lists l JOIN list_items i ON true").fetchall() == [
        ("週末", "", 1)
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT FROM lists",
        "SELECT FROM list_items",
        "INSERT INTO lists (user_id, name) VALUES (gen_random_uuid(), 'x')",
        "INSERT INTO list_items (list_id, shop_id, position) VALUES (gen_random_uuid(), gen_random_uuid(), 1)",
        "SELECT private.closed_listed_shops_v1('{}')",
        *STRANGERS_WRITES,
    ],
)
def test_anon_may_not_even_ask(api_connection: psycopg.Connection, statement: LiteralString) -> None:
    with pytest.raises(errors.InsufficientPrivilege, match="permission denied"), acting_as(api_connection, None) as sql:
        sql.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE lists SET user_id = %(other)s",
        "UPDATE lists SET id = gen_random_uuid()",
        "UPDATE lists SET slot = slot",
        "UPDATE lists SET created_at = now()",
        "INSERT INTO lists (user_id, name, slot) VALUES (%(me)s, 'x', 2)",
        "INSERT INTO lists (id, user_id, name) VALUES (gen_random_uuid(), %(me)s, 'x')",
        "UPDATE list_items SET list_id = %(list)s",
        "UPDATE list_items SET shop_id = gen_random_uuid()",
        "UPDATE list_items SET added_at = now()",
        "TRUNCATE lists CASCADE",
    ],
)
def test_an_owner_may_not_write_what_is_not_theirs_to_say(
    api_connection: psycopg.Connection, member: Principal, other_member: Principal, statement: LiteralString
) -> None:
    list_id = start(api_connection, member, "我的")
    values = {"me": member.user_id, "other": other_member.user_id, "list": list_id}
    with pytest.raises(errors.InsufficientPrivilege, match="permission denied"):  # noqa: SIM117 - raised at its end
        with acting_as(api_connection, member) as sql:
            sql.execute(statement, values)


def test_nobody_starts_a_list_for_another(
    api_connection: psycopg.Connection, member: Principal, other_member: Principal
) -> None:
    with pytest.raises(errors.InsufficientPrivilege, match="row-level"), acting_as(api_connection, member) as sql:
        sql.execute("INSERT INTO lists (user_id, name) VALUES (%s, 'x')", [other_member.user_id])


def test_nobody_puts_a_cafe_on_anothers_list(
    api_connection: psycopg.Connection, member: Principal, their_list: UUID
) -> None:
    other_shop = make_shop("黑潮")
    for conflict in ("", " ON CONFLICT DO NOTHING", " ON CONFLICT (list_id, shop_id) DO UPDATE SET note = 'mine'"):
        with pytest.raises(errors.InsufficientPrivilege, match="row-level"), acting_as(api_connection, member) as sql:
            sql.execute(
                b"INSERT INTO list_items (list_id, shop_id, position) VALUES (%s, %s, 2)" + conflict.encode(),
                [their_list, other_shop.id],
            )


@pytest.mark.parametrize("status", ["draft", "closed"])
def test_only_live_cafes_are_put_on_lists(api_connection: psycopg.Connection, member: Principal, status: str) -> None:
    list_id = start(api_connection, member, "我的")
    hidden = make_shop("藏", status=status)
    with pytest.raises(errors.InsufficientPrivilege, match="row-level"), acting_as(api_connection, member) as sql:
        sql.execute("INSERT INTO list_items (list_id, shop_id, position) VALUES (%s, %s, 1)", [list_id, hidden.id])


def test_a_list_is_not_moved_even_by_those_who_may_write_all(
    worker: psycopg.Connection, api_connection: psycopg.Connection, member: Principal, other_member: Principal
) -> None:
    start(api_connection, member, "我的")
    with pytest.raises(errors.CheckViolation) as caught:
        worker.execute("UPDATE lists SET user_id = %s", [other_member.user_id])
    assert caught.value.diag.constraint_name == "lists_owner_fixed"


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO lists (user_id, name) VALUES (%(me)s, 'a'), (%(me)s, 'b'), (%(me)s, 'c'), (%(me)s, 'd')",
        "INSERT INTO lists (user_id, name) SELECT %(me)s, n::text FROM generate_series(1, 9) AS n",
        """WITH two AS (INSERT INTO lists (user_id, name) VALUES (%(me)s, 'a'), (%(me)s, 'b'))
           INSERT INTO lists (user_id, name) VALUES (%(me)s, 'c'), (%(me)s, 'd')""",
    ],
)
def test_many_at_once_do_not_pass_the_cap(
    api_connection: psycopg.Connection, member: Principal, statement: LiteralString
) -> None:
    with pytest.raises(errors.CheckViolation) as caught, acting_as(api_connection, member) as sql:
        sql.execute(statement, {"me": member.user_id})
    assert caught.value.diag.constraint_name == "lists_cap"


def test_the_cap_holds_for_those_who_may_write_all(worker: psycopg.Connection, member: Principal) -> None:
    with pytest.raises(errors.CheckViolation) as caught:
        worker.execute(
            "INSERT INTO lists (user_id, name, slot) SELECT %s, n::text, 1 FROM generate_series(1, 4) AS n",
            [member.user_id],
        )
    assert caught.value.diag.constraint_name == "lists_cap"


@pytest.mark.parametrize("isolation", ["REPEATABLE READ", "SERIALIZABLE"])
def test_a_transaction_that_sees_an_old_state_does_not_pass_the_cap(
    api_connection: psycopg.Connection, member: Principal, isolation: LiteralString
) -> None:
    for name in ("一", "二"):
        start(api_connection, member, name)
    with psycopg.connect(database_url(API), autocommit=True) as late:
        with acting_as(late, member, isolation) as sql:
            assert one(sql.execute("SELECT count(*) FROM lists")) == 2
            start(api_connection, member, "三")
            with pytest.raises((errors.UniqueViolation, errors.SerializationFailure)), late.transaction():
                sql.execute("INSERT INTO lists (user_id, name) VALUES (%s, '四')", [member.user_id])
        with acting_as(late, member) as sql:
            assert sql.execute("SELECT name FROM lists ORDER BY slot").fetchall() == [("一",), ("二",), ("三",)]


def test_two_places_of_a_list_are_never_the_same(api_connection: psycopg.Connection, member: Principal) -> None:
    list_id = start(api_connection, member, "我的")
    ids = [make_shop(name).id for name in ("一", "二")]
    with pytest.raises(errors.UniqueViolation) as caught, acting_as(api_connection, member) as sql:
        sql.execute(
            "INSERT INTO list_items (list_id, shop_id, position) SELECT %s, unnest(%s::uuid[]), 1", [list_id, ids]
        )
    assert caught.value.diag.constraint_name == "list_items_place_once"


@pytest.mark.parametrize(
    ("name", "constraint"),
    [
        ("", "lists_name_length"),
        (" ", "lists_name_not_blank"),
        ("\u200b", "lists_name_not_blank"),
        ("a\nb", "lists_name_seen"),
        ("a\u202eb", "lists_name_seen"),
        ("\u3164", "lists_name_visible"),
        ("\u2800 \u115f", "lists_name_visible"),
    ],
)
def test_the_database_knows_what_a_name_is(
    api_connection: psycopg.Connection, member: Principal, name: str, constraint: str
) -> None:
    with pytest.raises(errors.CheckViolation) as caught:
        start(api_connection, member, name)
    assert caught.value.diag.constraint_name == constraint


def test_the_database_knows_what_a_note_is(
    api_connection: psycopg.Connection, member: Principal, other_member: Principal, their_list: UUID
) -> None:
    for note, broken in (("長" * 281, errors.StringDataRightTruncation), ("a\u202eb", errors.CheckViolation)):
        with pytest.raises(broken), acting_as(api_connection, other_member) as sql:
            sql.execute("UPDATE list_items SET note = %s", [note])


def test_a_closed_cafe_is_told_only_to_those_who_listed_it(
    api_connection: psycopg.Connection, member: Principal, other_member: Principal, their_list: UUID, shop: Shop
) -> None:
    unlisted = make_shop("別的", status=Shop.Status.CLOSED)
    ask = "SELECT name FROM private.closed_listed_shops_v1(%s)"
    wanted = [[shop.id, unlisted.id]]
    expected = {Shop.Status.LIVE: [], Shop.Status.DRAFT: [], Shop.Status.CLOSED: [("青鳥",)]}
    for status, told in expected.items():
        Shop.objects.filter(id=shop.id).update(status=status)
        with acting_as(api_connection, other_member) as sql:
            assert sql.execute(ask, wanted).fetchall() == told
        with acting_as(api_connection, member) as sql:
            assert sql.execute(ask, wanted).fetchall() == []


def test_a_list_goes_with_its_member_and_an_item_with_its_cafe(
    owner: psycopg.Connection, other_member: Principal, their_list: UUID, shop: Shop
) -> None:
    shop.delete()
    assert owner.execute("SELECT FROM list_items").rowcount == 0
    assert owner.execute("SELECT FROM lists").rowcount == 1
    owner.execute("DELETE FROM profiles WHERE id = %s", [other_member.user_id])
    assert owner.execute("SELECT FROM lists").rowcount == 0
