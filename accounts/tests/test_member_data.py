"""No table with data of members is forgotten. A planted one must be found, or the walk proves nothing."""

import pytest
from django.db import connection

from accounts import member_data
from accounts.member_catalogue import columns_of, naming_columns, unclassified
from accounts.member_data import DELETE, Export, Keep, MemberTable, NotExported, registered

pytestmark = pytest.mark.django_db


def plant(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_whatever_may_hold_data_of_members_is_classified() -> None:
    assert unclassified() == []


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("CREATE TABLE hole (told uuid REFERENCES profiles (id))", ["hole.told"]),
        ("CREATE TABLE hole (told uuid REFERENCES auth.users (id))", ["hole.told"]),
        ("CREATE TABLE hole (user_id uuid)", ["hole.user_id"]),
        ("CREATE TABLE hole (owner text)", ["hole.owner"]),
        ("CREATE TABLE hole (invited_member_id uuid)", ["hole.invited_member_id"]),
        ("CREATE TABLE hole (recipient_email text)", ["hole.recipient_email"]),
        ("CREATE TABLE hole (profile_uuid uuid) PARTITION BY HASH (profile_uuid)", ["hole.profile_uuid"]),
        ("CREATE TABLE hole (upload uuid REFERENCES uploads (id))", ["hole (hangs on uploads)"]),
        ("CREATE TABLE hole (item uuid REFERENCES list_items (id))", ["hole (hangs on list_items)"]),
        ("CREATE TABLE hole (seen_in_check_in_id uuid)", ["hole (by seen_in_check_in_id)"]),
        ("CREATE TABLE hole (upload_ids uuid[])", ["hole (by upload_ids)"]),
        ("ALTER TABLE shops ADD COLUMN reported_by_user uuid", ["shops.reported_by_user"]),
        ("CREATE TABLE clean (shop_id uuid REFERENCES shops (id), user_agent text, ownership text)", []),
    ],
)
def test_a_forgotten_table_is_found(statement: str, found: list[str]) -> None:
    plant(statement)
    assert unclassified() == found


def test_the_walk_finds_every_column_that_names_a_member() -> None:
    named = {(table.table, table.column) for table in registered() if table.parent is None and table.rows is None}
    assert named - set(naming_columns()) == set(), "or it would not find the next one either"


def test_what_is_registered_is_there() -> None:
    for table in registered():
        columns = columns_of(table.table)
        assert table.column in columns
        if isinstance(table.export, Export):
            assert set(table.export.left_out) < set(columns)
            assert not set(table.export.extra) & set(columns)


def test_what_stays_or_is_not_exported_says_why() -> None:
    for table in registered():
        if isinstance(table.on_erasure, Keep):
            assert len(table.on_erasure.reason) > 20
        if isinstance(table.export, NotExported):
            assert len(table.export.reason) > 20


def test_a_table_hangs_on_one_that_is_registered_and_goes_before_it() -> None:
    order = [table.table for table in registered()]
    hanging = [table for table in registered() if table.parent is not None]
    assert hanging
    for table in hanging:
        assert order.index(table.table) < order.index(str(table.parent))


def test_a_table_cannot_be_registered_in_two_ways() -> None:
    lists = next(table for table in registered() if table.table == "lists")
    member_data.register(lists)
    with pytest.raises(ValueError, match=r"lists.user_id is registered twice"):
        member_data.register(MemberTable("lists", "user_id", DELETE, NotExported("Another opinion.")))
    assert lists in registered()
