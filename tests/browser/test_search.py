"""What a search was understood to say can be taken off again, without any script, and by keyboard."""

import re
from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

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


def chip(page: Page, texts: Texts, label: str) -> Locator:
    """By all that it is called to those who do not see its cross."""
    called = rf"^{re.escape(label)}\s*{re.escape(texts('search.understood.remove'))}$"
    chips = page.get_by_role("list", name=texts("search.understood.title"))
    return chips.get_by_role("link", name=re.compile(called))


def parameters(page: Page) -> set[tuple[str, str]]:
    return set(parse_qsl(urlsplit(page.url).query))


@pytest.mark.parametrize("locale", QUESTIONS)
def test_the_mood_of_the_words_is_taken_off_and_put_back(page: Page, locale: str) -> None:
    prefix, question = QUESTIONS[locale]
    texts = Texts(locale)
    mood = chip(page, texts, texts("search.understood.mode", name=texts("common.mode.work")))
    ignored = chip(page, texts, texts("search.understood.ignored.mode"))
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


def test_who_takes_a_place_or_the_mood_off_by_keyboard_stays_there(
    context: BrowserContext, sign_up: Callable[..., Visitor]
) -> None:
    texts = Texts("zh-TW")
    sign_up(context)
    page = context.new_page()
    page.goto("/search?text=台北可以工作的咖啡廳", wait_until="networkidle")
    mood = texts("search.understood.mode", name=texts("common.mode.work"))
    for label, kind in ((mood, "mode"), ("台北市", "area")):
        chip(page, texts, label).press("Enter")
        expect(chip(page, texts, texts(f"search.understood.ignored.{kind}"))).to_be_focused()
