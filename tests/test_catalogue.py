"""The database's locks, read from its own catalogue. A planted hole must be found, or the walk proves nothing."""

import pytest
from django.db import connection

from caferoam.testing import catalogue

pytestmark = pytest.mark.django_db


def plant(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_every_table_has_row_security() -> None:
    assert catalogue.tables_without_row_security() == []
    plant("CREATE TABLE hole (id int)")
    assert catalogue.tables_without_row_security() == ["hole"]


def test_every_view_reads_as_its_caller() -> None:
    assert catalogue.views_that_ignore_row_security() == []
    plant("CREATE VIEW hole AS SELECT * FROM profiles")
    assert catalogue.views_that_ignore_row_security() == ["hole"]


def test_anon_and_authenticated_hold_the_meant_grants_and_no_other() -> None:
    meant = {(role, table, "SELECT") for role, table in catalogue.READABLE}
    meant |= {("authenticated", table, privilege) for table, privilege in catalogue.WRITABLE}
    assert catalogue.grants() == meant
    plant("GRANT TRUNCATE ON shops TO PUBLIC")
    plant("GRANT SELECT (text) ON shop_reviews TO anon")
    assert catalogue.grants() - meant == {
        ("anon", "shops", "TRUNCATE"),
        ("authenticated", "shops", "TRUNCATE"),
        ("anon", "shop_reviews", "SELECT"),
    }


def test_every_grant_has_its_policy() -> None:
    assert catalogue.grants_without_policy() == []
    plant("DROP POLICY profiles_select ON profiles")
    assert catalogue.grants_without_policy() == [("authenticated", "profiles", "SELECT")]
    plant("DROP POLICY lists_delete ON lists")
    assert ("authenticated", "lists", "DELETE") in catalogue.grants_without_policy()


def test_a_policy_serves_named_roles_and_one_command() -> None:
    assert catalogue.careless_policies() == []
    plant("CREATE POLICY open_door ON profiles USING (true)")
    assert catalogue.careless_policies() == ["profiles.open_door"]


def test_definer_functions_live_in_private_with_an_empty_search_path() -> None:
    assert catalogue.careless_definer_functions() == []
    assert catalogue.functions_without_search_path() == []
    plant("CREATE FUNCTION public.hole() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = '' AS 'SELECT 1'")
    plant("CREATE FUNCTION private.hole() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'")
    assert catalogue.careless_definer_functions() == ["hole()", "private.hole()"]
    assert catalogue.functions_without_search_path() == ["private.hole()"]


def test_members_may_call_the_named_functions_only() -> None:
    assert catalogue.callable_functions() == catalogue.CALLABLE
    plant("CREATE FUNCTION private.hole() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    assert catalogue.callable_functions() == catalogue.CALLABLE, "PUBLIC gets no EXECUTE by default"
    plant("GRANT EXECUTE ON FUNCTION private.hole() TO anon")
    assert catalogue.callable_functions() - catalogue.CALLABLE == {"private.hole()"}
