"""Curators write an edition, look at it as mail, approve it and send it; others see or do none of it."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from pytest_django import Settings

from caferoam.jobs.models import Job
from caferoam.providers.email import Mail
from caferoam.providers.email.offline import OfflineMailer
from caferoam.testing.desk import become_the_admin, operator
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


def form(*picks: dict[str, object], week: str = "2026-11-30", **texts: str) -> dict[str, Any]:
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
        for name, value in {"blurb_zh": "", "blurb_en": "", "position": "", **pick}.items():
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
        (form(week="2026-12-01"), "This is no Monday."),
        (form({"shop": "沒有這間"}), "No café that visitors can see has this name or id."),
        (form({"shop": "雙生"}), "Several cafés have this name"),
        (form({"shop": "草稿"}), "No café that visitors can see has this name or id."),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(admin: Client, fields: dict[str, Any], told: str) -> None:
    for name, status in (("雙生", "live"), ("雙生", "live"), ("草稿", "draft")):
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
    paths = [f"{edition.pk}/preview/", f"{edition.pk}/letter/en/", "cafes/?q=x", f"{edition.pk}/change/", ""]
    assert {viewer.get(EDITIONS + path).status_code for path in paths} == {200}
    assert {other.get(EDITIONS + path).status_code for path in paths} == {403}
    for client in (viewer, other):
        assert client.post(f"{EDITIONS}{edition.pk}/step/approve/").status_code == 403
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
