"""The adapter over the real SDK against a stand-in of Resend: what is sent, and every way in which it fails."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from caferoam.providers.email import Mail, Rejected, Taken, TakenBefore, close_mailer, get_mailer
from caferoam.providers.email.protocol import Mailer
from caferoam.providers.email.resend import ResendMailer
from caferoam.providers.errors import ProviderRefused, ProviderUnavailable, TurnedAway
from caferoam.testing.resend import API_KEY, ResendStub, problem
from caferoam.testing.vendors import Answer, HangUp, Silence


@pytest.fixture
def mailer(resend_stub: ResendStub) -> Mailer:
    """As the settings choose it."""
    return get_mailer()


def mails(count: int = 2) -> list[Mail]:
    return [
        Mail(
            id=f"mail-{number}",
            to=f"reader{number}@example.org",
            subject="本週咖啡廳",
            html="<p>好喝</p>",
            text="好喝",
            headers={"List-Unsubscribe": "<https://api.example/unsubscribe/x>"},
        )
        for number in range(count)
    ]


def test_a_batch_is_one_call_that_says_everything_of_each_mail(mailer: Mailer, resend_stub: ResendStub) -> None:
    results = mailer.send_batch(mails(), idempotency_key="digest/1/0")
    (asked,) = resend_stub.asked
    assert (asked.method, asked.path) == ("POST", "/emails/batch")
    assert asked.headers["authorization"] == f"Bearer {API_KEY}"
    assert asked.headers["idempotency-key"] == "digest/1/0"
    assert asked.json[1] == {
        "from": "CafeRoam 啡遊 <weekly@caferoam.example>",
        "to": ["reader1@example.org"],
        "subject": "本週咖啡廳",
        "html": "<p>好喝</p>",
        "text": "好喝",
        "headers": {"List-Unsubscribe": "<https://api.example/unsubscribe/x>"},
        "tags": [{"name": "mail", "value": "mail-1"}],
    }
    assert isinstance(results, list)
    assert all(isinstance(result, Taken) and result.provider_id for result in results)


def test_the_same_batch_under_the_same_key_is_answered_alike_and_sent_once(
    mailer: Mailer, resend_stub: ResendStub
) -> None:
    first = mailer.send_batch(mails(), idempotency_key="key")
    assert mailer.send_batch(mails(), idempotency_key="key") == first
    assert len(resend_stub.sent) == 2


def test_another_batch_under_a_known_key_is_not_sent(mailer: Mailer, resend_stub: ResendStub) -> None:
    mailer.send_batch(mails(2), idempotency_key="key")
    assert mailer.send_batch(mails(1), idempotency_key="key") == TakenBefore()
    assert len(resend_stub.sent) == 2


def test_what_is_refused_of_a_batch_is_said_of_the_right_mail(mailer: Mailer, resend_stub: ResendStub) -> None:
    resend_stub.unwelcome = {"reader1@example.org"}
    results = mailer.send_batch(mails(3), idempotency_key="key")
    assert isinstance(results, list)
    assert [type(result) for result in results] == [Taken, Rejected, Taken]
    assert results[1] == Rejected("Invalid `to` field.")


def test_calls_share_a_connection(mailer: Mailer, resend_stub: ResendStub) -> None:
    for number in range(5):
        mailer.send_batch(mails(1), idempotency_key=str(number))
    assert len({asked.peer_port for asked in resend_stub.asked}) == 1


@pytest.mark.parametrize(
    ("answer", "wait_s"),
    [
        (problem(429, "rate_limit_exceeded", "Too many requests.", {"retry-after": "3"}), 3),
        (problem(429, "rate_limit_exceeded", "Too many requests.", {"ratelimit-reset": "2"}), 2),
        (problem(429, "rate_limit_exceeded", "Too many requests.", {"retry-after": "soon"}), None),
        (problem(429, "rate_limit_exceeded", "Too many requests.", {"retry-after": "999999"}), 3600),
        (problem(429, "daily_quota_exceeded", "You have reached your daily quota."), 3600),
        (problem(429, "monthly_quota_exceeded", "You have reached your monthly quota."), 3600),
        (problem(409, "concurrent_idempotent_requests", "In progress."), 10),
        (problem(500, "application_error", "An unexpected error occurred."), None),
        (problem(503, "service_unavailable", "Try later."), None),
        (Answer(502, b"<html>Bad gateway</html>", {"Content-Type": "text/html"}), None),
        (Answer(200, b"<html>Hello</html>", {"Content-Type": "text/html"}), None),
        (Answer(200, b'{"data": [{"id"', {}), None),
        (Answer(200, b"{}"), None),
        (Answer(200, b"[]"), None),
        (Answer(200, b"null"), None),
        (Answer.of({"data": [{"id": "only one"}]}), None),
        (Answer.of({"data": "none", "errors": [{"index": "x"}]}), None),
        (Answer(200, b'{"data": [{"id": "a"}, {"id": "b"}]}', {}, cut_after=10), None),
        (HangUp(), None),
    ],
    ids=str,
)
def test_what_may_pass_is_tried_later(
    mailer: Mailer, resend_stub: ResendStub, answer: Answer | HangUp, wait_s: int | None
) -> None:
    resend_stub.next(answer)
    with pytest.raises(ProviderUnavailable) as raised:
        mailer.send_batch(mails(), idempotency_key="key")
    assert raised.value.retry_after == (None if wait_s is None else timedelta(seconds=wait_s))
    assert len(resend_stub.asked) == 1  # the queue tries again, not the SDK


@pytest.mark.parametrize(
    "answer",
    [
        problem(422, "validation_error", "Invalid `from` field."),
        problem(422, "missing_required_field", "Missing `to` field."),
        problem(400, "invalid_idempotency_key", "The key must be between 1-256 characters."),
        problem(413, "something_new", "Too large."),
    ],
    ids=str,
)
def test_what_will_never_be_taken_is_refused(mailer: Mailer, resend_stub: ResendStub, answer: Answer) -> None:
    resend_stub.next(answer)
    with pytest.raises(ProviderRefused) as raised:
        mailer.send_batch(mails(), idempotency_key="key")
    assert str(answer.status) in str(raised.value)


@pytest.mark.parametrize(
    ("answer", "wait"),
    [
        (problem(401, "missing_api_key", "Missing API key."), timedelta(minutes=15)),
        (problem(401, "restricted_api_key", "This key is restricted."), timedelta(minutes=15)),
        (problem(403, "invalid_api_key", "API key is invalid."), timedelta(minutes=15)),
        (problem(403, "validation_error", "The example.org domain is not verified."), timedelta(minutes=15)),
        (problem(429, "rate_limit_exceeded", "Too many requests."), None),
        (problem(429, "monthly_quota_exceeded", "You have reached your quota."), timedelta(hours=1)),
    ],
    ids=str,
)
def test_what_is_ours_to_mend_or_to_wait_for_has_surely_sent_nothing(
    mailer: Mailer, resend_stub: ResendStub, answer: Answer, wait: timedelta | None
) -> None:
    resend_stub.next(answer)
    with pytest.raises(TurnedAway, match=str(answer.status)) as raised:
        mailer.send_batch(mails(), idempotency_key="key")
    assert raised.value.retry_after == wait


@pytest.mark.parametrize("answer", [problem(500, "application_error", "Oh no."), HangUp()], ids=str)
def test_of_what_broke_nobody_knows_whether_it_was_sent(
    mailer: Mailer, resend_stub: ResendStub, answer: Answer | HangUp
) -> None:
    resend_stub.next(answer)
    with pytest.raises(ProviderUnavailable) as raised:
        mailer.send_batch(mails(), idempotency_key="key")
    assert not isinstance(raised.value, TurnedAway)


def test_what_resend_says_loses_addresses_and_keys_on_the_way(mailer: Mailer, resend_stub: ResendStub) -> None:
    told = f"Bad address reader@example.org with key re_abcdefgh12345678 {'x' * 5000}"
    resend_stub.next(problem(422, "validation_error", told))
    with pytest.raises(ProviderRefused) as raised:
        mailer.send_batch(mails(), idempotency_key="key")
    assert "reader@" not in str(raised.value)
    assert "re_abc" not in str(raised.value)
    assert len(str(raised.value)) < 300


@pytest.fixture
def impatient(resend_stub: ResendStub) -> Iterator[ResendMailer]:
    """Gives up after a fifth of a second."""
    mailer = ResendMailer(
        api_key=API_KEY, sender="a@example.org", base_url=resend_stub.url, timeout=timedelta(seconds=0.2)
    )
    yield mailer
    mailer.close()


@pytest.mark.slow
def test_silence_is_not_waited_for_beyond_the_timeout(impatient: ResendMailer, resend_stub: ResendStub) -> None:
    resend_stub.next(Silence())
    with pytest.raises(ProviderUnavailable):
        impatient.send_batch(mails(), idempotency_key="key")


def test_a_vendor_that_is_not_there_is_unavailable(settings: Settings) -> None:
    mailer = ResendMailer(api_key=API_KEY, sender="a@example.org", base_url="http://127.0.0.1:9")
    with pytest.raises(ProviderUnavailable):
        mailer.send_batch(mails(), idempotency_key="key")
    mailer.close()


def test_more_than_a_batch_holds_is_a_mistake_of_ours(mailer: Mailer) -> None:
    with pytest.raises(ValueError, match="101"):
        mailer.send_batch(mails(101), idempotency_key="key")


def test_without_a_key_the_missing_variable_is_named(settings: Settings) -> None:
    close_mailer()
    settings.EMAIL_PROVIDER, settings.RESEND_API_KEY = "resend", ""
    with pytest.raises(Exception, match="RESEND_API_KEY"):
        get_mailer()
