"""What the mail says, in both languages, and what a hostile text can do in it: nothing."""

import pytest
from pytest_django.fixtures import Settings

from digest.content import EN, ZH, Content, Photo, Story, content_of
from digest.letters import HTML_MAX_BYTES, SUBJECT_MAX_LENGTH, write_letter
from digest.models import Pick
from digest.tests.making import MONDAY, make_edition
from shops.models import ShopPhoto
from shops.tests.making import make_shop

HOSTILE = '<script>alert("x")</script>&{{ link }}'


def story(name: str = "木鹿", **texts: str) -> Story:
    return Story(
        name=name,
        place={ZH: "台北市大安區", EN: "台北市大安區"},
        blurb={ZH: texts.get("blurb", "好喝。"), EN: texts.get("blurb", "Good coffee.")},
        url="https://web.example/shops/1",
        label=texts.get("label", ""),
        photo=Photo(texts["photo_url"], 900, 1600) if "photo_url" in texts else None,
    )


def content(*stories: Story, subject: str = "", intro: str = "", is_automatic: bool = False) -> Content:
    return Content(
        week=MONDAY,
        is_automatic=is_automatic,
        subject={ZH: subject, EN: subject},
        intro={ZH: intro, EN: intro},
        stories=stories or (story(),),
    )


def test_hostile_text_is_text_in_html_and_as_it_is_in_plain_text() -> None:
    letter = write_letter(content(story(HOSTILE, blurb=HOSTILE), subject=HOSTILE, intro=HOSTILE), EN)
    html, text = letter.ending_at("https://api.example/unsubscribe/x")
    assert "<script>" not in html
    assert html.count("&lt;script&gt;") == 6  # title, preheader, heading, intro, name, blurb
    assert text.count(HOSTILE) == 4


def test_a_text_that_guesses_how_the_link_is_put_in_gets_no_link() -> None:
    letter = write_letter(content(story(blurb="unsubscribe-link-of-this-member link {{ link }} %s {}")), EN)
    link = "https://api.example/unsubscribe/x"
    html, text = letter.ending_at(link)
    assert (html.count(link), text.count(link)) == (1, 1)


def test_both_texts_end_with_reason_link_and_postal_line(settings: Settings) -> None:
    settings.MAIL_POSTAL_LINE = "CafeRoam, 某路 1 號 <台北>"
    for locale, reason in ((ZH, "你會收到這封信"), (EN, "You get this because")):
        html, text = write_letter(content(), locale).ending_at("https://api.example/unsubscribe/x")
        assert reason in html
        assert '<a href="https://api.example/unsubscribe/x"' in html
        assert "某路 1 號 &lt;台北&gt;" in html
        assert reason in text
        assert "https://api.example/unsubscribe/x" in text
        assert "某路 1 號 <台北>" in text


def test_a_subject_that_nobody_wrote_names_the_cafes_on_one_short_line() -> None:
    letter = write_letter(content(story("木鹿"), story("山間"), story("第三" * 80)), ZH)
    assert letter.subject.startswith("本週咖啡廳：木鹿、山間、第三")
    assert len(letter.subject) == SUBJECT_MAX_LENGTH


def test_the_heading_does_not_repeat_the_cafes_that_the_subject_names() -> None:
    html = write_letter(content(story("木鹿")), ZH).html
    assert "這週，去哪裡喝咖啡？</h1>" in html
    assert "11 月 23 日這一週" in html
    assert "雨天的桌子</h1>" in write_letter(content(subject="雨天的桌子"), ZH).html


@pytest.mark.parametrize(("locale", "told"), [(ZH, "自動挑選"), (EN, "picked automatically")])
def test_an_automatic_edition_says_that_it_is_one_and_why_each_cafe_is_in_it(locale: str, told: str) -> None:
    labels = {Pick.Label.WORK: ("適合工作", "To get work done"), Pick.Label.NEW: ("啡遊的新面孔", "New on CafeRoam")}
    letter = write_letter(content(*(story(label=label) for label in labels), is_automatic=True), locale)
    for text in (letter.html, letter.text):
        assert told in text
        for zh, en in labels.values():
            assert (zh if locale == ZH else en) in text
    assert told not in write_letter(content(), locale).text


def test_what_lists_of_mails_show_is_the_beginning_of_the_introduction_or_else_of_the_first_cafe() -> None:
    def shown(intro: str = "") -> str:
        return write_letter(content(story(blurb="好喝。"), intro=intro), ZH).html.partition('mso-hide:all;">')[2]

    assert shown(intro="天氣\n變冷了。").startswith("天氣 變冷了。\u200c")
    assert shown().startswith("好喝。\u200c")
    assert shown(intro="長" * 200).startswith("長" * 109 + "…")


def test_a_photo_says_what_it_shows_and_an_upright_one_leaves_room_for_the_rest() -> None:
    html = write_letter(content(story("木鹿", photo_url="https://storage.example/p.jpg")), ZH).html
    assert 'src="https://storage.example/p.jpg" alt="木鹿的照片" width="202"' in html
    assert "<img" not in write_letter(content(), ZH).html


def test_every_language_has_words_for_every_label() -> None:
    for locale in (ZH, EN):
        letter = write_letter(content(*(story(label=label) for label in Pick.Label)), locale)
        assert letter.html.count('<p class="accent"') == len(Pick.Label)


def test_a_usual_edition_is_far_from_being_cut_off() -> None:
    photo = "https://storage.example/" + "p" * 200
    twelve = [story("名" * 60, blurb="介紹" * 125, photo_url=photo) for _ in range(12)]
    assert write_letter(content(*twelve, intro="介紹" * 500), ZH).html_bytes < HTML_MAX_BYTES / 2


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
    assert only.place == {ZH: "台北市大安區・大安站", EN: "Da'an, Taipei · 大安站"}
    assert only.url == f"https://web.example/shops/{shop.pk}"
    assert only.photo == Photo("https://project.example/storage/v1/object/public/shop-photos/b/1.jpg", 800, 600)
