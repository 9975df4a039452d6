"""Every table of schema ``public``, asked for every verb by its owner, a stranger and nobody, in plain SQL.

The statements run on the API's own login, bound as a request is: what a slip in a view would do, the database does not.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, LiteralString, cast

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import InsufficientPrivilege

from caferoam.api.principal import Principal
from tests.identity.belongings import Belongings
from tests.identity.tables import TABLES, Closed, OfCafes, OfMembers
from tests.identity.world import World

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

DENIED: Final = "permission denied"
REFUSED: Final = "violates row-level security"
VIEW: Final = "55000"
"""Of a view that cannot be written to at all."""
WRITES: Final = ("INSERT", "UPDATE", "DELETE")

type Outcome = int | str
"""Rows, or how it was refused, or the SQLSTATE of what went wrong otherwise."""
type Run = Callable[[str, sql.Composed], Outcome]
"""Runs a statement, as one of the callers, and takes it back."""

OF_MEMBERS: Final = {name: rules for name, rules in TABLES.items() if isinstance(rules, OfMembers)}
OF_CAFES: Final = {name: rules for name, rules in TABLES.items() if isinstance(rules, OfCafes)}
CLOSED: Final = [name for name, rules in TABLES.items() if isinstance(rules, Closed)]


@pytest.fixture
def run(api_login: psycopg.Connection, hers: Belongings, his: Belongings) -> Run:
    """The callers are ``owner`` (she), ``stranger`` (he), ``anon``, and three that should not be possible: ``forger``,
    whose claims name another role, ``nobody``, who is authenticated without being anyone, and ``leftover``, on a
    connection whose claims are still hers but whose role is not.
    """
    # What names another member's rows is hers, whoever asks.
    values = {"member": hers.member.user_id, "list": hers.list, "shop": hers.cafes.another, "photo": hers.photo}

    def run(caller: str, statement: sql.Composed) -> Outcome:
        with api_login.transaction(force_rollback=True):
            bind(api_login, caller, hers.member, his.member)
            try:
                return api_login.execute(statement, values).rowcount
            except psycopg.Error as exc:
                return outcome_of(exc)

    return run


def bind(connection: psycopg.Connection, caller: str, owner: Principal, stranger: Principal) -> None:
    """What ``identity.as_member`` does, and what it must never do."""
    claims: Mapping[str, dict[str, object]] = {
        "owner": {"sub": str(owner.user_id), "role": "authenticated"},
        "stranger": {"sub": str(stranger.user_id), "role": "authenticated"},
        "forger": {
            "sub": str(stranger.user_id),
            "role": "service_role",
            "user_id": str(owner.user_id),
            "user_metadata": {"role": "admin", "sub": str(owner.user_id)},
        },
        "nobody": {},
        "leftover": {"sub": str(owner.user_id), "role": "authenticated"},
        "anon": {},
    }
    role = "anon" if caller in {"anon", "leftover"} else "authenticated"
    connection.execute(
        "SELECT set_config('request.jwt.claims', %s, true), set_config('role', %s, true)",
        [json.dumps(claims[caller]), role],
    )


def outcome_of(exc: psycopg.Error) -> str:
    told = exc.diag.message_primary or ""
    if isinstance(exc, InsufficientPrivilege):
        return next(kind for kind in (DENIED, REFUSED) if kind in told)
    return exc.sqlstate or told


def composed(template: LiteralString, *, where: LiteralString = "", **names: str) -> sql.Composed:
    """A statement about a table and perhaps a column. ``where`` is a condition of ``tables.py``."""
    statement = sql.SQL(template).format(**{key: sql.Identifier(name) for key, name in names.items()})
    return statement + sql.SQL(" WHERE ") + sql.SQL(where) if where else statement


def tables_of(connection: psycopg.Connection) -> set[str]:
    return {
        name
        for (name,) in connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " AND relkind IN ('r', 'p', 'v', 'm', 'f')"
        )
    }


def columns_of(connection: psycopg.Connection) -> list[tuple[str, str]]:
    return connection.execute(
        "SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
        " AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, 2"
    ).fetchall()


@contextmanager
def planted(owner: psycopg.Connection, plant: LiteralString, uproot: LiteralString) -> Iterator[None]:
    owner.execute(plant)
    try:
        yield
    finally:
        owner.execute(uproot)


def test_something_is_said_of_every_table(world: World) -> None:
    assert tables_of(world.owner) == TABLES.keys()
    with planted(world.owner, "CREATE TABLE hole (id int)", "DROP TABLE hole"):
        assert tables_of(world.owner) - TABLES.keys() == {"hole"}


def test_members_see_their_own_rows_and_nobody_elses(run: Run) -> None:
    seen = {
        name: {
            caller: run(caller, composed("SELECT FROM {table} AS t", where=rules.whose, table=name))
            for caller in ("owner", "stranger", "forger", "nobody", "leftover", "anon")
        }
        for name, rules in OF_MEMBERS.items()
    }
    own = {name: cast("int", callers["owner"]) for name, callers in seen.items()}
    assert min(own.values()) >= 1, own
    assert seen == {
        name: {
            "owner": own[name],
            "stranger": 0,
            "forger": 0,
            "nobody": 0,
            "leftover": DENIED,
            "anon": DENIED,
        }
        for name in OF_MEMBERS
    }


def test_without_any_condition_members_still_see_no_more_than_their_own_rows(run: Run) -> None:
    everything = {name: run("owner", composed("SELECT FROM {table}", table=name)) for name in OF_MEMBERS}
    own = {
        name: run("owner", composed("SELECT FROM {table} AS t", where=rules.whose, table=name))
        for name, rules in OF_MEMBERS.items()
    }
    assert everything == own


def test_rows_are_added_by_members_for_themselves_alone(run: Run) -> None:
    done = {
        name: {
            caller: run(caller, composed(rules.insert)) for caller in ("owner", "stranger", "forger", "nobody", "anon")
        }
        for name, rules in OF_MEMBERS.items()
        if rules.insert
    }
    # Her profile is there already, of which the database tells her alone.
    own = {"profiles": "23505"}
    assert done == {
        name: {
            "owner": own.get(name, 1),
            "stranger": REFUSED,
            "forger": REFUSED,
            "nobody": REFUSED,
            "anon": DENIED,
        }
        for name in done
    }


def test_a_row_that_is_there_is_not_taken_over_by_adding_it_once_more(run: Run) -> None:
    takeovers: tuple[LiteralString, ...] = (
        "INSERT INTO profiles (id) VALUES (%(member)s) ON CONFLICT (id) DO UPDATE SET display_name = 'his'",
        "INSERT INTO list_items (list_id, shop_id, position) VALUES (%(list)s, %(shop)s, 1)"  # noqa: ISC004 - one text
        " ON CONFLICT (list_id, shop_id) DO UPDATE SET note = 'his'",
    )
    assert {run("stranger", composed(takeover)) for takeover in takeovers} == {REFUSED}


def test_rows_are_changed_by_their_member_alone(run: Run) -> None:
    def change(caller: str, name: str, column: str, whose: LiteralString) -> Outcome:
        return run(
            caller,
            composed("UPDATE {table} AS t SET {column} = {column}", where=whose, table=name, column=column),
        )

    done = {
        (name, column): [
            change(caller, name, column, rules.whose) for caller in ("owner", "stranger", "nobody", "anon")
        ]
        for name, rules in OF_MEMBERS.items()
        for column in rules.updatable
    }
    assert done == {key: [1, 0, 0, DENIED] for key in done}


def test_rows_are_deleted_by_their_member_alone_and_only_where_that_is_meant(run: Run) -> None:
    def delete(caller: str, name: str, rules: OfMembers) -> Outcome:
        return run(caller, composed("DELETE FROM {table} AS t", where=rules.whose, table=name))

    def deletable(name: str, rules: OfMembers) -> Outcome:
        return run(
            "owner", composed("SELECT FROM {table} AS t", where=rules.whose + " AND " + rules.deletes, table=name)
        )

    done = {
        name: [delete(caller, name, rules) for caller in ("owner", "stranger", "nobody", "anon")]
        for name, rules in OF_MEMBERS.items()
    }
    assert done == {
        name: [deletable(name, rules), 0, 0, DENIED] if rules.deletes else [DENIED] * 4
        for name, rules in OF_MEMBERS.items()
    }
    assert all(outcomes[0] for outcomes in done.values())


def test_columns_that_are_not_the_members_to_say_are_refused_one_by_one(run: Run, world: World) -> None:
    """``pdpa_consent_at`` of a profile, ``status`` of an upload, ``user_id`` of a list, ``purge_after`` of a deletion:
    whatever the statement does, naming such a column ends it.
    """
    writable = {
        (verb, name, column)
        for name, rules in OF_MEMBERS.items()
        for verb, columns in (("INSERT", rules.insertable), ("UPDATE", rules.updatable))
        for column in columns
    }
    statements: dict[str, LiteralString] = {
        "INSERT": "INSERT INTO {table} ({column}) VALUES (DEFAULT)",
        "UPDATE": "UPDATE {table} SET {column} = DEFAULT WHERE false",
    }
    columns = columns_of(world.owner)
    found = {
        (verb, name, column)
        for name, column in columns
        for verb, statement in statements.items()
        if run("owner", composed(statement, table=name, column=column)) != DENIED
    }
    assert found == writable
    for named in (
        ("profiles", "pdpa_consent_at"),
        ("profiles", "email_opt_in"),
        ("uploads", "status"),
        ("uploads", "path"),
        ("check_ins", "created_at"),
        ("lists", "user_id"),
        ("account_deletions", "purge_after"),
    ):
        assert named in columns, "the walk has seen what it is about"


@pytest.mark.parametrize("caller", ["owner", "stranger", "forger", "nobody", "anon"])
def test_closed_tables_are_closed_to_everybody(run: Run, world: World, caller: str) -> None:
    columns = dict(columns_of(world.owner))
    found = {
        name: {
            "SELECT": run(caller, composed("SELECT FROM {table}", table=name)),
            "INSERT": run(caller, composed("INSERT INTO {table} DEFAULT VALUES", table=name)),
            "UPDATE": run(caller, composed("UPDATE {table} SET {column} = DEFAULT", table=name, column=columns[name])),
            "DELETE": run(caller, composed("DELETE FROM {table}", table=name)),
        }
        for name in CLOSED
    }
    assert found == dict.fromkeys(CLOSED, dict.fromkeys(("SELECT", *WRITES), DENIED))


@pytest.mark.parametrize("caller", ["owner", "anon"])
def test_the_public_sees_live_cafes_and_changes_none(run: Run, world: World, caller: str) -> None:
    columns = {**dict(columns_of(world.owner)), "effective_shop_tags": "confidence"}
    for name, rules in OF_CAFES.items():
        meant = world.owner.execute(composed("SELECT FROM {table} AS t", where=rules.seen, table=name)).rowcount
        assert meant >= 1, name
        open_to_caller = rules.to_anon or caller == "owner"
        found = [
            run(caller, composed("SELECT FROM {table}", table=name)),
            run(caller, composed("INSERT INTO {table} DEFAULT VALUES", table=name)),
            run(caller, composed("UPDATE {table} SET {column} = DEFAULT", table=name, column=columns[name])),
            run(caller, composed("DELETE FROM {table}", table=name)),
        ]
        writes = [VIEW if name == "effective_shop_tags" else DENIED] * 3
        assert found == [meant if open_to_caller else DENIED, *writes], name


@pytest.mark.parametrize("caller", ["owner", "anon"])
def test_of_cafes_the_public_sees_all_columns_but_those_that_are_hidden(run: Run, world: World, caller: str) -> None:
    for name, rules in OF_CAFES.items():
        columns = {column for table, column in columns_of(world.owner) if table == name}
        select: LiteralString = "SELECT {column} FROM {table}"
        denied = {column for column in columns if run(caller, composed(select, table=name, column=column)) == DENIED}
        assert denied == (rules.hidden if rules.to_anon or caller == "owner" else columns), name


@pytest.mark.parametrize("caller", ["owner", "anon"])
def test_nothing_is_emptied(run: Run, caller: str) -> None:
    found = {
        name: run(caller, composed("TRUNCATE {table} CASCADE", table=name))
        for name in TABLES
        if name != "effective_shop_tags"
    }
    assert found == dict.fromkeys(found, DENIED)


@pytest.mark.parametrize("caller", ["owner", "anon"])
def test_nothing_outside_public_is_read(run: Run, world: World, caller: str) -> None:
    elsewhere = world.owner.execute(
        "SELECT relnamespace::regnamespace::text, relname FROM pg_class"
        " WHERE relkind IN ('r', 'p', 'v', 'm') AND relnamespace::regnamespace::text"
        " NOT IN ('public', 'pg_catalog', 'information_schema', 'pg_toast')"
    ).fetchall()
    assert ("auth", "users") in elsewhere
    found = {
        (schema, name): run(caller, sql.SQL("SELECT FROM {}").format(sql.Identifier(schema, name)))
        for schema, name in elsewhere
    }
    assert found == dict.fromkeys(found, DENIED)


def test_a_hole_in_the_policies_would_be_found(run: Run, world: World) -> None:
    """The walk above means something: with one policy too wide, the stranger sees her list."""
    hers = composed("SELECT FROM {table} AS t", where=OF_MEMBERS["lists"].whose, table="lists")
    assert run("stranger", hers) == 0
    with planted(
        world.owner,
        "CREATE POLICY hole ON lists FOR SELECT TO authenticated USING (true)",
        "DROP POLICY hole ON lists",
    ):
        assert run("stranger", hers) == 1
