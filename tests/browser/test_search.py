"""What a search was understood to say can be taken off again, without any script."""

import re
from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.stack import WebStack
from tests.browser.texts import Texts
from tests.browser.visitors import Visitor

QUESTIONS: Final = {"zh-TW": ("", "可以工作的咖啡廳"), "en": ("/en", "a café to work in")}


@pytest.fixture
def page(browser: Browser, web_stack: WebStack, sign_up: Callable[..., Visitor]) -> Iterator[Page]:
    """Of a member whose browser runs no scripts."""
    context = browser.new_context(base_url=web_stack.web, java_script_enabled=False)
    sign_up(context)
    yield context.new_page()
    context.close()


def parameters(page: Page) -> set[tuple[str, str]]:
    return set(parse_qsl(urlsplit(page.url).query))


@pytest.mark.parametrize("locale", QUESTIONS)
def test_the_mood_of_the_words_is_taken_off_and_put_back(page: Page, locale: str) -> None:
    prefix, question = QUESTIONS[locale]
    texts = Texts(locale)
    chips = page.get_by_role("list", name=texts("search.understood.title"))

    def chip(label: str) -> Locator:
        """By all that it is called to those who do not see its cross."""
        called = rf"^{re.escape(label)}\s*{re.escape(texts('search.understood.remove'))}$"
        return chips.get_by_role("link", name=re.compile(called))

    mood = chip(texts("search.understood.mode", name=texts("common.mode.work")))
    ignored = chip(texts("search.understood.ignored.mode"))
    asked = {("text", question), ("city", "台北市")}
    page.goto(f"{prefix}/search?text={question}&city=台北市")
    expect(ignored).to_have_count(0)
    mood.click()
    expect(ignored).to_be_visible()
    expect(mood).to_have_count(0)
    assert parameters(page) == asked | {("modes", "ignore")}
    ignored.click()
    expect(mood).to_be_visible()
    assert parameters(page) == asked


def test_where_nothing_is_found_only_what_leaves_cafes_out_is_offered_to_be_taken_off(page: Page) -> None:
    texts = Texts("zh-TW")
    page.goto("/search?text=可以工作的安靜咖啡廳&city=金門縣")
    expect(page.get_by_text(texts("search.empty.title"))).to_be_visible()
    offers = page.get_by_role("link", name=re.compile(texts("search.empty.loosen", name=".+")))
    expect(offers).to_have_text([texts("search.empty.loosen", name="金門縣")])
