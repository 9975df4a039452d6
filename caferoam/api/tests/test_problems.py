"""Every error is the same kind of JSON with a readable detail, and none tells what it should not."""

import logging
import uuid
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from django.test import Client, override_settings
from pytest_django.fixtures import Settings

from caferoam.api.tests.urls import SECRET_TEXT

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as TestResponse

pytestmark = pytest.mark.urls("caferoam.api.tests.urls")


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture(params=[False, True], ids=["production", "debug"])
def debug(request: pytest.FixtureRequest, settings: Settings) -> None:
    """Django answers errors itself in debug mode, unless it never gets to."""
    settings.DEBUG = request.param


def problem(response: "TestResponse", status: int, code: str) -> dict[str, object]:
    """The body of a well-formed problem with this status and code."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, object] = response.json()
    assert body["status"] == status
    assert body["code"] == code
    assert body["title"] == HTTPStatus(status).phrase
    assert body["instance"] == response["X-Request-ID"]
    assert str(body["type"]).endswith(code)
    assert isinstance(body["detail"], str)
    assert body["detail"]
    assert SECRET_TEXT not in response.content.decode()
    assert "Traceback" not in response.content.decode()
    assert response["Cache-Control"] == "private, no-store"
    return body


@pytest.mark.usefixtures("debug")
@pytest.mark.parametrize("accept", ["application/json", "text/html", "*/*"])
@pytest.mark.parametrize("path", ["/nowhere", "/nowhere/", "/", "/echo/x", "/favicon.ico", "//echo", "/echo//"])
def test_an_unknown_path_is_a_404_problem(client: Client, settings: Settings, path: str, accept: str) -> None:
    problem(client.get(path, headers={"Accept": accept}), 404, "not_found")


@pytest.mark.usefixtures("debug")
@pytest.mark.parametrize("prefix", ["faults", "plain"])
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("surprise", (500, "internal_error")),
        ("database", (503, "database_unavailable")),
        ("full", (409, "full")),
        ("absent", (404, "not_found")),
        ("forbidden", (403, "permission_denied")),
        ("bad", (400, "malformed_request")),
        ("suspicious", (400, "malformed_request")),
        ("throttled", (429, "throttled")),
        ("nested", (400, "invalid_request")),
    ],
)
def test_what_a_view_raises_is_a_problem_inside_and_outside_drf(
    client: Client, prefix: str, name: str, expected: tuple[int, str]
) -> None:
    response = client.get(f"/{prefix}/{name}", headers={"Accept": "text/html"} if prefix == "plain" else {})
    problem(response, *expected)


def test_a_surprise_is_logged_once_with_its_traceback(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    problem(client.get("/faults/surprise"), 500, "internal_error")
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert len(errors) == 1
    assert errors[0].exc_info is not None
    assert SECRET_TEXT in caplog.text, "the log may know"
    assert "Unexpected error in GET faults/<str:name>" in caplog.text, "the path may hold a token"
    assert "faults/surprise" not in errors[0].getMessage()


def test_a_surprise_reaches_the_crash_reporter() -> None:
    with pytest.raises(ValueError, match="hunter2"):
        Client().get("/faults/surprise")


def test_a_refusal_of_ours_carries_its_sentence_and_its_fields(client: Client) -> None:
    body = problem(client.get("/faults/full"), 409, "full")
    assert body["detail"] == "It is full."
    assert body["errors"] == {"name": ["Too many."]}


def test_nested_errors_are_named_by_their_path(client: Client) -> None:
    body = problem(client.get("/faults/nested"), 400, "invalid_request")
    assert body["errors"] == {"photos.0.url": ["No."], "note": ["Too long."]}
    assert body["detail"] == "photos.0.url: No. note: Too long."


def test_an_error_of_no_field_says_so(client: Client) -> None:
    assert problem(client.get("/faults/plain"), 400, "invalid_request")["errors"] == {
        "non_field_errors": ["Nothing fits."]
    }


def test_waiting_times_are_told(client: Client) -> None:
    assert client.get("/faults/throttled")["Retry-After"] == "7"
    assert client.get("/faults/database")["Retry-After"] == "5"


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_another_verb_is_a_405_that_names_the_allowed_ones(client: Client, method: str) -> None:
    response = getattr(client, method)("/echo")
    problem(response, 405, "method_not_allowed")
    assert "GET" in response["Allow"]
    assert method.upper() not in response["Allow"].split(", ")


def test_a_format_we_do_not_speak_is_a_406_problem_in_json(client: Client) -> None:
    problem(client.get("/echo?text=x", headers={"Accept": "text/html"}), 406, "not_acceptable")


def test_a_body_we_do_not_read_is_a_415_and_a_broken_one_a_400(client: Client) -> None:
    problem(client.post("/echo", "x", content_type="text/xml"), 415, "unsupported_media_type")
    problem(client.post("/echo", "{", content_type="application/json"), 400, "parse_error")


def test_a_body_over_1_mb_is_refused_unread(client: Client) -> None:
    problem(client.post("/echo", b"x" * (1024 * 1024 + 1), content_type="application/json"), 413, "body_too_large")


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=10)
def test_django_s_own_limits_are_problems_too(client: Client) -> None:
    problem(client.get("/echo?" + "&".join("a=1" for _ in range(1_001))), 400, "malformed_request")


@pytest.mark.usefixtures("debug")
@pytest.mark.parametrize("host", ["evil.test", "127.0.0.1:x", "a b", "[::1", ""])
def test_an_unknown_host_is_a_problem(client: Client, settings: Settings, host: str) -> None:
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    problem(client.get("/healthz", headers={"Host": host}), 400, "unknown_host")


@pytest.mark.parametrize("path", ["/echo%00", "/%ff", "/echo%0d%0aX: 1", "/%25zz", "/echo%7f"])
def test_a_path_with_control_characters_or_broken_encoding_is_malformed(client: Client, path: str) -> None:
    problem(client.get(path), 400, "malformed_url")


@pytest.mark.parametrize(
    ("middleware", "expected"),
    [("refusing_middleware", (400, "malformed_request")), ("broken_middleware", (500, "internal_error"))],
)
def test_what_fails_before_any_view_is_a_problem_too(
    client: Client, settings: Settings, middleware: str, expected: tuple[int, str]
) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, f"caferoam.api.tests.urls.{middleware}"]
    problem(client.get("/healthz"), *expected)


@pytest.mark.parametrize(
    ("query", "name"), [("text=%ff", "text"), ("text=x&tag=%zz", "tag"), ("%c3%28=1", "\ufffd("), ("a%", "a%")]
)
def test_a_broken_query_encoding_is_malformed_and_named(client: Client, query: str, name: str) -> None:
    body = problem(client.get("/echo", QUERY_STRING=query), 400, "malformed_url")
    assert body["errors"] == {name: ["This is not properly percent-encoded UTF-8."]}


def test_chinese_text_may_stand_in_the_query_encoded_or_not(client: Client) -> None:
    assert client.get("/echo", {"text": "安靜"}).json() == {"text": "安靜"}
    raw = "text=安靜".encode().decode("latin-1")
    assert client.get("/echo", QUERY_STRING=raw).json() == {"text": "安靜"}


def test_a_url_that_is_too_long_is_a_problem(client: Client) -> None:
    problem(client.get("/" + "x" * 2_048), 414, "url_too_long")
    problem(client.get("/echo", {"text": "x" * 60_000}), 414, "url_too_long")


def test_the_caller_s_request_id_is_kept_if_it_is_sane(client: Client) -> None:
    assert client.get("/healthz", headers={"X-Request-ID": "abc-123.DEF_4"})["X-Request-ID"] == "abc-123.DEF_4"


@pytest.mark.parametrize("sent", ["", "short", "x" * 129, "a b c d e f g h", "<script>alert(1)</script>", "äääääääää"])
def test_any_other_request_id_is_replaced(client: Client, sent: str) -> None:
    assert uuid.UUID(client.get("/healthz", headers={"X-Request-ID": sent})["X-Request-ID"])


def test_every_answer_carries_the_security_headers(client: Client) -> None:
    for response in (
        client.get("/healthz"),
        client.get("/nowhere"),
        client.get("/faults/surprise"),
        client.get("/%00"),
    ):
        assert response["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Referrer-Policy"] == "no-referrer"
        assert {"Authorization", "Origin"} <= {name.strip() for name in response["Vary"].split(",")}


def test_answers_say_how_long_they_are(client: Client) -> None:
    for response in (client.get("/healthz"), client.get("/nowhere")):
        assert int(response["Content-Length"]) == len(response.content)


def test_both_spellings_of_a_path_answer_every_verb_without_a_redirect(client: Client) -> None:
    for path in ("/echo", "/echo/"):
        assert client.get(path, {"text": "x"}).status_code == 200
        assert client.post(path, {"text": "x"}, content_type="application/json").json() == {"text": "x"}
        assert client.head(path, {"text": "x"}).status_code == 200
        assert client.delete(path).status_code == 405
