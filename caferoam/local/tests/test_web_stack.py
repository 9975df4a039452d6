"""The stack with its web app, which is built if it has to be."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from caferoam.local.process import wait_until
from caferoam.local.tests.running import RunningStack
from caferoam.local.web.node import Node, NodeMissing

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self").exists(), reason="finds left-over processes through /proc"),
]


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[RunningStack]:
    try:
        Node.find()
    except NodeMissing as exc:
        pytest.skip(str(exc))
    stack = RunningStack(tmp_path / "local", CAFEROAM_WEB="on")
    yield stack
    stack.end()


def remaining(answer: httpx.Response) -> int:
    """How many requests the asker has left."""
    assert answer.status_code == 200, answer.text
    return int(answer.headers["ratelimit-remaining"])


def test_the_web_app_stands_before_the_api_vouches_for_nobody_and_stops_with_the_rest(stack: RunningStack) -> None:
    api = stack.wait_until_up()
    web = str(stack.web)
    assert f"Web app     {web}" in stack.said
    common = json.loads((stack.folder / "stack.json").read_text())["common"]
    assert common["WEB_URL"] == web, "links in mail lead to it"
    with httpx.Client(base_url=web, timeout=30) as visitor:
        page = visitor.get("/")
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert visitor.get("/healthz.txt").text == "ok\n"
        [shop] = visitor.get("/api/shops", params={"limit": 1}).json()["results"]
        assert visitor.get(f"/api/shops/{shop['id']}").json()["name"] == shop["name"]
        # One machine, one visitor, however they ask and whoever they claim to be.
        asked = [
            (f"{base}/shops", {"X-Forwarded-For": f"203.0.113.{n}"}) for n in (1, 2) for base in (f"{web}/api", api)
        ]
        # A window of which much is left: in the midst of these it does not begin anew.
        assert wait_until(lambda: int(visitor.get(f"{api}/shops").headers["ratelimit-reset"]) > 30, 120)
        left = [remaining(visitor.get(url, headers=headers)) for url, headers in asked]
        assert left == [left[0] - n for n in range(len(asked))]
    [server] = [pid for pid, command in stack.processes().items() if command.startswith("next-server")]
    assert "SECRET_KEY" not in Path(f"/proc/{server}/environ").read_text()

    stack.process.terminate()
    assert stack.wait_until_ended() == 0
    assert stack.processes() == {}
