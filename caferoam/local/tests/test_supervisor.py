"""The whole stack, started and stopped for real in a folder of its own."""

import email
import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from email.policy import default
from pathlib import Path

import httpx
import psycopg
import pytest

from caferoam.local.postgres import PostgresServer
from caferoam.local.process import wait_until
from caferoam.local.provision import DATABASE
from caferoam.local.stack import CHECKOUT
from caferoam.local.tests.running import RunningStack
from caferoam.testing.metrics import samples

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self").exists(), reason="finds left-over processes through /proc"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all tests here: what the first one made, the second one finds again."""
    return tmp_path_factory.mktemp("stack") / "local"


@pytest.fixture
def stack(folder: Path) -> Iterator[RunningStack]:
    stack = RunningStack(folder)
    yield stack
    stack.end()


def test_one_stack_runs_answers_a_search_and_leaves_no_process_behind_at_sigterm(stack: RunningStack) -> None:
    api = stack.wait_until_up()
    token = stack.command("manage.py", "dev_token", "guest@example.com").stdout.strip()
    answer = httpx.get(
        f"{api}/search",
        params={"text": "有插座可以工作的安靜咖啡廳"},
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
    )
    assert answer.status_code == 200, answer.text
    assert httpx.get(f"{api}/readyz", timeout=30).json()["status"] == "ready"
    numbers = samples(httpx.get(stack.metrics, timeout=30).text)
    assert numbers["caferoam_http_requests_total method=GET route=/search status=2xx"] == 1, (
        "counted by another process"
    )
    assert numbers["caferoam_up dependency=database"] == 1
    assert {"api     |", "relay   |", "worker  |", "beat    |", "admin   |"} <= {
        line[:9] for line in stack.said.splitlines()
    }
    assert f"curl -G {api}/search -H 'Authorization: Bearer " in stack.said

    with httpx.Client(base_url=json.loads((stack.folder / "run.json").read_text())["admin"], timeout=30) as operator:
        operator.get("/login/")
        [password] = re.findall(r"log in as admin with (\S+)", stack.said)
        login = {
            "username": "admin",
            "password": password,
            "csrfmiddlewaretoken": operator.cookies["caferoam_admin_form"],
        }
        assert operator.post("/login/", data=login).status_code == 302
        assert "enrich_shop" in operator.get("/").text

    assert stack.command("manage.py", "send_digest").returncode == 0
    assert wait_until(lambda: any((stack.folder / "mail").glob("digest-*/*.eml")), 120), stack.said
    [file] = (stack.folder / "mail").glob("digest-*/*.eml")
    mail = email.message_from_bytes(file.read_bytes(), policy=default)
    assert mail["To"] == "guest@example.com"
    body = mail.get_body(("plain",))
    assert body is not None
    # The web app's front page aside: here it is the API's, which has none.
    links = [link for link in re.findall(r"http://\S+", body.get_content()) if link != api]
    assert {link.rpartition("/")[0] for link in links} >= {f"{api}/shops", f"{api}/unsubscribe"}
    assert {httpx.get(link, timeout=30).status_code for link in links} == {200}

    second = stack.command("-m", "caferoam.local", "run")
    assert second.stdout == f"make run: already running in this checkout ({api}): stop that one first\n"
    assert second.returncode == 1

    stack.process.send_signal(signal.SIGTERM)
    assert stack.wait_until_ended() == 0
    assert stack.processes() == {}
    assert not (stack.folder / "run.json").exists()
    assert not (stack.folder / "stack.json").exists()


def test_a_second_run_finds_the_data_again_and_a_dead_child_stops_it_all_with_one_clear_line(
    stack: RunningStack,
) -> None:
    api = stack.wait_until_up()
    assert "No migrations to apply" in stack.said
    assert "Demo cafés: not loaded" in stack.said
    assert httpx.get(f"{api}/shops", timeout=30).json()["results"]
    [relay] = [pid for pid, command in stack.processes().items() if "manage.py relay" in command]
    os.kill(relay, signal.SIGKILL)
    assert stack.wait_until_ended() == 1
    assert stack.processes() == {}
    last_words = stack.said[stack.said.rindex("make run:") :].splitlines()
    assert last_words[0].startswith("make run: relay was killed by signal 9 and everything was stopped:")


def test_a_members_whole_life_goes_as_the_walk_in_docs_has_it(stack: RunningStack) -> None:
    stack.wait_until_up()
    walk = subprocess.run(
        ["bash", "docs/member-life.sh"],
        cwd=CHECKOUT,
        env=stack.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert walk.returncode == 0, walk.stdout + walk.stderr
    assert walk.stdout.endswith("requests, no surprise.\n")


def test_a_job_that_takes_too_long_is_given_back_and_burns_no_attempt(folder: Path) -> None:
    stack = RunningStack(folder, CAFEROAM_LOCAL_SETTINGS="caferoam.jobs.tests.live.settings")
    try:
        stack.wait_until_up()
        worker_url = json.loads((folder / "stack.json").read_text())["database_urls"]["worker"]
        with psycopg.connect(worker_url, autocommit=True) as connection:
            connection.execute("SELECT private.enqueue_job_v2('live_note', '{\"seconds\": \"60\"}')")
            running = "SELECT FROM job_queue WHERE job_type = 'live_note' AND status = 'claimed' AND attempts = 1"
            assert wait_until(lambda: connection.execute(running).rowcount == 1, 60), stack.said
        stack.process.send_signal(signal.SIGINT)
        # One of the demo cafés may be at work beside it.
        stopping = r"stopping: [12] running jobs have 8 s to finish"
        assert wait_until(lambda: re.search(stopping, stack.said) is not None, 30), stack.said
        stack.process.send_signal(signal.SIGINT)
        assert stack.wait_until_ended() == 0
    finally:
        stack.end()
    with PostgresServer(folder / "postgres") as server, psycopg.connect(server.dsn(DATABASE)) as connection:
        row = connection.execute("SELECT status, attempts, max_attempts FROM job_queue WHERE job_type = 'live_note'")
        assert row.fetchone() == ("pending", 1, 4)
