"""A form may be sent before its script is there: on a slow phone, or where the script never comes."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from tests.browser.stack import WebStack
from tests.browser.texts import Texts
from tests.browser.visitors import Visitor


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


def test_who_agrees_too_early_still_goes_where_they_wanted_afterwards(
    browser: Browser, web_stack: WebStack, sign_up: Callable[..., Visitor]
) -> None:
    context = browser.new_context(base_url=web_stack.web, java_script_enabled=False)
    sign_up(context, joined=False)
    page = context.new_page()
    page.goto("/consent?next=/stamps")
    with page.expect_navigation():
        page.get_by_role("button", name=Texts("zh-TW")("account.consent.submit"), exact=True).click()
    assert page.url == f"{web_stack.web}/consent?next=/stamps"
    context.close()
