"""Who gets an edition, and that nobody gets it twice."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from caferoam.api.principal import Principal
from caferoam.jobs import queue
from caferoam.jobs.models import Job, Lane
from caferoam.providers.email import close_mailer
from caferoam.testing.jobs import drain
from caferoam.testing.resend import API_KEY, ResendStub, problem
from digest import sending
from digest.addresses import email_hash, link_token
from digest.models import Delivery, Edition, Suppression, Unsubscribe
from digest.tests.making import make_edition, subscribe

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

NewMembers = Callable[[int], list[Principal]]


@pytest.fixture
def readers(new_members: NewMembers) -> list[Principal]:
    """Three members who want the weekly email."""
    members = new_members(3)
    subscribe(*members)
    return members


def send(edition: Edition) -> dict[str, int]:
    """Run the job until nothing is due any more; the states reached."""
    queue.enqueue("weekly_email", {"edition_id": str(edition.pk)})
    return dict(drain(["weekly_email"]))


def again() -> dict[str, int]:
    """Let what waits for its next attempt be due now, and its lane be open."""
    Lane.objects.update(paused_until=None)
    Job.objects.filter(status="pending").update(scheduled_at=timezone.now())
    return dict(drain(["weekly_email"]))


def statuses(edition: Edition) -> list[str]:
    return sorted(Delivery.objects.filter(edition=edition).values_list("status", flat=True))


def addresses(members: list[Principal]) -> list[str]:
    return sorted(str(member.email) for member in members)


def test_each_reader_gets_the_edition_once(
    resend_stub: ResendStub, readers: list[Principal], member: Principal
) -> None:
    edition = make_edition()
    assert send(edition) == {"completed": 1}
    assert sorted(resend_stub.to()) == addresses(readers)
    edition.refresh_from_db()
    assert edition.status == "sent"
    assert edition.sent_at is not None
    assert statuses(edition) == ["sent"] * 3
    assert all(Delivery.objects.values_list("provider_id", flat=True))
    assert send(edition) == {"completed": 1}
    assert len(resend_stub.sent) == 3


def test_a_chunk_is_a_hundred_under_one_key(resend_stub: ResendStub, new_members: NewMembers) -> None:
    members = new_members(101)
    subscribe(*members)
    edition = make_edition()
    send(edition)
    assert [len(asked.json) for asked in resend_stub.asked] == [100, 1]
    keys = [asked.headers["idempotency-key"] for asked in resend_stub.asked]
    assert keys == [f"digest/{edition.pk}/0", f"digest/{edition.pk}/1"]
    assert sorted(resend_stub.to()) == addresses(members)


def test_a_job_sends_so_many_chunks_and_leaves_the_rest_to_the_next(
    resend_stub: ResendStub, new_members: NewMembers
) -> None:
    members = new_members(sending.CHUNKS_A_JOB + 2)
    subscribe(*members)
    edition = make_edition(status="sending")
    Delivery.objects.bulk_create(
        Delivery(edition=edition, profile_id=member.user_id, chunk=chunk) for chunk, member in enumerate(members)
    )
    assert send(edition) == {"completed": 2}
    assert sorted(resend_stub.to()) == addresses(members)
    assert Edition.objects.get().status == "sent"


def test_every_mail_carries_links_of_its_own_a_page_for_people_and_one_click_for_programs(
    resend_stub: ResendStub, readers: list[Principal], settings: Settings
) -> None:
    settings.API_URL, settings.WEB_URL = "https://api.example", "https://web.example"
    send(make_edition())
    for mail in resend_stub.sent:
        (reader,) = [reader for reader in readers if reader.email == mail["to"][0]]
        token = link_token(reader.user_id)
        assert mail["headers"] == {
            "List-Unsubscribe": f"<https://api.example/unsubscribe/{token}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
        assert f'"https://web.example/unsubscribe/{token}"' in mail["html"]
        assert f"https://web.example/unsubscribe/{token}\n" in mail["text"]
    assert Unsubscribe.objects.count() == 3


def test_who_withdrew_after_the_plan_gets_nothing(resend_stub: ResendStub, readers: list[Principal]) -> None:
    resend_stub.next(problem(500, "application_error", "Something went wrong."))
    edition = make_edition()
    send(edition)
    subscribe(readers[0], granted=False)
    assert again() == {"completed": 1}
    assert sorted(resend_stub.to()) == addresses(readers[1:])
    assert statuses(edition) == ["sent", "sent", "skipped"]


def test_a_batch_whose_answer_was_lost_is_not_sent_again(resend_stub: ResendStub, readers: list[Principal]) -> None:
    resend_stub.lose_answers = 1
    edition = make_edition()
    assert send(edition) == {"pending": 1}
    assert statuses(edition) == ["pending"] * 3
    assert again() == {"completed": 1}
    assert sorted(resend_stub.to()) == addresses(readers)
    assert statuses(edition) == ["sent"] * 3
    assert all(Delivery.objects.values_list("provider_id", flat=True))


def test_of_a_batch_whose_answer_was_lost_and_that_has_changed_since_it_is_known_who_got_it(
    resend_stub: ResendStub, readers: list[Principal]
) -> None:
    resend_stub.lose_answers = 1
    edition = make_edition()
    send(edition)
    subscribe(readers[0], granted=False)
    assert again() == {"completed": 1}
    assert sorted(resend_stub.to()) == addresses(readers)  # all of them, before the one withdrew, and none twice
    assert statuses(edition) == ["sent"] * 3
    assert set(Delivery.objects.values_list("reason", flat=True)) == {sending.SENT_BEFORE}


def test_what_may_have_been_sent_is_not_sent_again_when_the_provider_has_forgotten_the_key(
    resend_stub: ResendStub, readers: list[Principal]
) -> None:
    resend_stub.lose_answers = 1
    edition = make_edition()
    send(edition)
    resend_stub.forget_keys()
    Delivery.objects.update(handed_over_at=timezone.now() - timedelta(hours=25))
    assert again() == {"completed": 1}
    assert sorted(resend_stub.to()) == addresses(readers)
    assert set(Delivery.objects.values_list("status", "reason")) == {("failed", sending.LOST)}


def test_an_address_that_bounced_gets_nothing_whoever_has_it_now(
    resend_stub: ResendStub, readers: list[Principal]
) -> None:
    Suppression.objects.create(email_hash=email_hash(str(readers[0].email).upper()), reason="bounced")
    edition = make_edition()
    send(edition)
    assert sorted(resend_stub.to()) == addresses(readers[1:])
    assert Delivery.objects.get(status="skipped").reason == "bounced"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE profiles SET deactivated_at = now() WHERE id = %s",
        "INSERT INTO account_deletions (user_id) VALUES (%s)",
        "UPDATE auth.users SET email = NULL WHERE id = %s",
    ],
)
def test_who_cannot_be_written_to_is_left_out(
    resend_stub: ResendStub, readers: list[Principal], owner: psycopg.Connection, change: str
) -> None:
    owner.execute(change.encode(), [readers[0].user_id])
    send(make_edition())
    assert sorted(resend_stub.to()) == addresses(readers[1:])


def test_one_bad_address_keeps_no_mail_from_the_others(resend_stub: ResendStub, readers: list[Principal]) -> None:
    resend_stub.unwelcome = {str(readers[0].email)}
    edition = make_edition()
    assert send(edition) == {"completed": 1}
    assert sorted(resend_stub.to()) == addresses(readers[1:])
    assert Delivery.objects.get(status="failed").reason == "Invalid `to` field."
    edition.refresh_from_db()
    assert edition.status == "sent"


def test_a_key_that_is_not_good_closes_the_lane_and_loses_nobody_however_long_it_takes_to_mend(
    resend_stub: ResendStub, readers: list[Principal], settings: Settings
) -> None:
    close_mailer()
    settings.RESEND_API_KEY = "re_of_somebody_else_0123"
    edition = make_edition()
    assert send(edition) == {"pending": 1}
    lane = Lane.objects.get(job_type="weekly_email")
    assert lane.paused_until is not None
    assert lane.paused_until > timezone.now() + timedelta(minutes=10)
    assert "Resend does not serve us: Resend: 403 invalid_api_key" in str(lane.pause_reason)
    assert again() == {"pending": 1}
    job = Job.objects.get(job_type="weekly_email")
    assert (job.attempts, job.max_attempts - job.attempts) == (2, 3), "each wait gives back the attempt that it took"
    assert set(Delivery.objects.values_list("status", "handed_over_at")) == {("pending", None)}
    close_mailer()
    settings.RESEND_API_KEY = API_KEY
    assert again() == {"completed": 1}
    assert sorted(resend_stub.to()) == addresses(readers)


def test_a_call_that_may_have_sent_stays_one_whatever_the_next_is_told(
    resend_stub: ResendStub, readers: list[Principal]
) -> None:
    resend_stub.lose_answers = 1
    assert send(make_edition()) == {"pending": 1}
    handed_over = set(Delivery.objects.values_list("handed_over_at", flat=True))
    resend_stub.next(problem(429, "monthly_quota_exceeded", "You have reached your quota."))
    assert again() == {"pending": 1}
    assert set(Delivery.objects.values_list("handed_over_at", flat=True)) == handed_over != {None}
    assert again() == {"completed": 1}
    assert sorted(resend_stub.to()) == addresses(readers)


def test_mails_that_resend_refuses_fail_the_job_and_can_be_sent_when_that_is_mended(
    resend_stub: ResendStub, readers: list[Principal]
) -> None:
    resend_stub.next(problem(422, "validation_error", "Invalid `from` field."))
    edition = make_edition()
    assert send(edition) == {"failed": 1}
    assert set(Delivery.objects.values_list("status", "handed_over_at")) == {("pending", None)}
    assert send(edition) == {"completed": 1}
    assert sorted(resend_stub.to()) == addresses(readers)


def test_each_language_gets_its_own(
    resend_stub: ResendStub, readers: list[Principal], owner: psycopg.Connection
) -> None:
    owner.execute("UPDATE profiles SET locale = 'en' WHERE id = %s", [readers[0].user_id])
    send(make_edition(subject_zh="本週三間", subject_en="Three this week"))
    subjects = {mail["to"][0]: mail["subject"] for mail in resend_stub.sent}
    assert subjects.pop(str(readers[0].email)) == "Three this week"
    assert set(subjects.values()) == {"本週三間"}


def test_a_draft_is_never_sent(resend_stub: ResendStub, readers: list[Principal]) -> None:
    assert send(make_edition(status="draft")) == {"failed": 1}
    assert resend_stub.sent == []


def test_without_an_edition_the_scheduled_job_makes_one_by_rules(
    resend_stub: ResendStub, readers: list[Principal]
) -> None:
    make_edition(status="draft")  # last resort of nobody: it was not approved
    queue.enqueue("weekly_email")
    assert drain(["weekly_email"]) == {"completed": 1}
    edition = Edition.objects.get(status="sent")
    assert edition.is_automatic
    assert sorted(resend_stub.to()) == addresses(readers)


def test_without_any_cafe_nothing_is_sent(resend_stub: ResendStub, readers: list[Principal]) -> None:
    queue.enqueue("weekly_email")
    assert drain(["weekly_email"]) == {"completed": 1}
    assert resend_stub.asked == []


def test_offline_the_same_mails_are_files(readers: list[Principal], settings: Settings, tmp_path: Path) -> None:
    settings.MAIL_FOLDER = str(tmp_path)
    send(make_edition())
    files = list(tmp_path.rglob("*.eml"))
    assert len(files) == 3
    assert all(b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in file.read_bytes() for file in files)
