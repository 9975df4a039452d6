import json
import os
import stat
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from caferoam.local.discovery import adopt_running_stack, login_for
from caferoam.local.stack import CHECKOUT, LocalFiles, Stack, StackSecrets, is_running, try_lock
from caferoam.processes import Login

STACK = Stack(
    database_urls={"owner": "postgresql://owner", "api": "postgresql://api", "worker": "postgresql://worker"},
    common={"REDIS_URL": "redis://here", "CAFEROAM_ENV": "local"},
    supabase_secret_key="sb_secret_here",
    postgres_binaries="/wheel/bin",
)


@pytest.fixture
def files(tmp_path: Path) -> LocalFiles:
    files = LocalFiles(tmp_path / ".local")
    files.make()
    return files


@pytest.mark.parametrize(
    ("command", "login"),
    [
        ("migrate", "owner"),
        ("makemigrations", "owner"),
        ("dbshell", "owner"),
        ("sqlmigrate", "owner"),
        ("prepare_stack", "owner"),
        ("flush", "owner"),
        ("runserver", "api"),
        ("import_shops", "worker"),
        ("relay", "worker"),
        ("shell", "worker"),
        ("dev_token", "worker"),
    ],
)
def test_each_command_gets_the_login_it_needs(files: LocalFiles, command: str, login: Login) -> None:
    STACK.publish(files.stack)
    environment: dict[str, str] = {}
    with try_lock(files.lock) or pytest.fail("the lock is free"):
        adopt_running_stack(["manage.py", command, "--option"], environment, files)
    assert environment["DATABASE_URL"] == f"postgresql://{login}"
    assert environment["REDIS_URL"] == "redis://here"
    assert environment.get("SUPABASE_SECRET_KEY") == (None if login == "api" else "sb_secret_here")


def test_without_a_command_the_worker_login_is_taken() -> None:
    assert login_for(["manage.py"]) == "worker"


def test_a_database_named_by_the_user_is_left_alone(files: LocalFiles) -> None:
    STACK.publish(files.stack)
    environment = {"DATABASE_URL": "postgresql://elsewhere"}
    with try_lock(files.lock) or pytest.fail("the lock is free"):
        adopt_running_stack(["manage.py", "migrate"], environment, files)
    assert environment == {"DATABASE_URL": "postgresql://elsewhere"}


def test_what_the_shell_says_of_other_stacks_is_not_mixed_in(files: LocalFiles) -> None:
    STACK.publish(files.stack)
    environment = {
        "REDIS_URL": "redis://elsewhere",
        "CELERY_BROKER_URL": "redis://x",
        "PGHOST": "y",
        "LOG_LEVEL": "DEBUG",
    }
    with try_lock(files.lock) or pytest.fail("the lock is free"):
        adopt_running_stack(["manage.py", "shell"], environment, files)
    assert environment["REDIS_URL"] == "redis://here"
    assert not {"CELERY_BROKER_URL", "PGHOST"} & environment.keys()
    assert environment["LOG_LEVEL"] == "DEBUG", "what does not decide who is spoken to stays"


def test_what_a_dead_stack_left_is_not_believed(files: LocalFiles) -> None:
    STACK.publish(files.stack)
    environment: dict[str, str] = {}
    adopt_running_stack(["manage.py", "migrate"], environment, files)
    assert environment == {}


def test_a_stack_that_is_still_starting_is_not_adopted(files: LocalFiles) -> None:
    environment: dict[str, str] = {}
    with try_lock(files.lock) or pytest.fail("the lock is free"):
        adopt_running_stack(["manage.py", "migrate"], environment, files)
    assert environment == {}


def test_dbshell_finds_the_psql_that_came_with_the_server(files: LocalFiles) -> None:
    STACK.publish(files.stack)
    environment = {"PATH": "/usr/bin"}
    with try_lock(files.lock) or pytest.fail("the lock is free"):
        adopt_running_stack(["manage.py", "dbshell"], environment, files)
    assert environment["PATH"] == "/wheel/bin:/usr/bin"


def test_only_one_can_hold_the_lock_and_asking_takes_nothing_away(files: LocalFiles) -> None:
    assert not is_running(files)
    with try_lock(files.lock) or pytest.fail("the lock is free"):
        assert is_running(files)
        assert try_lock(files.lock) is None
    assert not is_running(files)


def test_secrets_are_made_once_and_private(files: LocalFiles) -> None:
    first = StackSecrets.load_or_make(files.secrets)
    assert StackSecrets.load_or_make(files.secrets) == first
    assert stat.S_IMODE(files.secrets.stat().st_mode) == 0o600
    assert len(set(asdict(first).values())) == len(asdict(first)), "no two are the same"


def test_a_secret_that_an_older_version_did_not_have_is_added_and_kept(files: LocalFiles) -> None:
    older = asdict(StackSecrets.load_or_make(files.secrets))
    del older["admin_password"]
    files.secrets.write_text(json.dumps(older))
    completed = StackSecrets.load_or_make(files.secrets)
    assert asdict(completed) == older | {"admin_password": completed.admin_password}
    assert StackSecrets.load_or_make(files.secrets) == completed


@pytest.mark.slow
def test_without_a_stack_a_command_says_how_to_start_one(tmp_path: Path) -> None:
    without_stack = {"PATH": os.environ["PATH"], "CAFEROAM_LOCAL_DIR": str(tmp_path)}
    command = subprocess.run(
        [sys.executable, "manage.py", "showmigrations"],
        cwd=CHECKOUT,
        env=without_stack,
        capture_output=True,
        text=True,
        check=False,
    )
    assert command.returncode != 0
    assert "`make run`" in command.stderr.splitlines()[-1]
