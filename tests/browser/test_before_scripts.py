"""A form may be sent before its script is there: on a slow phone, or where the script never comes."""

import pytest
from playwright.sync_api import Browser

from tests.browser.stack import WebStack


@pytest.mark.parametrize("path", ["/sign-in", "/sign-up", "/forgot-password"])
def test_what_is_typed_to_come_in_never_becomes_part_of_an_address(
    browser: Browser, web_stack: WebStack, path: str
) -> None:
    context = browser.new_context(base_url=web_stack.web, java_script_enabled=False)
    page = context.new_page()
    page.goto(path)
    fields = page.locator("main form input:is([type=email], [type=password])")
    assert fields.count()
    for field in fields.all():
        field.fill("typed@example.com")
    with page.expect_navigation():
        fields.last.press("Enter")
    assert page.url == f"{web_stack.web}{path}"
    context.close()
