"""A member's whole life, clicked through from the first question to the return from a deletion, in each language."""

import json
import re
import uuid
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.looking import listening
from tests.browser.texts import Texts
from tests.browser.visitors import PASSWORD, photo

QUESTION: Final = {"zh-TW": "有插座可以工作的安靜咖啡廳", "en": "a quiet café with power outlets to work in"}
PREFIX: Final = {"zh-TW": "", "en": "/en"}
LISTS: Final = ("週末想去", "工作", "Dates")
JOB_PATIENCE_MS: Final = 120_000
"""For what a worker does while the page waits."""

WIDTH_OF_IMAGE: Final = """
(image) => image.complete ? image.naturalWidth : new Promise((told) => {
  image.onload = image.onerror = () => told(image.naturalWidth);
})
"""
"""Of the file, once it has come; 0 if it is none."""


@dataclass
class Life:
    """Somebody before a browser. Each step begins where the one before has ended."""

    page: Page
    locale: str
    email: str = field(default_factory=lambda: f"{uuid.uuid4().hex}@example.com")
    shop_url: str = ""
    shop_name: str = ""

    def __post_init__(self) -> None:
        self.texts = Texts(self.locale)

    def open(self, path: str) -> None:
        self.page.goto(PREFIX[self.locale] + path, wait_until="networkidle")

    def press(self, key: str) -> None:
        self.page.get_by_role("button", name=self.texts(key), exact=True).click()

    def follow(self, key: str) -> None:
        self.page.get_by_role("main").get_by_role("link", name=self.texts(key), exact=True).first.click()

    def is_at(self, path: str) -> None:
        expect(self.page).to_have_url(re.compile(re.escape(PREFIX[self.locale] + path) + r"([?#].*)?$"))
        self.page.wait_for_load_state("networkidle")  # nobody presses anything before its script is there

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible()

    def asks_as_a_guest(self) -> None:
        self.open("/")
        self.page.get_by_role("searchbox").first.fill(QUESTION[self.locale])
        self.page.get_by_role("searchbox").first.press("Enter")
        self.is_at("/search")
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(QUESTION[self.locale])

    def signs_up(self) -> None:
        self.follow("search.guest.signUp")
        self.is_at("/sign-up")
        self.page.get_by_label(self.texts("account.email")).fill(self.email)
        self.page.get_by_label(self.texts("account.password.label"), exact=True).fill(PASSWORD)
        self.press("account.signUp.submit")
        self.is_at("/consent")

    def agrees(self) -> None:
        self.press("account.consent.submit")
        self.sees(self.texts("account.consent.requiredMissing"))
        self.page.get_by_role("checkbox").first.check()
        self.press("account.consent.submit")
        self.is_at("/search")

    def chooses_a_cafe(self) -> None:
        card = self.page.get_by_role("article").first
        link = card.get_by_role("heading").get_by_role("link")
        self.shop_name = link.inner_text()
        link.click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text(self.shop_name)
        self.shop_url = self.page.url

    def checks_in(self) -> None:
        self.follow("shop.actions.checkIn")
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(self.shop_name)
        self.press("checkin.submit")
        self.sees(self.texts("checkin.needPhoto"))
        self.page.get_by_label(self.texts("checkin.choose")).set_input_files(
            {"name": "IMG_0001.JPG", "mimeType": "image/jpeg", "buffer": photo()}
        )
        self.page.get_by_role("textbox").fill("靠窗的位子 ☕")
        self.press("checkin.submit")
        expect(self.page.get_by_role("heading", level=1)).to_have_text(
            self.texts("checkin.doneTitle"), timeout=JOB_PATIENCE_MS
        )
        expect(self.page.get_by_text(self.texts("checkin.looked"))).to_be_visible(timeout=JOB_PATIENCE_MS)

    def finds_the_stamp(self) -> None:
        self.follow("checkin.toStamps")
        self.is_at("/stamps")
        stamp = self.page.get_by_role("article").filter(has_text=self.shop_name)
        expect(stamp).to_have_count(1)
        assert stamp.get_by_role("presentation").first.evaluate(WIDTH_OF_IMAGE) > 0

    def keeps_lists(self) -> None:
        """Up to as many as there may be, and one more."""
        self.page.goto(self.shop_url)
        self.page.get_by_role("button", name=re.compile(re.escape(self.texts("lists.save")))).click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("textbox").fill(LISTS[0])
        dialog.get_by_role("button", name=self.texts("lists.create")).click()
        expect(dialog.get_by_role("checkbox", name=LISTS[0])).to_be_checked()
        self.open("/lists")
        for name in LISTS[1:]:
            self.page.get_by_label(self.texts("lists.newName")).fill(name)
            self.press("lists.create")
            self.sees(self.texts("lists.made", name=name))
        self.page.get_by_label(self.texts("lists.newName")).fill("One too many")
        self.press("lists.create")
        expect(
            self.page.get_by_role("alert").filter(has_text=self.texts("lists.problem.list_cap_reached"))
        ).to_be_visible()
        self.page.get_by_role("link", name=LISTS[0]).click()
        expect(self.page.get_by_role("main").get_by_role("link", name=self.shop_name)).to_be_visible()

    def takes_the_data_along(self, folder: Path) -> None:
        self.open("/profile")
        self.press("account.export.start")
        download = self.page.get_by_role("link", name=self.texts("account.export.download"))
        expect(download).to_be_visible(timeout=JOB_PATIENCE_MS)
        with self.page.expect_download() as taken:
            download.click()
        file = folder / "export.zip"
        taken.value.save_as(file)
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            told = "\n".join(archive.read(name).decode() for name in names if name.endswith(".json"))
        assert any(name.endswith((".jpg", ".webp")) for name in names), names
        assert "靠窗的位子" in told or json.dumps("靠窗的位子")[1:-1] in told
        assert all(name in told or json.dumps(name)[1:-1] in told for name in LISTS)

    def leaves(self) -> None:
        self.open("/profile/delete")
        self.page.get_by_label(self.texts("account.deletion.passwordLabel")).fill("not my password")
        self.press("account.deletion.submit")
        self.sees(self.texts("account.deletion.wrong"))
        self.page.get_by_label(self.texts("account.deletion.passwordLabel")).fill(PASSWORD)
        self.press("account.deletion.submit")
        self.is_at("/goodbye")
        self.open("/stamps")
        self.is_at("/sign-in")

    def comes_back(self) -> None:
        self.page.get_by_label(self.texts("account.email")).fill(self.email)
        self.page.get_by_label(self.texts("account.password.label"), exact=True).fill(PASSWORD)
        self.press("account.signIn.submit")
        self.is_at("/restore")
        self.press("account.restore.submit")
        self.is_at("/stamps")
        expect(self.page.get_by_role("article").filter(has_text=self.shop_name)).to_have_count(1)


@pytest.mark.parametrize("locale", PREFIX)
def test_a_member_joins_collects_leaves_and_comes_back(context: BrowserContext, tmp_path: Path, locale: str) -> None:
    page = context.new_page()
    # What the browser says of answers that are refusals, as some must be here.
    with listening(page, allowed=r"status of 4\d\d") as complaints:
        life = Life(page, locale)
        life.asks_as_a_guest()
        life.signs_up()
        life.agrees()
        life.chooses_a_cafe()
        life.checks_in()
        life.finds_the_stamp()
        life.keeps_lists()
        life.takes_the_data_along(tmp_path)
        life.leaves()
        life.comes_back()
    assert complaints == []
