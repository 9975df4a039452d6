"""The link in the mail: it ends it with one click, and opens nothing else."""

import psycopg
import pytest

from accounts.models import Consent, Profile
from caferoam.api.principal import Principal
from caferoam.testing.database import ApiClient
from digest.addresses import link_hash, link_token
from digest.models import Unsubscribe
from digest.tests.making import subscribe

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def link(member: Principal) -> str:
    """The link that stands in a mail to ``member``."""
    subscribe(member)
    token = link_token(member.user_id)
    Unsubscribe.objects.create(profile_id=member.user_id, token_hash=link_hash(token))
    return f"/unsubscribe/{token}"


def wants_mail(member: Principal) -> bool:
    return Profile.objects.get(pk=member.user_id).email_opt_in


def test_one_click_of_a_mail_program_takes_the_consent_back(api: ApiClient, member: Principal, link: str) -> None:
    answer = api.post(
        link, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded", HTTP_ORIGIN="https://mail"
    )
    assert answer.status_code == 200
    assert not wants_mail(member)
    last = Consent.objects.filter(user_id=member.user_id, kind="weekly_email").latest("at")
    assert (last.granted, last.source, last.version) == (False, "unsubscribe", "test")


def test_looking_at_the_link_changes_nothing(api: ApiClient, member: Principal, link: str) -> None:
    answer = api.get(link)
    assert answer.status_code == 200
    assert b'<form method="post">' in answer.content
    assert wants_mail(member)


def test_known_used_and_unknown_links_are_answered_alike(api: ApiClient, link: str) -> None:
    answers = [api.post(link), api.post(link), api.post("/unsubscribe/AAAAAAAAAAAAAAAAAAAAAA"), api.post(f"{link}/")]
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}
    assert Consent.objects.filter(source="unsubscribe").count() == 1


def test_a_link_ends_nobody_elses_mail_and_nothing_but_the_mail(
    api: ApiClient, member: Principal, other_member: Principal, link: str
) -> None:
    subscribe(other_member)
    api.post(link)
    assert wants_mail(other_member)
    assert Profile.objects.get(pk=member.user_id).pdpa_consent_at is not None


def test_who_asks_for_the_mail_again_can_end_it_by_the_same_link(api: ApiClient, member: Principal, link: str) -> None:
    api.post(link)
    subscribe(member)
    api.post(link)
    assert not wants_mail(member)


def test_the_page_runs_no_script_and_is_kept_nowhere(api: ApiClient) -> None:
    answer = api.get("/unsubscribe/whatever")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer["Cache-Control"] == "no-store"


def test_the_database_keeps_hashes_of_links_only(link: str, owner: psycopg.Connection) -> None:
    (kept,) = owner.execute("SELECT l::text FROM digest_unsubscribes AS l").fetchall()
    assert link.rpartition("/")[2] not in kept[0]
