from pathlib import Path

import pytest

from caferoam.local.errors import LocalStackError
from caferoam.local.web.node import Node
from caferoam.local.web.program import WebApp, web_program
from caferoam.processes import process

TOLD = {
    "BACKEND_INTERNAL_URL": "http://127.0.0.1:8000",
    "SECRET_KEY": "secret",
    "REDIS_URL": "redis://secret",
    "WEB_URL": "http://127.0.0.1:4242",
    "SUPABASE_URL": "http://127.0.0.1:1",
    "SUPABASE_PUBLISHABLE_KEY": "sb_publishable_1",
}


@pytest.fixture
def without_node(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.usefixtures("without_node")
def test_without_node_a_stack_goes_without_and_says_why() -> None:
    web = WebApp({})
    assert not web.is_wanted
    assert "Node.js" in web.why_not


@pytest.mark.usefixtures("without_node")
def test_without_node_a_stack_that_must_have_a_web_app_does_not_start() -> None:
    with pytest.raises(LocalStackError, match=r"CAFEROAM_WEB is on, but Node\.js"):
        WebApp({"CAFEROAM_WEB": "on"})


def test_a_stack_can_go_without_on_purpose() -> None:
    web = WebApp({"CAFEROAM_WEB": "off"})
    assert (web.is_wanted, web.why_not) == (False, "CAFEROAM_WEB is off")


def test_what_is_no_choice_is_refused_by_name() -> None:
    with pytest.raises(LocalStackError, match="CAFEROAM_WEB must be one of auto, on, off, not 'yes'"):
        WebApp({"CAFEROAM_WEB": "yes"})


def test_the_web_app_is_told_what_its_row_in_the_table_needs_and_no_secret(tmp_path: Path) -> None:
    program = web_program(Node("node", "npm"), tmp_path, port=4242, told=TOLD)
    assert program.command == ("node", *process("web").command()[1:])
    assert program.directory == tmp_path
    assert set(process("web").needs) <= program.variables.keys()
    assert program.variables["BACKEND_INTERNAL_URL"] == "http://127.0.0.1:8000"
    assert (program.variables["PORT"], program.variables["HOSTNAME"]) == ("4242", "127.0.0.1")
    assert not [value for value in program.variables.values() if "secret" in value]
    assert program.login is None
