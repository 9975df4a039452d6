"""The API is stopped: pages say so, nothing breaks, and they come back by themselves."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import pytest
from playwright.sync_api import BrowserContext, expect

from caferoam.local import ports
from caferoam.local.process import wait_until
from caferoam.local.programs import answers_http
from caferoam.local.stack import CHECKOUT
from caferoam.local.web.build import WebBuilds
from caferoam.local.web.node import Node
from caferoam.processes import process
from tests.browser.looking import listening, violations
from tests.browser.stack import WebStack
from tests.browser.texts import Texts
from tests.faults.proxy import Proxy

SHOP: Final = "00000000-0000-4000-8000-000000000000"
SORRY: Final = {"": "啡遊的伺服器暫時沒有回應", "/en": "CafeRoam’s server does not answer just now"}
COMES_BACK_WITHIN_MS: Final = 60_000
UNAVAILABLE: Final = "50[34]"
"""What a browser's console says of requests that failed, as they must here."""


@dataclass(frozen=True)
class LonelyWeb:
    """The web app alone. Where it looks for the API there is nothing, until somebody puts it at ``api_port``."""

    url: str
    api_port: int


@pytest.fixture(scope="module")
def lonely_web(web_stack: WebStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LonelyWeb]:
    web, build = process("web"), WebBuilds(CHECKOUT).last()
    port, api_port = ports.free_port(), ports.free_port()
    url = f"http://{ports.HOST}:{port}"
    log = tmp_path_factory.mktemp("lonely") / "web.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [Node.find().node, *web.command()[1:]],
            cwd=build.folder,
            env={
                "PATH": os.environ["PATH"],
                **web.addressed(port=port, host=ports.HOST),
                "NODE_ENV": "production",
                "BACKEND_INTERNAL_URL": f"http://{ports.HOST}:{api_port}",
                "WEB_URL": url,
                "SUPABASE_URL": web_stack.supabase,
                "SUPABASE_PUBLISHABLE_KEY": web_stack.supabase_publishable_key,
            },
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        wait_until(lambda: answers_http(f"{url}/about"), 120)
        yield LonelyWeb(url, api_port)
    finally:
        server.terminate()
        server.wait(60)
        build.release()
    assert "Unhandled" not in Path(log).read_text(encoding="utf-8")


@pytest.mark.parametrize("prefix", SORRY)
@pytest.mark.parametrize("path", ["/shops", f"/shops/{SHOP}", "/districts", "/districts/台北市/大安區"])
def test_a_page_that_needs_the_api_says_so_kindly(
    context: BrowserContext, lonely_web: LonelyWeb, path: str, prefix: str
) -> None:
    page = context.new_page()
    with listening(page, allowed=UNAVAILABLE) as complaints:
        page.goto(lonely_web.url + prefix + path)
        expect(page.get_by_role("alert").first).to_contain_text(SORRY[prefix])
    assert complaints == []
    assert violations(page) == []


@pytest.mark.parametrize("path", ["/", "/about", "/sign-in", "/no/such/page"])
def test_a_page_that_needs_no_api_is_there(context: BrowserContext, lonely_web: LonelyWeb, path: str) -> None:
    page = context.new_page()
    with listening(page, allowed=f"{UNAVAILABLE}|404") as complaints:
        page.goto(lonely_web.url + path)
        expect(page.locator("h1")).to_have_count(1)
    assert complaints == []


def test_a_page_comes_back_by_itself(context: BrowserContext, web_stack: WebStack, lonely_web: LonelyWeb) -> None:
    page = context.new_page()
    page.goto(f"{lonely_web.url}/districts")
    expect(page.get_by_role("alert").first).to_contain_text(SORRY[""])
    with Proxy(httpx.URL(web_stack.api).port or 0, port=lonely_web.api_port):
        expect(page.get_by_role("link", name="大安區").first).to_be_visible(timeout=COMES_BACK_WITHIN_MS)
        expect(page.get_by_role("alert").filter(has_text=SORRY[""])).to_have_count(0)


def test_a_proxied_request_is_refused_as_a_problem(lonely_web: LonelyWeb) -> None:
    answer = httpx.get(f"{lonely_web.url}/api/shops", headers={"X-Request-ID": "from-a-test"})
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert (answer.json()["code"], answer.headers["x-request-id"]) == ("backend_down", "from-a-test")
    assert int(answer.headers["retry-after"]) > 0


def test_without_a_network_the_page_says_so_until_it_is_back(context: BrowserContext, web_stack: WebStack) -> None:
    page = context.new_page()
    page.goto(f"{web_stack.web}/en/about", wait_until="networkidle")
    banner = page.get_by_role("status").filter(has_text=Texts("en")("common.offline"))
    expect(banner).to_have_count(0)
    context.set_offline(True)
    expect(banner).to_be_visible()
    context.set_offline(False)
    expect(banner).to_have_count(0)
