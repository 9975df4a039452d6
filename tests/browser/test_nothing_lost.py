"""What somebody has typed or chosen stays with them, whatever they press and whatever fails."""

import json
import re
from collections.abc import Callable
from typing import Any, Final

import pytest
from playwright.sync_api import BrowserContext, Dialog, Page, Route, expect

from tests.browser.stack import WebStack
from tests.browser.texts import Texts
from tests.browser.visitors import Visitor, photo

NAME_MAX: Final = 60
SAY: Final = Texts("zh-TW")


def some_shop(visitor: Visitor, stack: WebStack) -> dict[str, Any]:
    found: dict[str, Any] = visitor.ask(stack, "GET", "/shops?limit=1")["results"][0]
    return found


def begin_check_in(context: BrowserContext, shop: dict[str, Any]) -> Page:
    """On the way that has the café's own page behind it."""
    page = context.new_page()
    page.goto(f"/shops/{shop['id']}", wait_until="networkidle")
    page.get_by_role("main").get_by_role("link", name=SAY("shop.actions.checkIn"), exact=True).click()
    return page


def choose_photo(page: Page, body: bytes, name: str = "IMG_0001.JPG") -> None:
    page.get_by_label(SAY("checkin.choose"), exact=True).set_input_files(
        {"name": name, "mimeType": "image/jpeg", "buffer": body}
    )


def test_the_back_button_asks_before_photos_are_lost(
    context: BrowserContext, web_stack: WebStack, sign_up: Callable[..., Visitor]
) -> None:
    shop = some_shop(sign_up(context), web_stack)
    page = begin_check_in(context, shop)
    choose_photo(page, photo())
    expect(page.get_by_text("✓ " + SAY("checkin.state.sent"))).to_be_visible()
    page.get_by_role("textbox").fill("靠窗的位子")

    asked: list[str] = []
    answers = [False, False, True]

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.message)
        if answers.pop(0):
            dialog.accept()
        else:
            dialog.dismiss()

    page.on("dialog", answer)
    page.evaluate("window.traversals = 0; window.addEventListener('popstate', () => window.traversals++)")
    for times in (1, 2):
        page.evaluate("history.back()")
        page.wait_for_function("times => window.traversals === 2 * times", arg=times)  # there and, as told, back
        expect(page).to_have_url(re.compile(r"/check-in/"))
        expect(page.get_by_role("textbox")).to_have_value("靠窗的位子")
        expect(page.get_by_text("✓ " + SAY("checkin.state.sent"))).to_be_visible()
    page.evaluate("history.back()")
    expect(page.get_by_role("heading", level=1)).to_have_text(shop["name"])
    assert asked == [SAY("checkin.leave")] * 3


def test_a_page_that_was_loaded_anew_is_left_by_one_answer(
    context: BrowserContext, web_stack: WebStack, sign_up: Callable[..., Visitor]
) -> None:
    shop = some_shop(sign_up(context), web_stack)
    page = begin_check_in(context, shop)
    page.on("dialog", lambda dialog: dialog.accept())
    sent = page.get_by_text("✓ " + SAY("checkin.state.sent"))
    choose_photo(page, photo())
    expect(sent).to_be_visible()
    page.reload(wait_until="networkidle")
    choose_photo(page, photo())
    expect(sent).to_be_visible()
    page.evaluate("history.back()")
    expect(page.get_by_role("heading", level=1)).to_have_text(shop["name"])


def test_what_is_checked_in_needs_no_question_and_no_second_way_back(
    context: BrowserContext, web_stack: WebStack, sign_up: Callable[..., Visitor]
) -> None:
    shop = some_shop(sign_up(context), web_stack)
    page = begin_check_in(context, shop)
    page.set_viewport_size({"width": 360, "height": 640})
    page.evaluate("window.scrollTo(0, 200)")
    page.get_by_role("textbox").fill("靠窗的位子")
    choose_photo(page, photo())
    page.get_by_role("button", name=SAY("checkin.submit"), exact=True).click()
    done = page.get_by_role("heading", name=SAY("checkin.doneTitle"))
    expect(page.get_by_text(SAY("checkin.looked"))).to_be_visible(timeout=120_000)
    expect(done).to_be_visible()
    assert page.evaluate("window.scrollY") == 0
    page.evaluate("history.back()")
    expect(page.get_by_role("heading", level=1)).to_have_text(shop["name"])


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "damaged"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(500), "type_heic"),
        (b"%PDF-1.7", "type_pdf"),
        (photo()[:3000], "damaged"),
        (photo()[:2000] + bytes(6_000_000), "too_large"),
    ],
)
def test_a_file_that_is_no_photo_is_refused_at_once_and_says_why(
    context: BrowserContext, web_stack: WebStack, sign_up: Callable[..., Visitor], body: bytes, reason: str
) -> None:
    shop = some_shop(sign_up(context), web_stack)
    page = context.new_page()
    page.goto(f"/check-in/{shop['id']}", wait_until="networkidle")
    choose_photo(page, body)
    expect(page.get_by_role("listitem").get_by_role("alert")).to_have_text(SAY(f"checkin.refusal.{reason}"))


def test_a_session_that_ended_on_the_way_costs_no_photo(
    context: BrowserContext, web_stack: WebStack, sign_up: Callable[..., Visitor]
) -> None:
    shop = some_shop(sign_up(context), web_stack)
    page = context.new_page()
    page.goto(f"/check-in/{shop['id']}", wait_until="networkidle")
    refusal = json.dumps({"status": 401, "code": "invalid_token", "detail": "…"})

    def refuse(route: Route) -> None:
        route.fulfill(status=401, content_type="application/problem+json", body=refusal)

    page.route("**/api/uploads", refuse)
    choose_photo(page, photo())
    alert = page.get_by_role("listitem").get_by_role("alert")
    expect(alert).to_contain_text(SAY("common.problem.invalid_token"))
    with context.expect_page() as opened:
        alert.get_by_role("link", name=SAY("common.wayIn./sign-in")).click()
    opened.value.close()
    page.unroute("**/api/uploads")
    page.get_by_role("button", name=SAY("checkin.again", what=SAY("checkin.photoName", place=1))).click()
    expect(page.get_by_text("✓ " + SAY("checkin.state.sent"))).to_be_visible()


def test_a_name_that_is_too_long_is_kept_and_says_by_how_much(
    context: BrowserContext, web_stack: WebStack, sign_up: Callable[..., Visitor]
) -> None:
    sign_up(context)
    page = context.new_page()
    page.goto("/lists", wait_until="networkidle")
    field = page.get_by_label(SAY("lists.newName"))
    name = "☕🥐" * (NAME_MAX // 2)  # as the API counts
    field.fill(name + "！！")
    page.get_by_role("button", name=SAY("lists.create"), exact=True).click()
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(SAY("lists.noteLong", over=2))
    expect(field).to_have_value(name + "！！")
    field.fill(name)
    field.press("Enter")
    expect(page.get_by_text(SAY("lists.made", name=name))).to_be_visible()


def test_the_last_list_there_is_room_for_keeps_the_focus_in_the_dialog(
    context: BrowserContext, web_stack: WebStack, sign_up: Callable[..., Visitor]
) -> None:
    member = sign_up(context)
    for name in ("工作", "約會"):
        member.ask(web_stack, "POST", "/lists", json={"name": name})
    page = context.new_page()
    page.goto(f"/shops/{some_shop(member, web_stack)['id']}", wait_until="networkidle")
    page.get_by_role("button", name=re.compile(re.escape(SAY("lists.save")))).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("週末")
    dialog.get_by_role("textbox").press("Enter")
    expect(dialog.get_by_text(SAY("lists.full", cap=3))).to_be_focused()
    expect(dialog.get_by_role("checkbox", name="週末")).to_be_checked()


def test_a_double_click_takes_one_cafe_off_a_list_and_a_drag_beyond_a_dialog_leaves_it_open(
    context: BrowserContext, web_stack: WebStack, sign_up: Callable[..., Visitor]
) -> None:
    member = sign_up(context)
    kept = member.ask(web_stack, "POST", "/lists", json={"name": "週末"})
    for shop in member.ask(web_stack, "GET", "/shops?limit=3")["results"]:
        member.ask(web_stack, "POST", f"/lists/{kept['id']}/shops", json={"shop_id": shop["id"]})
    page = context.new_page()
    page.goto(f"/lists/{kept['id']}", wait_until="networkidle")
    rows = page.get_by_role("main").get_by_role("listitem")
    rows.first.get_by_role("button", name=SAY("lists.remove")).dblclick()
    expect(rows).to_have_count(2)
    page.get_by_role("button", name=SAY("lists.undo"), exact=True).click()
    expect(rows).to_have_count(3)

    page.get_by_role("button", name=SAY("lists.rename"), exact=True).click()
    field = page.get_by_label(SAY("lists.renameLabel"))
    field.fill("平日")
    box = field.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(5, box["y"] + 10)
    page.mouse.up()
    expect(field).to_have_value("平日")
    page.mouse.click(5, 5)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_wrong_password_is_said_at_its_field_before_an_account_is_deleted(
    context: BrowserContext, web_stack: WebStack, sign_up: Callable[..., Visitor]
) -> None:
    sign_up(context)
    page = context.new_page()
    page.goto("/profile/delete", wait_until="networkidle")
    field = page.get_by_label(SAY("account.deletion.passwordLabel"))
    field.fill("not my password")
    page.get_by_role("button", name=SAY("account.deletion.submit"), exact=True).click()
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(re.compile(re.escape(SAY("account.deletion.wrong"))))
    expect(field).to_have_value("not my password")


def test_who_mistypes_an_address_comes_back_to_it(context: BrowserContext) -> None:
    page = context.new_page()
    page.route("**/auth/v1/recover**", lambda route: route.fulfill(status=200, json={}))
    page.goto("/forgot-password", wait_until="networkidle")
    page.get_by_label(SAY("account.email")).fill("mei@exmaple.com")
    page.get_by_role("button", name=SAY("account.forgot.submit"), exact=True).click()
    page.get_by_role("button", name=SAY("account.forgot.another"), exact=True).click()
    expect(page.get_by_label(SAY("account.email"))).to_be_focused()
    expect(page.get_by_label(SAY("account.email"))).to_have_value("mei@exmaple.com")
