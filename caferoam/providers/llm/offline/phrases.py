"""Turns of phrase that say a tag without any of its names: too many forms of one thing for a list of aliases.

「用餐時間90分鐘」 limits the time with whatever number, 「沒有限制坐多久」 does not, 「插座跟網路」 has Wi-Fi,
where 網路 alone is mostly the web, and 「不會過於吵雜」 is quiet. They are read in reviews only: nobody searches so.
"""

import re
from collections.abc import Iterator
from typing import Final

from caferoam.text.matching import Match
from caferoam.text.taxonomy import TAG

_SPAN = (
    r"(?:\d{1,3}(?:\.\d)?|[一二兩三四半])\s?個?半?(?:小時|鐘頭|分鐘|hrs?|hours?|min)"  # 兩個半小時, 90分鐘, 2.5hr
    r"|[一二兩三]個半(?:小時|鐘頭)"
)
_VERY = r"(?:也|都|還|又|算|挺|很|非常|蠻|滿|超級?|相當|十分|真的)*"
_SO = r"(?:太|會|是|很|算|那麼|這麼|什麼|過於|過度|至於|有|怎麼|特別|顯得|覺得|致)*"
_COUNT = r"(?:\d{1,3}(?:\.\d)?|one|two|three|ninety)"
_UNIT = r"(?:hours?|hrs?|min(?:ute)?s?)"
_STAY = r"(?:用餐|內用|入座|消費|使用|停留|座位|坐|待)"
_GUESTS = r"(?:客人|我們|你|妳)"
_SEATS = r"(?:座位|位子|位置|桌子?|區域)"

_PHRASES: Final = (
    # tag, words one of which each form holds, forms
    (
        "time_limit",
        ("限",),
        (
            # 限2小時, 限用90分鐘, 限制三小時; 不限2小時 is none
            rf"(?<![不沒無未])限(?:制|用|坐|時|內用|用餐)*(?:為|是|:)?\s?(?:{_SPAN})",
            rf"(?:{_SPAN})的?(?:{_STAY}的?)?(?:時間)?限制",
            rf"(?<![沒無])有(?:{_STAY}的?)?(?:時間|時數)上?的?限制",
            r"(?:時間|時數)上?(?:會)?有(?:所|點)?限制?(?!定)",
            r"(?<![沒無])有時限(?!定)",
        ),
    ),
    (
        "time_limit",
        ("小時", "分鐘", "鐘頭", "hr"),
        (
            rf"{_STAY}的?(?:時間|時數)\s?(?:只有|僅有?|為|是|共|約|上限|最多|限制?|:|-)*\s?(?:{_SPAN})",
            rf"(?:[平假]日|週末|客滿時?|每[人組桌])(?:可|只能)?(?:用餐|內用)\s?(?:{_SPAN})",
        ),
    ),
    (
        "time_limit",
        ("limit", " max"),
        (
            rf"(?<![a-z]){_COUNT}[ -]?{_UNIT}[ -](?:time )?(?:limit|max)",
            rf"limited to {_COUNT} {_UNIT}",
        ),
    ),
    (
        "no_time_limit",
        ("限",),
        (
            # 沒有特別限時, 沒限用餐時間, 沒有限制坐多久
            rf"(?<!有)(?:沒有?|[無不未])(?:會|特別|任何|太多|什麼)*(?:限制?|限定)的?(?:{_STAY}的?)*(?:時間|時數|時(?!尚)|多久)",
            rf"(?<!有)(?:沒有?|無)(?:{_STAY}|任何|特別|的)*(?:時間|時數|時長)上?的?限制",
            r"(?:時間|時數)上?(?:都|也)?(?:沒有?|[無不])(?:特別|受)?限",
        ),
    ),
    (
        "no_time_limit",
        ("坐", "待", "泡", "窩"),
        (r"[坐待泡窩](?:上|個|了)?(?:整{1,2}|一整?|半)個?(?:天|下午|上午|早上|晚上)",),
    ),
    (
        "no_time_limit",
        ("趕", "催"),
        (
            rf"(?:不|沒有?|未)(?:太|會|被|有|主動|特別)*(?:趕(?:客|人|走|{_GUESTS})|催促?(?:{_GUESTS}|人)?(?:離開|走|離場))",
        ),
    ),
    (
        "wifi",
        ("網路",),
        (
            r"(?:插座|插頭|電源|充電)(?:[和跟與及、/+, ]|還有|以及|也有)*網路(?![上評訂預推照紅])",
            r"網路(?:[和跟與及、/+, ]|還有|以及|也有)*(?:插座|插頭|電源|充電)",
            rf"(?<!行動)(?<!手機)網路(?:訊號|連線|速度)?{_VERY}(?:快|穩|順|暢通|強|好用|給力|不錯|ok)",
            r"(?<!不)提供(?:免費|無線|高速|店內|的)*網路(?![上評訂預])",
        ),
    ),
    (
        "outlets",  # what some seats lack the others have
        ("插座", "插頭", "電源"),
        (rf"(?:部[分份]|有些|有的|某些|少數)的?{_SEATS}(?:是|就)?(?:沒有?|無)(?:提供)?(?:電源)?(?:插座|插頭|電源)",),
    ),
    (
        "quiet",
        ("吵", "嘈", "喧", "囂", "噪", "鬧中取靜"),  # the last is the name of an alley, too
        (
            rf"(?<!有)(?:不|沒有?|毫?無){_SO}(?:吵雜|吵鬧|嘈雜|喧嘩|喧鬧|吵|嘈|噪音)(?![架醒到者]|雜者|不)",
            r"(?:遠離|脫離|忘卻|忘了|逃離|隔絕|少了|沒有)[^,。!?~\s]{0,6}(?:喧囂|塵囂|喧鬧|喧嘩|吵雜|吵鬧|嘈雜)",
            "鬧中取靜",
        ),
    ),
)
_ABOUT: Final = {
    "time_limit": frozenset({"time_limit", "no_time_limit"}),
    "no_time_limit": frozenset({"time_limit", "no_time_limit"}),
    "wifi": frozenset({"wifi"}),
    "outlets": frozenset({"outlets"}),
    "quiet": frozenset({"quiet", "lively"}),
}
_READERS: Final = tuple((tag_id, hints, re.compile("|".join(forms))) for tag_id, hints, forms in _PHRASES)


def about(tag_id: str) -> frozenset[str]:
    """The tags of whose thing such a phrase speaks: within it their names are no words of their own."""
    return _ABOUT[tag_id]


def find_phrases(normalized: str) -> Iterator[Match]:
    """Every phrase in text as ``normalize`` returns it, as a match for its tag; tag by tag."""
    for tag_id, hints, reader in _READERS:
        # Most reviews hold no such word, and looking for it takes a tenth of the time.
        if any(hint in normalized for hint in hints):
            for found in reader.finditer(normalized):
                yield Match(found.start(), found.end(), TAG, tag_id)
