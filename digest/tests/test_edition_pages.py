"""Curators write an edition, look at it as mail, approve it and send it; others see or do none of it."""

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from caferoam.jobs.models import Job
from caferoam.providers.email import Mail
from caferoam.providers.email.offline import OfflineMailer
from caferoam.testing.desk import become_the_admin, operator
from digest import editions
from digest.editions import monday_of, next_monday
from digest.models import Edition, Pick
from digest.tests.making import make_edition
from shops.models import Shop
from shops.tests.making import make_shop

pytestmark = pytest.mark.django_db(transaction=True)

EDITIONS = "/digest/edition/"


@pytest.fixture(autouse=True)
def desk_settings(settings: Settings) -> None:
    become_the_admin(settings)


@pytest.fixture
def admin(transactional_db: None) -> Client:
    return operator("curator")


COMING = next_monday(timezone.now()) + timedelta(weeks=4)
"""Far enough to be still to come when a test is run long after this was read."""


def form(*picks: Mapping[str, object], week: str = str(COMING), **texts: str) -> dict[str, Any]:
    """The form as a browser sends it."""
    fields: dict[str, Any] = {
        "week": week,
        "subject_zh": "",
        "subject_en": "",
        "intro_zh": "",
        "intro_en": "",
        "picks-TOTAL_FORMS": len(picks),
        "picks-INITIAL_FORMS": sum("id" in pick for pick in picks),
        **texts,
    }
    for place, pick in enumerate(picks):
        for name, value in {"label": "", "blurb_zh": "", "blurb_en": "", "position": "", **pick}.items():
            fields[f"picks-{place}-{name}"] = value
    return fields


def page(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_an_edition_is_written_with_cafes_by_name_or_id_in_the_order_given(admin: Client) -> None:
    first, second = make_shop("木鹿咖啡"), make_shop("山間")
    answer = admin.post(
        f"{EDITIONS}add/",
        form({"shop": "木鹿咖啡", "position": 1}, {"shop": f"山間 · {second.pk}", "position": 0}, subject_zh="本週"),
    )
    assert answer.status_code == 302, answer.content.decode()
    edition = Edition.objects.get()
    assert (edition.status, edition.created_by, edition.is_automatic) == ("draft", "curator", False)
    assert [pick.shop for pick in edition.picks.order_by("position")] == [second, first]


def test_the_form_that_a_browser_shows_can_be_filled_in_and_sent(admin: Client) -> None:
    make_shop("木鹿咖啡")
    before = next_monday(timezone.now())
    shown = page(admin, f"{EDITIONS}add/")
    inputs = [re.search(r'name="([^"]+)"(?: value="([^"]*)")?', tag) for tag in re.findall(r"<input[^>]+>", shown)]
    names = {found[1]: found[2] or "" for found in inputs if found and "__prefix__" not in found[1]}
    fields = {name: value for name, value in names.items() if not name.startswith("_")}  # those are buttons
    assert fields["week"] in {str(before), str(next_monday(timezone.now()))}
    answer = admin.post(f"{EDITIONS}add/", {**fields, "picks-0-shop": "木鹿咖啡", "_save": "Save"})
    assert answer.status_code == 302, answer.content.decode()
    edition = Edition.objects.get()
    assert [pick.shop.name for pick in edition.picks.all()] == ["木鹿咖啡"]
    assert answer["Location"] == f"{EDITIONS}{edition.pk}/preview/"


def test_the_order_is_changed_by_the_places_that_are_sent(admin: Client) -> None:
    edition = make_edition(make_shop("一"), make_shop("二"), status="draft")
    one, two = edition.picks.order_by("position")
    rows = [
        {"id": str(pick.pk), "edition": str(edition.pk), "shop": str(pick.shop_id), "position": place}
        for pick, place in ((one, 1), (two, 0))
    ]
    answer = admin.post(f"{EDITIONS}{edition.pk}/change/", form(*rows, week=str(edition.week)))
    assert answer.status_code == 302, answer.content.decode()
    assert [pick.shop.name for pick in edition.picks.order_by("position")] == ["二", "一"]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        (
            form(week=str(COMING + timedelta(days=1))),
            f"This is no Monday. The nearest are {COMING} and {COMING + timedelta(weeks=1)}.",
        ),
        (form(week=str(monday_of(timezone.now()) - timedelta(weeks=1))), "That Monday is over"),
        (form(week="soon"), "Enter a valid date."),
        (form(intro_zh="長" * 3_001), "at most 3000 characters"),
        (form({"shop": "沒有這間"}), "No café that visitors can see is called this."),
        (form({"shop": "雙生"}), "Several cafés have this name"),
        (form({"shop": "草稿"}), "No café that visitors can see is called this."),
        (form({"shop": "", "blurb_en": "Good."}), "Which café is it?"),
        (form({"shop": "唯一", "blurb_zh": "長" * 501}), "at most 500 characters"),
        (form({"shop": "唯一", "label": "best"}), "not one of the available choices"),
        (form({"shop": "唯一"}, {"shop": "唯一"}), "唯一 is in this edition already."),
        (form(*({"shop": "唯一"} for _ in range(13))), "at most 12"),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(admin: Client, fields: dict[str, Any], told: str) -> None:
    for name, status in (("雙生", "live"), ("雙生", "live"), ("草稿", "draft"), ("唯一", "live")):
        make_shop(name, status=status)
    answer = admin.post(f"{EDITIONS}add/", fields)
    assert answer.status_code == 200
    assert told in answer.content.decode()
    assert not Edition.objects.exists()


def test_cafes_are_suggested_by_a_part_of_their_name(admin: Client) -> None:
    shop = make_shop("木鹿咖啡", city="台北市", district="大安區")
    make_shop("木鹿倉庫", status="draft")
    assert admin.get(f"{EDITIONS}cafes/?q=木鹿").json() == {"cafes": [f"木鹿咖啡 · 台北市大安區 · {shop.pk}"]}
    assert admin.get(f"{EDITIONS}cafes/").json() == {"cafes": []}


def test_the_preview_shows_both_languages_in_frames_that_run_nothing(admin: Client) -> None:
    edition = make_edition(status="draft", subject_en="<b>Three</b>")
    shown = page(admin, f"{EDITIONS}{edition.pk}/preview/")
    assert "&lt;b&gt;Three&lt;/b&gt;" in shown
    assert shown.count(" sandbox ") == 4
    letter = admin.get(f"{EDITIONS}{edition.pk}/letter/en/")
    assert b"See this caf" in letter.content
    assert letter["X-Frame-Options"] == "SAMEORIGIN"
    policy = letter["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert admin.get(f"{EDITIONS}{edition.pk}/letter/fr/").status_code == 404


def test_a_curator_approves_takes_back_and_sends_and_the_log_tells(admin: Client) -> None:
    edition = make_edition(status="draft")
    for step, status in (("approve", "ready"), ("withdraw", "draft"), ("approve", "ready"), ("send", "ready")):
        url = f"{EDITIONS}{edition.pk}/step/{step}/"
        assert "Back, change nothing" in page(admin, url)
        assert admin.post(url).status_code == 302
        edition.refresh_from_db()
        assert edition.status == status
    assert Job.objects.get(job_type="weekly_email").payload["edition_id"] == str(edition.pk)
    assert LogEntry.objects.count() == 4
    assert "Sent the edition of 2026-11-23" in page(admin, "/admin/logentry/")


def test_a_step_that_cannot_be_taken_says_why(admin: Client) -> None:
    empty = make_edition(make_shop("歇業", status="closed"), status="draft")
    admin.post(f"{EDITIONS}{empty.pk}/step/approve/")
    assert "An edition needs at least one café that visitors can see." in page(admin, EDITIONS)
    assert not LogEntry.objects.exists()
    assert admin.get(f"{EDITIONS}{empty.pk}/step/explode/").status_code == 404


def test_an_edition_on_its_way_is_looked_at_only(admin: Client) -> None:
    edition = make_edition(status="sending")
    url = f"{EDITIONS}{edition.pk}/change/"
    assert 'name="_save"' not in page(admin, url)
    assert admin.post(url, form(week=str(edition.week), subject_zh="另一個")).status_code == 403
    assert admin.post(f"{EDITIONS}{edition.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_draft_can_be_thrown_away(admin: Client) -> None:
    edition = make_edition(status="draft")
    assert admin.post(f"{EDITIONS}{edition.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Edition.objects.exists()
    assert not Pick.objects.exists()
    assert Shop.objects.exists()


def test_who_may_only_look_takes_no_step_and_who_may_not_sees_nothing(transactional_db: None) -> None:
    edition = make_edition(status="draft")
    viewer, other = operator("viewer", "digest.view_edition", "digest.view_pick"), operator("other", "jobs.view_job")
    described("木鹿")
    paths = [
        f"{edition.pk}/preview/",
        "rules/",
        "rules/letter/zh-TW/",
        f"{edition.pk}/letter/en/",
        "cafes/?q=x",
        f"{edition.pk}/change/",
        "",
    ]
    assert {viewer.get(EDITIONS + path).status_code for path in paths} == {200}
    assert {other.get(EDITIONS + path).status_code for path in paths} == {403}
    for client in (viewer, other):
        assert client.post(f"{EDITIONS}{edition.pk}/step/approve/").status_code == 403
        assert client.post(f"{EDITIONS}rules/").status_code == 403
    edition.refresh_from_db()
    assert edition.status == "draft"


def test_offline_the_mails_that_were_written_can_be_looked_at(
    admin: Client, settings: Settings, tmp_path: Path
) -> None:
    settings.MAIL_FOLDER = str(tmp_path)
    mail = Mail(id="mail-1", to="reader@example.org", subject="本週", html="<p>好喝</p>", text="好喝")
    OfflineMailer(tmp_path, sender="a@example.org").send_batch([mail], idempotency_key="digest/7/0")
    (tmp_path / "secret.eml").write_bytes(b"Subject: x\n\nx")
    shown = page(admin, f"{EDITIONS}outbox/")
    assert "reader@example.org" in shown
    answer = admin.get(f"{EDITIONS}outbox/digest-7-0/mail-1/")
    assert answer.content.strip().decode() == "<p>好喝</p>"
    assert "script-src" not in answer["Content-Security-Policy"]
    for path in ("digest-7-0/none/", "../secret/", "%2e%2e/secret/", "./secret/", "digest-7-0/..%2fsecret/"):
        assert admin.get(f"{EDITIONS}outbox/{path}").status_code in {302, 404}, path
    settings.EMAIL_PROVIDER = "resend"
    assert admin.get(f"{EDITIONS}outbox/").status_code == 404
    assert "outbox" not in page(admin, EDITIONS)


def described(name: str) -> Shop:
    return make_shop(name, summary_zh=f"{name}很安靜。", summary_en="Quiet.", enriched_at=timezone.now())


def test_what_the_rules_would_send_is_shown_kept_by_nobody_and_can_become_a_draft(admin: Client) -> None:
    described("木鹿")
    before = next_monday(timezone.now())
    assert "an edition made by rules is sent" in page(admin, EDITIONS)
    assert "木鹿很安靜。" in page(admin, f"{EDITIONS}rules/")
    assert "picked automatically" in page(admin, f"{EDITIONS}rules/letter/en/")
    assert not Edition.objects.exists()
    assert admin.post(f"{EDITIONS}rules/").status_code == 302
    edition = Edition.objects.get()
    assert (edition.status, edition.is_automatic, edition.created_by) == ("draft", False, "curator")
    assert edition.week in {before, next_monday(timezone.now())}
    assert [(pick.shop.name, pick.label) for pick in edition.picks.all()] == [("木鹿", "new")]
    editions.approve(edition.pk)
    assert "the approved edition is sent" in page(admin, EDITIONS)
    later = str(edition.week + timedelta(weeks=1))
    assert later in page(admin, f"{EDITIONS}rules/")
    assert f'value="{later}"' in page(admin, f"{EDITIONS}add/")
    Edition.objects.filter(pk=edition.pk).update(status="sent", sent_at=timezone.now())
    assert "goes out ahead of time" in page(admin, EDITIONS)
    assert "picked automatically" in page(admin, f"{EDITIONS}rules/letter/en/")


def test_with_no_cafe_described_the_rules_send_nothing_and_say_so(admin: Client) -> None:
    assert "Nothing would be sent." in page(admin, f"{EDITIONS}rules/")
    assert admin.get(f"{EDITIONS}rules/letter/en/").status_code == 404
    assert admin.post(f"{EDITIONS}rules/").status_code == 302
    assert not Edition.objects.exists()


def test_an_edition_whose_mail_would_be_cut_off_says_so_and_is_not_approved(admin: Client) -> None:
    edition = make_edition(status="draft", intro_zh="&" * 30_000)
    assert "Mail programs would cut off the end" in page(admin, f"{EDITIONS}{edition.pk}/preview/")
    admin.post(f"{EDITIONS}{edition.pk}/step/approve/")
    edition.refresh_from_db()
    assert edition.status == "draft"
    assert "shorten some texts" in page(admin, EDITIONS)
