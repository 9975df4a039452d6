"""What the database knows of the member: all it needs inside ``as_member``, nothing before or after."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, cast
from uuid import UUID

import psycopg
import pytest
from django.contrib.postgres.signals import get_citext_oids, get_hstore_oids
from django.db import DataError, ProgrammingError, connection, transaction
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from rest_framework.permissions import AllowAny

from caferoam.api.identity import (
    ConsentRequiredError,
    DeactivatedError,
    MemberState,
    UnboundStatementError,
    as_member,
    only_bound_statements,
)
from caferoam.api.principal import Principal
from caferoam.api.tests.urls import Me, whoami
from caferoam.tracing import Origin, working_for

pytestmark = [pytest.mark.urls("caferoam.api.tests.urls"), pytest.mark.usefixtures("api_login")]

NOBODY = {"login": "caferoam_api", "role": "anon", "claims": ""}

if TYPE_CHECKING:
    from functools import _lru_cache_wrapper


def visible_profiles() -> list[UUID]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM profiles")
        return [user_id for (user_id,) in cursor.fetchall()]


def test_the_database_knows_the_member_and_only_what_policies_need(member: Principal) -> None:
    with as_member(member):
        bound = whoami()
    assert bound["role"] == "authenticated"
    assert json.loads(bound["claims"]) == {
        "sub": str(member.user_id),
        "role": "authenticated",
        "aal": "aal1",
        "session_id": str(member.session_id),
        "is_anonymous": False,
    }


def job_context() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('caferoam.job_context', true)")
        (context,) = cursor.fetchone()
    return context or ""


def test_triggers_can_tell_which_request_a_job_comes_from_and_only_while_it_lasts(member: Principal) -> None:
    with working_for(Origin.of_request("request-1")):
        with as_member(member):
            assert json.loads(job_context())["_request_id"] == "request-1"
        assert job_context() == ""
    with as_member(member):
        assert job_context() == ""


def test_a_commit_ends_it(member: Principal) -> None:
    with as_member(member):
        pass
    assert whoami() == NOBODY


def test_an_error_ends_it(member: Principal) -> None:
    with pytest.raises(KeyError), as_member(member):
        raise KeyError
    assert whoami() == NOBODY


def test_a_failed_statement_ends_it(member: Principal) -> None:
    with pytest.raises(DataError), as_member(member), connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")
    assert whoami() == NOBODY


def test_a_rolled_back_savepoint_does_not_end_it(member: Principal) -> None:
    with as_member(member):
        with pytest.raises(DataError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        assert whoami()["role"] == "authenticated"


def test_members_who_take_turns_on_one_connection_never_see_each_other(
    member: Principal, other_member: Principal
) -> None:
    for _ in range(3):
        with as_member(member):
            assert visible_profiles() == [member.user_id]
        with as_member(other_member):
            assert visible_profiles() == [other_member.user_id]
            transaction.set_rollback(True)
        with pytest.raises(ProgrammingError, match="permission denied"):
            visible_profiles()


def test_a_forged_claim_cannot_be_smuggled_in_by_an_id(member: Principal) -> None:
    with as_member(member), connection.cursor() as cursor:
        cursor.execute("SELECT auth.uid()")
        assert cursor.fetchone() == (member.user_id,)


def test_who_is_not_active_is_let_in_only_where_that_state_is_admitted(
    member: Principal, newcomer: Principal, owner: psycopg.Connection
) -> None:
    def state(principal: Principal) -> MemberState:
        with as_member(principal, admitting=list(MemberState)) as found:
            return found

    assert state(newcomer) is MemberState.CONSENT_REQUIRED
    assert state(member) is MemberState.ACTIVE
    owner.execute("UPDATE profiles SET deactivated_at = now() WHERE id = %s", [member.user_id])
    assert state(member) is MemberState.DEACTIVATED
    owner.execute("INSERT INTO account_deletions (user_id) VALUES (%s)", [member.user_id])
    assert state(member) is MemberState.DELETION_PENDING
    owner.execute("UPDATE account_deletions SET cancelled_at = now()")
    assert state(member) is MemberState.DEACTIVATED
    for principal, error in ((newcomer, ConsentRequiredError), (member, DeactivatedError)):
        entered = False
        with pytest.raises(error), as_member(principal):
            entered = True
        assert not entered
        assert whoami() == NOBODY


def test_it_cannot_be_nested_or_begun_inside_a_transaction(member: Principal, other_member: Principal) -> None:
    with as_member(member), pytest.raises(RuntimeError, match="durable"), as_member(other_member):
        pass
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"), as_member(member):
        pass


def test_it_costs_one_statement(member: Principal) -> None:
    with CaptureQueriesContext(connection) as queries, as_member(member):
        pass
    assert [query["sql"].split()[0] for query in queries] == ["BEGIN", "SELECT", "COMMIT"]


def test_statements_of_a_member_end_after_five_seconds(member: Principal) -> None:
    with as_member(member), connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("5s",)


@pytest.mark.parametrize("statement", ["SET ROLE service_role", "CREATE TABLE public.mine ()", "TRUNCATE profiles"])
def test_the_login_itself_may_nearly_nothing(statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(statement)


class TestGuard:
    def test_it_stops_a_statement_outside_the_binding(self, member: Principal) -> None:
        with only_bound_statements():
            with pytest.raises(UnboundStatementError):
                whoami()
            with as_member(member):
                assert whoami()["role"] == "authenticated"
            with pytest.raises(UnboundStatementError):
                whoami()
        assert whoami() == NOBODY

    def test_it_lets_the_process_s_first_connection_ask_for_types(self, member: Principal) -> None:
        connection.close()
        for remembered in (get_hstore_oids, get_citext_oids):
            cast("_lru_cache_wrapper[object]", remembered).cache_clear()  # Django's stubs do not tell that it is cached
        with only_bound_statements(), as_member(member):
            assert whoami()["role"] == "authenticated"

    def test_it_stops_what_a_commit_hook_asks(self, member: Principal) -> None:
        with only_bound_statements(), pytest.raises(UnboundStatementError), as_member(member):
            transaction.on_commit(whoami)

    def test_a_member_s_view_answers_as_the_member(
        self, client: Client, bearer: Callable[[Principal], dict[str, str]], member: Principal
    ) -> None:
        body = client.get("/me", headers=bearer(member)).json()
        assert (body["user_id"], body["role"]) == (str(member.user_id), "authenticated")
        assert client.get("/role").json() == NOBODY, "the same connection, asked next by nobody"

    @pytest.mark.parametrize("path", ["/forgetful", "/lazy"])
    def test_a_view_that_forgets_to_bind_fails_loudly(
        self, bearer: Callable[[Principal], dict[str, str]], member: Principal, path: str
    ) -> None:
        with pytest.raises(UnboundStatementError):
            Client().get(path, headers=bearer(member))
        response = Client(raise_request_exception=False).get(path, headers=bearer(member))
        assert response.status_code == 500
        assert response["Content-Type"] == "application/problem+json"

    def test_a_view_without_its_permission_has_no_member_to_bind(self, caplog: pytest.LogCaptureFixture) -> None:
        class Unlocked(Me):
            permission_classes = (AllowAny,)

        assert Unlocked.as_view()(RequestFactory().get("/me")).status_code == 500
        assert "is the view's IsMember permission gone?" in caplog.text

    def test_a_closed_account_is_told_so(
        self,
        client: Client,
        bearer: Callable[[Principal], dict[str, str]],
        member: Principal,
        owner: psycopg.Connection,
    ) -> None:
        owner.execute("INSERT INTO account_deletions (user_id) VALUES (%s)", [member.user_id])
        response = client.get("/me", headers=bearer(member))
        assert (response.status_code, response.json()["code"]) == (403, "deletion_pending")
