"""The mail itself: an edition in one language, as HTML and as plain text, complete but for the link that ends it."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.text import Truncator

from digest.content import EN, ZH, Content, Photo, Story
from digest.models import Pick

SUBJECT_MAX_LENGTH: Final = 120
HTML_MAX_BYTES: Final = 100_000
"""Gmail cuts a mail off after 102 kB, and the unsubscribe link with it."""
_PREHEADER_MAX_LENGTH: Final = 110
_COLUMN: Final = 536  # pixels that a photo has on a wide screen
_TALL: Final = 360
_BLANK_LINE: Final = re.compile(r"\r?\n[ \t]*(?:\r?\n[ \t]*)+")
# Without it, lists of mails would go on behind a short preheader with whatever comes next.
_PADDING: Final = "\u200c\u00a0" * 90
# Stands in both texts where the link will be. Nobody outside knows it, so no text of theirs can have the link in it.
_LINK: Final = f"link-{secrets.token_hex(16)}"


@dataclass(frozen=True)
class Phrases:
    """What every edition says in one language."""

    language: str
    subject: str
    joiner: str
    week: str
    headline: str
    by_rules: str
    labels: Mapping[str, str]
    photo: str
    more: str
    reason: str
    unsubscribe: str
    where: str


_PHRASES: Final[Mapping[str, Phrases]] = {
    ZH: Phrases(
        language="zh-Hant-TW",
        subject="本週咖啡廳：{names}",
        joiner="、",
        week="{day.month} 月 {day.day} 日這一週",
        headline="這週，去哪裡喝咖啡？",
        by_rules="這一期由系統自動挑選：看大家最近常去哪裡、有誰新加入，也看哪裡適合工作、放空或聚會。",
        labels={
            Pick.Label.VISITED: "本週很多人打卡",
            Pick.Label.NEW: "啡遊的新面孔",
            Pick.Label.WORK: "適合工作",
            Pick.Label.REST: "適合放空",
            Pick.Label.SOCIAL: "適合聚會",
        },
        photo="{name}的照片",
        more="看這間店",
        reason="你會收到這封信，是因為你在啡遊同意收到每週電子報。",
        unsubscribe="取消訂閱",
        where="取消訂閱：",
    ),
    EN: Phrases(
        language="en",
        subject="Cafés this week: {names}",
        joiner=", ",
        week="Week of {day.day} {day:%B}",
        headline="Where to have coffee this week",
        by_rules=(
            "This week’s cafés were picked automatically: by where people went, by what is new, and by what"
            " suits work, rest or company."
        ),
        labels={
            Pick.Label.VISITED: "Many were here this week",
            Pick.Label.NEW: "New on CafeRoam",
            Pick.Label.WORK: "To get work done",
            Pick.Label.REST: "To slow down",
            Pick.Label.SOCIAL: "To meet friends",
        },
        photo="Photo of {name}",
        more="See this café",
        reason="You get this because you asked CafeRoam for the weekly email.",
        unsubscribe="Unsubscribe",
        where="Unsubscribe:",
    ),
}


@dataclass(frozen=True)
class Letter:
    """One language's mail, before it is anybody's."""

    subject: str
    html: str
    text: str

    @property
    def html_bytes(self) -> int:
        """What mail programs count."""
        return len(self.html.encode())

    def ending_at(self, link: str) -> tuple[str, str]:
        """HTML and text with this unsubscribe link, which must need no escaping."""
        return self.html.replace(_LINK, link), self.text.replace(_LINK, link)


def write_letter(content: Content, locale: str) -> Letter:
    """Write the edition in this language; every text in it is escaped where that is needed."""
    phrases = _PHRASES[locale]
    names = phrases.joiner.join(story.name for story in content.stories[:3])
    subject = (content.subject[locale] or phrases.subject.format(names=names))[:SUBJECT_MAX_LENGTH]
    intro = content.intro[locale] or (phrases.by_rules if content.is_automatic else "")
    stories = [_story(story, phrases, locale) for story in content.stories]
    context = {
        "phrases": phrases,
        "subject": subject,
        "week": _week(phrases, content.week),
        "headline": content.subject[locale] or phrases.headline,
        # Lists of mails show it behind the subject; without one they would show the heading again.
        "preheader": _preheader([intro, *(story.blurb[locale] for story in content.stories[:1])]),
        "intro": [paragraph for paragraph in _BLANK_LINE.split(intro) if paragraph.strip()],
        "stories": stories,
        "link": _LINK,
        "postal_line": settings.MAIL_POSTAL_LINE,
        "web_url": settings.WEB_URL,
        "web_name": settings.WEB_URL.partition("://")[2],
        "padding": _PADDING,
    }
    return Letter(
        subject=subject,
        html=render_to_string("digest/mail.html", context),
        text=render_to_string("digest/mail.txt", context),
    )


def _story(story: Story, phrases: Phrases, locale: str) -> dict[str, object]:
    return {
        "name": story.name,
        "label": phrases.labels.get(story.label, ""),
        "place": story.place[locale],
        "blurb": story.blurb[locale],
        "url": story.url,
        "photo": story.photo,
        "photo_width": _shown_width(story.photo) if story.photo else 0,
        "photo_alt": phrases.photo.format(name=story.name),
    }


def _shown_width(photo: Photo) -> int:
    """The whole column, but no more of it than keeps an upright picture from filling a screen."""
    return min(_COLUMN, photo.width, max(200, round(_TALL * photo.width / max(photo.height, 1))))


def _week(phrases: Phrases, day: date) -> str:
    return phrases.week.format(day=day)


def _preheader(texts: list[str]) -> str:
    first = next((text for text in texts if text.strip()), "")
    return Truncator(" ".join(first.split())).chars(_PREHEADER_MAX_LENGTH)
