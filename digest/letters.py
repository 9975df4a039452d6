"""The mail itself: an edition in one language, as HTML and as plain text, complete but for the link that ends it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.template.loader import render_to_string

from digest.content import EN, ZH, Content

SUBJECT_MAX_LENGTH: Final = 120
_LINK: Final = "unsubscribe-link-of-this-member"  # stands in both texts where the link will be


@dataclass(frozen=True)
class Phrases:
    """What every edition says in one language."""

    language: str
    subject: str
    joiner: str
    greeting: str
    more: str
    reason: str
    unsubscribe: str
    where: str


_PHRASES: Final[Mapping[str, Phrases]] = {
    ZH: Phrases(
        language="zh-Hant-TW",
        subject="本週咖啡廳：{names}",
        joiner="、",
        greeting="啡遊每週精選",
        more="看這間店",
        reason="你會收到這封信，是因為你在啡遊同意收到每週電子報。",
        unsubscribe="取消訂閱",
        where="不想再收到：",
    ),
    EN: Phrases(
        language="en",
        subject="Cafés this week: {names}",
        joiner=", ",
        greeting="CafeRoam weekly",
        more="See this café",
        reason="You get this because you asked CafeRoam for the weekly email.",
        unsubscribe="Unsubscribe",
        where="To stop it:",
    ),
}


@dataclass(frozen=True)
class Letter:
    """One language's mail, before it is anybody's."""

    subject: str
    html: str
    text: str

    def ending_at(self, link: str) -> tuple[str, str]:
        """HTML and text with this unsubscribe link, which must need no escaping."""
        return self.html.replace(_LINK, link), self.text.replace(_LINK, link)


def write_letter(content: Content, locale: str) -> Letter:
    """Write the edition in this language; every text in it is escaped where that is needed."""
    phrases = _PHRASES[locale]
    names = phrases.joiner.join(" ".join(story.name.split()) for story in content.stories[:3])
    subject = (content.subject[locale] or phrases.subject.format(names=names))[:SUBJECT_MAX_LENGTH]
    stories = [
        {
            "name": story.name,
            "place": story.place[locale],
            "blurb": story.blurb[locale],
            "url": story.url,
            "photo_url": story.photo_url,
        }
        for story in content.stories
    ]
    context = {
        "phrases": phrases,
        "subject": subject,
        "intro": content.intro[locale],
        "stories": stories,
        "link": _LINK,
        "postal_line": settings.MAIL_POSTAL_LINE,
        "web_url": settings.WEB_URL,
    }
    return Letter(
        subject=subject,
        html=render_to_string("digest/mail.html", context),
        text=render_to_string("digest/mail.txt", context),
    )
