"""What the mail says, in both languages, and what a hostile text can do in it: nothing."""

import pytest
from pytest_django.fixtures import Settings

from digest.content import EN, ZH, Content, Story, content_of
from digest.letters import SUBJECT_MAX_LENGTH, write_letter
from digest.tests.making import make_edition
from shops.models import ShopPhoto
from shops.tests.making import make_shop

HOSTILE = '<script>alert("x")</script>&{{ link }}'


def story(name: str = "木鹿", **texts: str) -> Story:
    return Story(
        name=name,
        place={ZH: "台北市大安區", EN: "台北市大安區"},
        blurb={ZH: texts.get("blurb", "好喝。"), EN: texts.get("blurb", "Good coffee.")},
        url="https://web.example/shops/1",
        photo_url=texts.get("photo_url", ""),
    )


def content(*stories: Story, subject: str = "", intro: str = "") -> Content:
    return Content(subject={ZH: subject, EN: subject}, intro={ZH: intro, EN: intro}, stories=stories or (story(),))


def test_hostile_text_is_text_in_html_and_as_it_is_in_plain_text() -> None:
    letter = write_letter(content(story(HOSTILE, blurb=HOSTILE), subject=HOSTILE, intro=HOSTILE), EN)
    html, text = letter.ending_at("https://api.example/unsubscribe/x")
    assert "<script>" not in html
    assert html.count("&lt;script&gt;") == 5  # title, heading, intro, name, blurb
    assert text.count(HOSTILE) == 4


def test_both_texts_end_with_reason_link_and_postal_line(settings: Settings) -> None:
    settings.MAIL_POSTAL_LINE = "CafeRoam, 某路 1 號 <台北>"
    for locale, reason in ((ZH, "你會收到這封信"), (EN, "You get this because")):
        html, text = write_letter(content(), locale).ending_at("https://api.example/unsubscribe/x")
        assert reason in html
        assert '<a href="https://api.example/unsubscribe/x">' in html
        assert "某路 1 號 &lt;台北&gt;" in html
        assert reason in text
        assert "https://api.example/unsubscribe/x" in text
        assert "某路 1 號 <台北>" in text


def test_a_subject_that_nobody_wrote_names_the_cafes_on_one_short_line() -> None:
    letter = write_letter(content(story("木鹿"), story("a\nb"), story("第三" * 80)), ZH)
    assert letter.subject.startswith("本週咖啡廳：木鹿、a b、第三")
    assert len(letter.subject) == SUBJECT_MAX_LENGTH


@pytest.mark.django_db
def test_an_edition_is_read_with_the_first_photo_and_summaries_where_there_is_no_blurb(
    settings: Settings,
) -> None:
    settings.WEB_URL, settings.SUPABASE_URL = "https://web.example", "https://project.example"
    shop = make_shop("木鹿", summary_zh="安靜。", summary_en="Quiet.", city="台北市", district="大安區", mrt="大安站")
    for place, path in enumerate(["b/1.jpg", "a/2.jpg"]):
        ShopPhoto.objects.create(shop=shop, path=path, width=800, height=600, position=place)
    edition = make_edition(shop, make_shop("歇業", status="closed"), subject_zh=" 本週\n精選 ")
    read = content_of(edition)
    (only,) = read.stories
    assert read.subject == {ZH: "本週 精選", EN: "本週 精選"}
    assert only.blurb == {ZH: "安靜。", EN: "Quiet."}
    assert only.place[ZH] == "台北市大安區・大安站"
    assert only.url == f"https://web.example/shops/{shop.pk}"
    assert only.photo_url == "https://project.example/storage/v1/object/public/shop-photos/b/1.jpg"
