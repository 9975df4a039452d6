"""The map beside a list of cafés: in step with it, reached by keyboard, and asking for what is in view alone."""

import re
from typing import Final
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, expect

from tests.browser.looking import listening
from tests.browser.stack import WebStack
from tests.browser.texts import Texts

TEXTS: Final = Texts("zh-TW")
CITY: Final = "/shops?city=台北市"


def the_map(page: Page) -> Locator:
    return page.get_by_role("region", name=TEXTS("search.map.title"))


def pins(page: Page) -> Locator:
    """Of single cafés: those of several say so by their number."""
    return the_map(page).get_by_role("button", name=re.compile("虛構"))


def test_list_and_map_are_in_step(context: BrowserContext) -> None:
    page = context.new_page()
    with listening(page) as complaints:
        page.goto(CITY, wait_until="networkidle")
        pin = pins(page).first
        expect(pin).to_be_visible()
        name = pin.get_attribute("title") or ""
        card = page.get_by_role("article").filter(has_text=name)
        card.hover()
        expect(pin).to_have_attribute("aria-current", "true")
        pin.click()
        expect(card.get_by_role("link", name=name)).to_be_focused()
    assert complaints == []


def test_arrow_keys_lead_from_pin_to_pin(context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(CITY, wait_until="networkidle")
    expect(pins(page).nth(1)).to_be_visible()
    pins(page).first.focus()
    reached = set()
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"):
        page.keyboard.press(key)
        reached.add(page.evaluate("document.activeElement.getAttribute('aria-label')"))
    assert len(reached) > 1
    page.keyboard.press("Escape")
    expect(page.get_by_label(TEXTS("search.map.canvas"))).to_be_focused()


def test_only_what_is_in_view_is_asked_for(context: BrowserContext) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        if urlsplit(request.url).path == "/api/shops":
            asked.append(request.url)

    page = context.new_page()
    page.on("request", note)
    page.goto(CITY, wait_until="networkidle")
    expect(pins(page).first).to_be_visible()
    page.get_by_role("button", name=TEXTS("search.map.zoomIn"), exact=True).click()
    expect(page.get_by_role("button", name=TEXTS("search.map.searchHere"))).to_be_visible()
    assert asked
    for url in asked:
        (box,) = parse_qs(urlsplit(url).query)["bbox"]
        west, south, east, north = map(float, box.split(","))
        assert west < east < west + 10
        assert south < north < south + 10


def test_a_phone_loads_the_map_when_it_is_wanted(browser: Browser, web_stack: WebStack) -> None:
    context = browser.new_context(base_url=web_stack.web, locale="zh-TW", viewport={"width": 360, "height": 780})
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    page.goto(CITY, wait_until="networkidle")
    assert "/map/style.json" not in asked
    page.get_by_role("button", name=TEXTS("search.map.showMap")).click()
    expect(pins(page).first).to_be_visible()
    assert "/map/style.json" in asked
    context.close()
