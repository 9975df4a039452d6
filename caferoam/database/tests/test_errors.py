"""Refusals are told apart by the names that Postgres sends along."""

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from caferoam.database.errors import is_row_refused, violated_constraint

pytestmark = pytest.mark.django_db

_TABLES = """
CREATE TABLE nests (id integer CONSTRAINT nests_pk PRIMARY KEY);
CREATE TABLE eggs (
    id integer CONSTRAINT eggs_pk PRIMARY KEY,
    nest_id integer NOT NULL CONSTRAINT eggs_nest REFERENCES nests,
    grams integer CONSTRAINT eggs_weigh_something CHECK (grams > 0)
);
CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    RAISE EXCEPTION 'No more.' USING ERRCODE = 'check_violation', CONSTRAINT = 'eggs_cap';
END $$;
CREATE TRIGGER refuse BEFORE INSERT ON eggs FOR EACH ROW WHEN (NEW.id > 99) EXECUTE FUNCTION pg_temp.refuse();
INSERT INTO nests VALUES (1);
INSERT INTO eggs VALUES (1, 1, 50);
"""


@pytest.fixture(autouse=True)
def nests(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_TABLES)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ("(2, 1, 0)", "eggs_weigh_something"),
        ("(1, 1, 50)", "eggs_pk"),
        ("(100, 1, 50)", "eggs_cap"),
        ("(2, NULL, 50)", None),
    ],
)
def test_a_broken_constraint_is_known_by_its_name(values: str, name: str | None) -> None:
    with connection.cursor() as cursor, pytest.raises(IntegrityError) as caught, transaction.atomic():
        cursor.execute(f"INSERT INTO eggs VALUES {values}")  # noqa: S608 - the test's own values
    assert violated_constraint(caught.value) == name


def test_a_missing_parent_is_known_by_its_foreign_key() -> None:
    with connection.cursor() as cursor, pytest.raises(IntegrityError) as caught, transaction.atomic():
        cursor.execute("INSERT INTO eggs VALUES (2, 7, 50)")
    assert violated_constraint(caught.value) == "eggs_nest"


def test_an_error_that_no_server_sent_has_no_name() -> None:
    assert violated_constraint(IntegrityError("made up")) is None
    assert not is_row_refused(ProgrammingError("made up"))


def test_a_row_that_a_policy_refuses_is_told_from_a_right_that_is_missing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE eggs ENABLE ROW LEVEL SECURITY; GRANT INSERT ON eggs TO authenticated")
        cursor.execute("SET LOCAL ROLE authenticated")
        with pytest.raises(ProgrammingError) as refused, transaction.atomic():
            cursor.execute("INSERT INTO eggs VALUES (2, 1, 50)")
        with pytest.raises(ProgrammingError) as not_granted, transaction.atomic():
            cursor.execute("UPDATE eggs SET grams = 1")
        with pytest.raises(ProgrammingError) as misspelt, transaction.atomic():
            cursor.execute("SELECT FROM no_such_table")
    assert is_row_refused(refused.value)
    assert not is_row_refused(not_granted.value)
    assert not is_row_refused(misspelt.value)
