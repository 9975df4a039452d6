"""A real Chromium before a real ``make run``."""

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from caferoam.local.web.node import Node, NodeMissing
from tests.browser.stack import WebStack, shared_web_stack
from tests.browser.visitors import Visitor

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")

PATIENCE_MS = 60_000
"""For what a page does by itself, on a machine that is busy with other tests."""


def _missing() -> str:
    """Why no browser test can run here, or nothing."""
    if CHROMIUM is None:
        return "needs Chromium on the PATH (Debian: apt-get install chromium), or its path in CHROMIUM"
    try:
        Node.find()
    except NodeMissing as exc:
        return str(exc)
    return ""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say what is skipped where there is no browser."""
    here = Path(__file__).parent
    mine = [item for item in items if here in item.path.parents]
    reason = _missing() if mine else ""
    for item in mine:
        item.add_marker(pytest.mark.slow)
        if reason:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def web_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebStack]:
    """``make run``, shared by all processes of this run of tests; or one that runs in the folder CAFEROAM_WEB_STACK."""
    if running := os.environ.get("CAFEROAM_WEB_STACK"):
        yield WebStack.in_folder(Path(running))
        return
    base = tmp_path_factory.getbasetemp()
    with shared_web_stack((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "web-stack") as stack:
        yield stack


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Ends with the file: while it is there, its event loop keeps Django's database from being asked in this thread."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        # The sandbox needs rights that containers lack; a map needs WebGL, which is drawn in software.
        arguments = ["--no-sandbox", "--enable-unsafe-swiftshader"]
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield launched
        launched.close()


@pytest.fixture
def context(browser: Browser, web_stack: WebStack) -> Iterator[BrowserContext]:
    """A browser of somebody in Taipei who has never been here."""
    opened = browser.new_context(
        base_url=web_stack.web, locale="zh-TW", timezone_id="Asia/Taipei", viewport={"width": 1440, "height": 900}
    )
    opened.set_default_timeout(PATIENCE_MS)
    yield opened
    opened.close()


@pytest.fixture
def sign_up(web_stack: WebStack) -> Callable[..., Visitor]:
    """Makes somebody who has signed up, and agreed unless ``joined`` says otherwise."""

    def make(context: BrowserContext, *, joined: bool = True) -> Visitor:
        visitor = Visitor.sign_up(web_stack, f"{uuid.uuid4().hex}@example.com")
        if joined:
            visitor.join(web_stack)
        visitor.enter(context, web_stack)
        return visitor

    return make
