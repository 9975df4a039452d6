"""Addresses that lead nowhere, and what nobody foresaw: said in the visitor's language, with a way on."""

from typing import Final

import httpx
import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.stack import ANSWER_PATIENCE_S, WebStack
from tests.browser.texts import Texts

LOCALES: Final = {"zh-TW": "", "en": "/en"}


@pytest.mark.parametrize("locale", LOCALES)
def test_a_page_that_fails_can_be_tried_again(context: BrowserContext, locale: str) -> None:
    texts = Texts(locale)
    page = context.new_page()
    page.route("**/api/shops?*", lambda route: route.fulfill(json={"results": [None], "facets": {"total": 1}}))
    page.goto(LOCALES[locale] or "/")
    expect(page.get_by_role("heading", level=1, name=texts("common.problem.title"))).to_be_visible()
    page.unroute("**/api/shops?*")
    page.get_by_role("alert").get_by_role("button", name=texts("common.problem.again")).click()
    expect(page.get_by_role("heading", name=texts("home.live.title"))).to_be_visible()
    expect(page.get_by_role("alert").filter(has_text=texts("common.problem.title"))).to_have_count(0)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("path", ["/台北.html", "/某.地方/x", "/districts/台北市.json"])
def test_a_path_with_a_dot_that_leads_nowhere_says_so(context: BrowserContext, path: str, locale: str) -> None:
    page = context.new_page()
    answer = page.goto(LOCALES[locale] + path)
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_role("heading", level=1, name=Texts(locale)("common.notFound.title"))).to_be_visible()
    assert page.locator("html").get_attribute("lang") == {"zh-TW": "zh-Hant-TW", "en": "en"}[locale]


@pytest.mark.parametrize(
    "path", ["/robots.txt", "/icon.svg", "/apple-icon", "/manifest.webmanifest", "/map/style.json"]
)
def test_files_are_not_taken_for_pages(web_stack: WebStack, path: str) -> None:
    answer = httpx.get(web_stack.web + path, timeout=ANSWER_PATIENCE_S)
    assert answer.status_code == 200
    assert "html" not in answer.headers["content-type"]


@pytest.mark.parametrize("path", ["/", "/en", "/districts/台北市/大安區"])
def test_the_picture_of_a_link_preview_is_where_the_page_says(web_stack: WebStack, path: str) -> None:
    head = httpx.get(web_stack.web + path, timeout=ANSWER_PATIENCE_S).text
    address = head.split('<meta property="og:image" content="')[1].split('"')[0]
    answer = httpx.get(address, timeout=ANSWER_PATIENCE_S)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
