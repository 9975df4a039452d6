"""``manage.py erase`` and ``replay_erasures``. Killed at any step, erasing goes on where it was."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command

from accounts.erasure.hmacs import hmac_of
from accounts.erasure.steps import STEPS
from caferoam.api.principal import Principal
from caferoam.providers.storage.buckets import CHECKIN_PHOTOS
from caferoam.testing.database import database_url
from caferoam.testing.live import eventually
from caferoam.testing.members import join
from caferoam.testing.storage import StorageStub
from shops.tests.making import make_shop
from tests.leaving import belongings, live, traces

pytestmark = pytest.mark.slow

STEP_NAMES = [step.name for step in STEPS]
ERASED = {"public.account_deletions": 1}

type Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def shop(transactional_db: None) -> UUID:
    return make_shop("Fictional Beans").id


@pytest.fixture
def lived(member: Principal, owner: psycopg.Connection, shop: UUID, storage_stub: StorageStub) -> Principal:
    """A member who has done a little of everything."""
    live(owner, storage_stub, member, shop)
    return member


@pytest.fixture
def start(storage_stub: StorageStub) -> Iterator[Start]:
    """Starts ``manage.py`` with these arguments, on the workers' login; ends it with the test."""
    started: list[subprocess.Popen[str]] = []

    def run(*arguments: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=django_settings.BASE_DIR,
            env=os.environ | storage_stub.environment | {"DATABASE_URL": database_url("caferoam_worker")},
        )
        started.append(process)
        return process

    yield run
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def say(process: "subprocess.Popen[str]", line: str = "") -> None:
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


def heard(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().rstrip("\n")


def what_it_said(process: "subprocess.Popen[str]") -> tuple[str, str]:
    """Of one that did not do what was expected: it may never end by itself, so it is ended first."""
    process.kill()
    return process.communicate()


def test_killed_before_every_step_it_goes_on_there_and_leaves_nothing(
    new_members: Callable[[int], list[Principal]],
    owner: psycopg.Connection,
    shop: UUID,
    start: Start,
    storage_stub: StorageStub,
) -> None:
    member, other_member = new_members(2)
    live(owner, storage_stub, member, shop, check_ins=20)
    live(owner, storage_stub, other_member, shop)
    untouched = belongings(owner, storage_stub, other_member.user_id)
    for place, step in enumerate(STEP_NAMES):
        process = start("erase", "--user", str(member.user_id), "--now", "--yes", "--step-by-step")
        assert heard(process) == f"next: {step}; Enter to go on", what_it_said(process)
        if step == STEP_NAMES[-1]:
            say(process)
            assert process.wait(120) == 0
            break
        say(process)
        while not (line := heard(process)).startswith("next: "):
            assert line.startswith(f"{step}: "), line
        assert line == f"next: {STEP_NAMES[place + 1]}; Enter to go on"
        process.send_signal(signal.SIGKILL)
        assert process.wait(60) == -signal.SIGKILL
        assert owner.execute("SELECT step, attempts FROM account_deletions WHERE cancelled_at IS NULL").fetchone() == (
            step,
            place + 1,
        )
    assert traces(owner, storage_stub, member.user_id) == ERASED
    assert belongings(owner, storage_stub, other_member.user_id) == untouched
    (counts,) = owner.execute("SELECT counts FROM account_deletions WHERE purged_at IS NOT NULL").fetchone() or ({},)
    assert (counts["check_ins"], counts[CHECKIN_PHOTOS]) == (20, 121), "what was deleted is known in spite of it"


@pytest.mark.parametrize(
    "asked",
    [
        ("POST", "/object/list/checkin-photos", "begin"),
        ("DELETE", "/object/checkin-photos", "begin"),
        ("POST", "/object/list/exports", "begin"),
        ("DELETE", "/admin/users/", "provider_records"),
    ],
)
def test_killed_in_the_middle_of_a_step_it_does_that_step_again(
    asked: tuple[str, str, str], lived: Principal, start: Start, storage_stub: StorageStub, owner: psycopg.Connection
) -> None:
    member = lived
    method, path, step = asked
    storage_stub.slow(30, times=1, method=method, path=path)
    process = start("erase", "--user", str(member.user_id), "--now", "--yes")

    def is_there() -> bool:
        return any(seen.method == method and path in seen.path for seen in storage_stub.requests)

    assert eventually(is_there), what_it_said(process)
    process.send_signal(signal.SIGKILL)
    process.wait(60)
    assert owner.execute("SELECT step FROM account_deletions WHERE cancelled_at IS NULL").fetchone() == (step,)
    storage_stub.heal()
    again = start("erase", "--user", str(member.user_id), "--now", "--yes")
    assert again.wait(60) == 0, again.communicate()
    assert traces(owner, storage_stub, member.user_id) == ERASED


def test_killed_while_it_deletes_rows_it_has_deleted_none_of_them(
    lived: Principal, owner: psycopg.Connection, start: Start, storage_stub: StorageStub
) -> None:
    member = lived
    before = traces(owner, storage_stub, member.user_id)
    with owner.transaction():
        # What comes last in that step cannot be had yet.
        owner.execute("SELECT FROM django_admin_log WHERE object_id = %s FOR UPDATE", [str(member.user_id)])
        process = start("erase", "--user", str(member.user_id), "--now", "--yes")
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        assert eventually(lambda: owner.execute(waiting).fetchone() == (1,)), what_it_said(process)
        process.send_signal(signal.SIGKILL)
        process.wait(60)
    after = traces(owner, storage_stub, member.user_id)
    assert after["public.check_ins"] == before["public.check_ins"]
    assert owner.execute("SELECT step FROM account_deletions WHERE cancelled_at IS NULL").fetchone() == ("objects",)
    again = start("erase", "--user", str(member.user_id), "--now", "--yes")
    assert again.wait(60) == 0, again.communicate()
    assert traces(owner, storage_stub, member.user_id) == ERASED


def test_two_at_once_do_each_other_no_harm(
    lived: Principal, owner: psycopg.Connection, start: Start, storage_stub: StorageStub
) -> None:
    storage_stub.slow(0.3, path="/object/list/")  # so that they meet
    both = [start("erase", "--user", str(lived.user_id), "--now", "--yes") for _ in range(2)]
    for process in both:
        output, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
        assert "Nothing is left." in output or "This member was erased at" in output
    assert traces(owner, storage_stub, lived.user_id) == ERASED
    (counts,) = owner.execute("SELECT counts FROM account_deletions WHERE purged_at IS NOT NULL").fetchone() or ({},)
    assert (counts["check_ins"], counts["uploads"]) == (2, 8), "and rows are counted once"


def test_an_operator_can_stop_it(
    lived: Principal, owner: psycopg.Connection, start: Start, storage_stub: StorageStub
) -> None:
    process = start("erase", "--user", str(lived.user_id), "--now", "--yes", "--step-by-step")
    assert heard(process).startswith("next: begin")
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Stopped in step begin. What is done is done" in errors
    assert owner.execute("SELECT step FROM account_deletions WHERE cancelled_at IS NULL").fetchone() == ("",)


def test_it_says_what_it_does(
    lived: Principal, owner: psycopg.Connection, start: Start, storage_stub: StorageStub
) -> None:
    member = lived
    process = start("erase", "--user", str(member.user_id), "--now", "--yes")
    output, _ = process.communicate(timeout=60)
    lines = output.splitlines()
    assert process.returncode == 0
    assert "objects: 13 checkin-photos" in lines
    assert next(line for line in lines if line.startswith("rows: ")).startswith(
        "rows: 1 account_deletions, 2 check_ins,"
    )
    assert lines[-1] == "Nothing is left."
    again = start("erase", "--user", str(member.user_id), "--now", "--yes")
    assert again.communicate(timeout=60)[0].startswith("This member was erased at 20")
    assert again.returncode == 0


def test_it_asks_first_and_does_nothing_where_nobody_answers(
    member: Principal, owner: psycopg.Connection, start: Start
) -> None:
    process = start("erase", "--user", str(member.user_id), "--now")
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "There is nobody to ask: add --yes." in errors
    assert owner.execute("SELECT count(*) FROM account_deletions").fetchone() == (0,)


def test_without_now_the_member_keeps_the_days_to_take_it_back(
    member: Principal, owner: psycopg.Connection, worker_login: None
) -> None:
    told = StringIO()
    call_command("erase", "--user", str(member.user_id), "--yes", stdout=told)
    assert told.getvalue().startswith("Will be deleted after 20")
    assert owner.execute(
        "SELECT step, requested_by LIKE '% by manage.py', purge_after > now() + interval '13 days'"
        " FROM account_deletions"
    ).fetchone() == ("", True, True)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--user", str(uuid4()), "--now"], "nobody has the id"),
        (["--user", "me", "--now"], "no member's id"),
        (["--now"], "--user"),
        (["--user", str(uuid4()), "--step-by-step"], "--step-by-step goes with --now"),
    ],
)
def test_it_refuses_what_it_cannot_do(arguments: list[str], told: str, worker_login: None) -> None:
    with pytest.raises(CommandError, match=told):
        call_command("erase", *arguments, "--yes")


def test_a_provider_that_is_down_is_an_error_that_says_how_to_go_on(
    member: Principal, storage_stub: StorageStub, worker_login: None
) -> None:
    storage_stub.fail(503, retry_after=60, path="/storage/")
    with pytest.raises(CommandError, match=r"Step objects: Storage is busy: 503\. What is done is done"):
        call_command("erase", "--user", str(member.user_id), "--now", "--yes", stdout=StringIO())
    storage_stub.heal()
    call_command("erase", "--user", str(member.user_id), "--now", "--yes", stdout=StringIO())


def test_whoever_comes_back_with_a_backup_is_erased_again(
    new_members: Callable[[int], list[Principal]],
    owner: psycopg.Connection,
    storage_stub: StorageStub,
    worker_login: None,
    tmp_path: Path,
) -> None:
    member, other_member = new_members(2)
    call_command("erase", "--user", str(member.user_id), "--now", "--yes", stdout=StringIO())
    listed = StringIO()
    call_command("replay_erasures", "--list", stdout=listed)
    assert listed.getvalue().startswith(f"{hmac_of(member.user_id)} 20")
    # The backup is from before: nobody had left.
    owner.execute("DELETE FROM account_deletions")
    join(member)
    file = tmp_path / "log"
    file.write_text(f"[info] a member was erased: hmac={hmac_of(member.user_id)} x\n{listed.getvalue()}{'0' * 64}\n")

    told = StringIO()
    call_command("replay_erasures", "--hmacs", str(file), "--yes", stdout=told)

    assert "2 HMACs, 1 members who are back." in told.getvalue()
    assert traces(owner, storage_stub, member.user_id) == ERASED
    assert owner.execute("SELECT id FROM profiles").fetchall() == [(other_member.user_id,)]
    call_command("replay_erasures", "--hmacs", str(file), "--yes", stdout=told)
    assert "2 HMACs, 0 members who are back." in told.getvalue()


def test_a_file_without_hmacs_is_refused(worker_login: None, tmp_path: Path) -> None:
    file = tmp_path / "empty"
    file.write_text("0" * 65)
    with pytest.raises(CommandError, match="there is no HMAC"):
        call_command("replay_erasures", "--hmacs", str(file))
    with pytest.raises(CommandError, match="No such file"):
        call_command("replay_erasures", "--hmacs", str(tmp_path / "absent"))
