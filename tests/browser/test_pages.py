"""Every page, in both languages, at two widths, in light and dark: nothing in anybody's way.

``CAFEROAM_SCREENSHOTS=folder`` keeps a picture of each.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import uuid4

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.looking import (
    SHIFT_MAX,
    go_dark,
    listening,
    overflows,
    save_screenshot,
    shifted,
    violations,
    watch_shifts,
)
from tests.browser.stack import ANSWER_PATIENCE_S, WebStack
from tests.browser.texts import Texts
from tests.browser.visitors import Visitor

SCREENSHOTS: Final = Path(os.environ["CAFEROAM_SCREENSHOTS"]) if os.environ.get("CAFEROAM_SCREENSHOTS") else None
LOCALES: Final = {"zh-TW": "", "en": "/en"}
WIDTHS: Final = {360: 780, 1440: 900}
QUESTION: Final = "有插座可以工作的安靜咖啡廳"


@dataclass(frozen=True)
class Shown:
    """A page: ``{shop}``, ``{list}`` and so on in its path are ids of what is there."""

    name: str
    path: str
    by: str = "guest"
    params: dict[str, str] = field(default_factory=dict)
    allowed: str = r"(?!)"
    """Errors in the console that belong to it, as a browser complains of a page that does not exist."""


PAGES: Final = [
    Shown("home", "/"),
    Shown("search-guest", "/search", params={"text": QUESTION}),
    Shown("search", "/search", "member", {"text": QUESTION}),
    Shown("search-nothing", "/search", "member", {"text": QUESTION, "city": "金門縣"}),
    Shown("directory", "/shops"),
    Shown("directory-filtered", "/shops", params={"city": "台北市", "mode": "work"}),
    Shown("directory-nothing", "/shops", params={"q": "沒有這家店"}),
    Shown("cafe", "/shops/{shop}"),
    Shown("cafe-member", "/shops/{shop}", "member"),
    Shown("districts", "/districts"),
    Shown("city", "/districts/台北市"),
    Shown("district", "/districts/台北市/大安區"),
    Shown("sign-in", "/sign-in"),
    Shown("sign-up", "/sign-up"),
    Shown("forgot-password", "/forgot-password"),
    Shown("new-password", "/new-password", "member"),
    Shown("consent", "/consent", "newcomer"),
    Shown("check-in", "/check-in/{shop}", "member"),
    Shown("check-ins", "/check-ins", "member"),
    Shown("stamps", "/stamps", "member"),
    Shown("stamps-none", "/stamps", "other"),
    Shown("lists", "/lists", "member"),
    Shown("lists-none", "/lists", "other"),
    Shown("list", "/lists/{list}", "member"),
    Shown("profile", "/profile", "member"),
    Shown("profile-delete", "/profile/delete", "member"),
    Shown("goodbye", "/goodbye"),
    Shown("deactivated", "/deactivated"),
    Shown("unsubscribe", "/unsubscribe/a-token"),
    Shown("restore", "/restore", "leaving"),
    Shown("privacy", "/privacy"),
    Shown("about", "/about"),
    Shown("not-found", "/no/such/page", allowed="404"),
]


@dataclass(frozen=True)
class Town:
    """A stack, one visitor of each kind, and the ids of what there is to see."""

    stack: WebStack
    people: dict[str, Visitor]
    ids: dict[str, str]


@pytest.fixture(scope="module")
def town(web_stack: WebStack) -> Town:
    """Let the people have what their pages show: the member has a check-in, a stamp and a list."""
    kinds = ("member", "other", "newcomer", "leaving")
    people = {kind: Visitor.sign_up(web_stack, f"{kind}-{uuid4().hex}@example.com") for kind in kinds}
    for kind in ("member", "other", "leaving"):
        people[kind].join(web_stack)
    found = httpx.get(f"{web_stack.api}/shops", params={"q": "月球郵局"}, timeout=ANSWER_PATIENCE_S)
    shop: str = found.json()["results"][0]["id"]
    member = people["member"]
    member.check_in(web_stack, shop)
    made = member.ask(web_stack, "POST", "/lists", json={"name": "想去的店"})
    member.ask(web_stack, "POST", f"/lists/{made['id']}/shops", json={"shop_id": shop, "note": "靠窗的位子"})
    people["leaving"].ask(web_stack, "DELETE", "/profile", json={"confirm": "刪除"})
    return Town(web_stack, people, {"shop": shop, "list": made["id"]})


@pytest.fixture(params=WIDTHS, ids=[f"{width}px" for width in WIDTHS])
def window(request: pytest.FixtureRequest, browser: Browser, web_stack: WebStack) -> Iterator[BrowserContext]:
    """A browser of nobody in particular, of either width."""
    context = browser.new_context(
        base_url=web_stack.web,
        locale="zh-TW",
        timezone_id="Asia/Taipei",
        viewport={"width": request.param, "height": WIDTHS[request.param]},
        reduced_motion="reduce",
    )
    yield context
    context.close()


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("shown", PAGES, ids=lambda shown: shown.name)
def test_a_page_is_for_everybody(window: BrowserContext, town: Town, shown: Shown, locale: str) -> None:
    if shown.by != "guest":
        town.people[shown.by].enter(window, town.stack)
    page = window.new_page()
    watch_shifts(page)
    path = (LOCALES[locale] + shown.path.format(**town.ids)).rstrip("/") or "/"
    with listening(page, allowed=shown.allowed) as complaints:
        page.goto(str(httpx.URL(path, params=shown.params)), wait_until="networkidle")
    assert httpx.URL(page.url).path == httpx.URL(path).path, "it led elsewhere"
    picture = f"{shown.name}-{locale}-{page.viewport_size['width'] if page.viewport_size else 0}"
    save_screenshot(page, SCREENSHOTS, picture)
    assert complaints == []
    assert page.locator("h1").count() == 1
    assert page.locator("html").get_attribute("lang") == {"zh-TW": "zh-Hant-TW", "en": "en"}[locale]
    assert not overflows(page), "it is wider than its window"
    assert shifted(page) < SHIFT_MAX
    assert violations(page) == []
    go_dark(page)
    assert violations(page) == []
    save_screenshot(page, SCREENSHOTS, f"{picture}-dark")


@pytest.mark.parametrize("path", ["/profile", "/check-in/{shop}", "/lists/{list}"])
def test_text_of_twice_the_size_fits_a_phone(browser: Browser, town: Town, path: str) -> None:
    context = browser.new_context(base_url=town.stack.web, viewport={"width": 360, "height": 780})
    town.people["member"].enter(context, town.stack)
    page = context.new_page()
    page.goto("/en" + path.format(**town.ids))
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert not overflows(page)
    context.close()


@pytest.mark.parametrize("locale", LOCALES)
def test_the_menu_tells_which_page_is_shown(context: BrowserContext, locale: str) -> None:
    texts = Texts(locale)
    page = context.new_page()
    page.goto(f"{LOCALES[locale]}/shops?mode=work", wait_until="networkidle")
    menu = page.get_by_role("navigation", name=texts("common.nav.label"))
    directory = menu.get_by_role("link", name=texts("common.nav.explore"))
    expect(directory).to_have_attribute("aria-current", "page")
    page.get_by_role("link", name=texts("common.nav.home")).click()
    expect(directory).not_to_have_attribute("aria-current", "page")
