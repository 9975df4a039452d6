"""How much script a first visit has to load before it can do anything."""

import gzip
from typing import Final

from playwright.sync_api import BrowserContext, Response

from tests.browser.stack import WebStack

SCRIPT_MAX_BYTES: Final = 170_000
"""Of all scripts of the home page, each compressed by gzip."""


def test_home_loads_little_script(context: BrowserContext, web_stack: WebStack) -> None:
    scripts: dict[str, int] = {}

    def weigh(response: Response) -> None:
        if response.request.resource_type == "script":
            scripts[response.url.removeprefix(web_stack.web)] = len(gzip.compress(response.body()))

    page = context.new_page()
    page.on("response", weigh)
    page.goto("/", wait_until="networkidle")
    assert scripts
    assert sum(scripts.values()) <= SCRIPT_MAX_BYTES, scripts
