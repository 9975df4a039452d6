"""What members are told and asked before anything of theirs is kept.

Article 8 of Taiwan's Personal Data Protection Act says what must be told. A change of meaning gets a new version, so
that each consent names what was shown; what an earlier version said stands in the history of this file.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from accounts.models import Consent, Profile

VERSION: Final = "2026-11-23"
"""The one that is asked for. Who was shown another must be shown this one."""


@dataclass(frozen=True)
class Item:
    """One of several named things."""

    id: str
    name: str
    text: str


@dataclass(frozen=True)
class Section:
    """One thing that must be told. ``{contact}`` stands for where to write to."""

    id: str
    heading: str
    text: str
    items: tuple[Item, ...] = ()


@dataclass(frozen=True)
class Question:
    """A box to tick, empty until the member ticks it."""

    kind: str
    required: bool
    text: str


@dataclass(frozen=True)
class Notice:
    """All of it in one language."""

    title: str
    sections: tuple[Section, ...]
    questions: tuple[Question, ...]


_ENGLISH: Final = Notice(
    title="How CafeRoam uses your data",
    sections=(
        Section(
            "collector",
            "Who collects your data",
            "CafeRoam (啡遊). Write to {contact} about anything on this page.",
        ),
        Section(
            "purposes",
            "What for",
            "Only for these purposes:",
            (
                Item("account", "Your account", "To sign you in, keep your profile, and prevent misuse."),
                Item(
                    "check_ins",
                    "Check-ins and stamps",
                    "To keep the cafés that you checked in to, with your photos, notes and stamps. No other member sees"
                    " them.",
                ),
                Item("lists", "Lists", "To keep your lists of cafés. No other member sees them."),
                Item("search", "Search", "To understand what you search for, and to answer it."),
                Item(
                    "menus",
                    "Menu photos",
                    "To read dishes and prices from the menu photos that you add. They become part of the café's page,"
                    " without your name and without the photo.",
                ),
                Item("weekly_email", "The weekly email", "To send you cafés once a week, if you agree to that below."),
            ),
        ),
        Section(
            "data",
            "Which data",
            "Your email address and sign-in from the sign-in service; display name, picture and language; check-ins"
            " with their time, photos and notes; stamps and lists; your consents; technical records of requests, such"
            " as time and network address. What a photo file tells besides the picture, such as where it was taken,"
            " is removed.",
        ),
        Section(
            "period",
            "For how long",
            "As long as you have an account. When you delete it, use stops at once; after 14 days, in which you can"
            " change your mind, everything is erased, at the latest 30 days after you asked. What remains is a proof of"
            " the erasure that does not name you.",
        ),
        Section(
            "area",
            "Where",
            "In Taiwan, and in the countries where the services that work for us run their computers, among them the"
            " United States.",
        ),
        Section(
            "recipients",
            "Who uses them",
            "CafeRoam, and services that work for us and on our instructions alone: for hosting, database, storage and"
            " sign-in; for sending email; for reading menus and understanding searches by machine. We sell no data.",
        ),
        Section(
            "manner",
            "How",
            "By computer, as far as the purposes above need it. No decision about you is left to a machine.",
        ),
        Section(
            "rights",
            "Your rights",
            "You may see your data and get a copy of them, have them completed or corrected, have us stop collecting,"
            " processing or using them, and have them deleted (Article 3 of the Act). Your profile lets you do all of"
            " this yourself; or write to {contact}.",
        ),
        Section(
            "refusal",
            "If you say no",
            "You are free to. Without the first consent you can look at all cafés, but not search by words, check in,"
            " collect stamps or keep lists. Without the second you get no weekly email, and nothing else changes. You"
            " can take back either at any time.",
        ),
    ),
    questions=(
        Question(
            Consent.Kind.SERVICE.value,
            True,
            "I agree that CafeRoam collects, processes and uses my data for the purposes above.",
        ),
        Question(Consent.Kind.WEEKLY_EMAIL.value, False, "Send me the weekly email as well."),
    ),
)

_CHINESE: Final = Notice(
    title="啡遊如何使用你的個人資料",
    sections=(
        Section("collector", "蒐集者", "啡遊（CafeRoam）。對本頁內容有任何問題，請來信 {contact}。"),
        Section(
            "purposes",
            "蒐集目的",
            "僅限下列目的：",
            (
                Item("account", "會員帳號", "讓你登入、保存你的個人檔案，並防止服務遭到濫用。"),
                Item("check_ins", "打卡與印章", "保存你打卡過的咖啡廳，以及照片、筆記與印章。其他會員看不到。"),
                Item("lists", "清單", "保存你的咖啡廳清單。其他會員看不到。"),
                Item("search", "搜尋", "理解你想找什麼，並提供結果。"),
                Item(
                    "menus",
                    "菜單照片",
                    "從你提供的菜單照片讀出品項與價格，顯示在該店的頁面上；不會顯示你的名字，也不會顯示照片。",
                ),
                Item("weekly_email", "每週電子報", "若你在下方同意，每週寄一封咖啡廳推薦給你。"),
            ),
        ),
        Section(
            "data",
            "個人資料類別",
            "登入服務提供的電子郵件地址與登入資訊；顯示名稱、大頭照與語言；打卡的時間、照片與筆記；印章與清單；"
            "你的同意紀錄；連線的技術紀錄，例如時間與網路位址。照片檔案中影像以外的資訊（例如拍攝地點）會被移除。",
        ),
        Section(
            "period",
            "利用期間",
            "你擁有帳號的期間。刪除帳號後立即停止利用；14 天內可以反悔，之後全部刪除，最遲不超過提出後 30 天。"
            "僅保留一份無法看出你身分的刪除證明。",
        ),
        Section("area", "利用地區", "臺灣，以及為我們提供服務的廠商設置主機的國家，其中包括美國。"),
        Section(
            "recipients",
            "利用對象",
            "啡遊，以及只依我們指示提供服務的廠商：主機、資料庫、儲存與登入；寄送電子郵件；以機器讀取菜單與理解搜尋。"
            "我們不販售個人資料。",
        ),
        Section("manner", "利用方式", "在上述目的所需的範圍內以電腦處理。任何與你有關的決定都不會交由機器做出。"),
        Section(
            "rights",
            "你的權利",
            "依個人資料保護法第 3 條，你可以查詢或請求閱覽、請求製給複製本、請求補充或更正、請求停止蒐集、處理或利用，"
            "以及請求刪除。這些都可以在個人檔案頁自行完成，也可以來信 {contact}。",
        ),
        Section(
            "refusal",
            "不同意的影響",
            "你可以自由決定。不同意第一項，仍可瀏覽所有咖啡廳，但無法使用文字搜尋、打卡、蒐集印章或建立清單。"
            "不同意第二項，只是不會收到每週電子報，其他不受影響。兩項同意都可以隨時撤回。",
        ),
    ),
    questions=(
        Question(Consent.Kind.SERVICE.value, True, "我同意啡遊為上述目的蒐集、處理及利用我的個人資料。"),
        Question(Consent.Kind.WEEKLY_EMAIL.value, False, "我也想收到每週電子報。"),
    ),
)

NOTICES: Final[Mapping[str, Notice]] = {Profile.Locale.ZH_TW.value: _CHINESE, Profile.Locale.EN.value: _ENGLISH}
"""The current version by locale."""
