"""What a preview shows of an edition's mail, in each language."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy

from digest.content import EN, LOCALES, ZH, Content
from digest.letters import HTML_MAX_BYTES, write_letter

_LANGUAGES: Final = {ZH: gettext_lazy("Chinese"), EN: gettext_lazy("English")}
_NOBODYS_LINK: Final = "#"


@dataclass(frozen=True)
class PreviewedLetter:
    """One language's mail; ``url`` is where it can be loaded into a frame."""

    language: Any  # translated when it is shown
    subject: str
    text: str
    url: str
    kilobytes: int
    is_too_long: bool


def previewed(content: Content, url_of: Callable[[str], str]) -> list[PreviewedLetter]:
    """The letters of an edition; ``url_of`` gives the address of a locale's."""
    letters = {locale: write_letter(content, locale) for locale in LOCALES}
    return [
        PreviewedLetter(
            language=_LANGUAGES[locale],
            subject=letter.subject,
            text=letter.ending_at(_NOBODYS_LINK)[1],
            url=url_of(locale),
            kilobytes=-(-letter.html_bytes // 1000),
            is_too_long=letter.html_bytes > HTML_MAX_BYTES,
        )
        for locale, letter in letters.items()
    ]


def html_of(content: Content, locale: str) -> str:
    """The mail itself, for a frame."""
    return write_letter(content, locale).ending_at(_NOBODYS_LINK)[0]
