"""What is hidden in texts that are kept or sent on, and what must stay readable."""

import time

import pytest

from caferoam.scrub import HIDDEN, scrub

JWT = "eyJhbGciOiJFUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiI1YjAifQ.c2lnbmF0dXJlLXdpdGgtYmFzZTY0"

SECRET_TEXTS = {
    "a JWT": (f"token {JWT} is expired", "token [hidden] is expired"),
    "a JWT that was cut off": (f"got {JWT[:40]}", "got [hidden]"),
    "a JWT in a path": (f"GET /reset/{JWT}/ 404", "GET /reset/[hidden]/ 404"),
    "a bearer": ("Authorization: Bearer abc123def456", "Authorization: [hidden]"),
    "a bearer without the header's name": ("sent bearer AbCdEf123456 to x", "sent bearer [hidden] to x"),
    "a bearer of letters": ("Bearer aBcDeFgHiJkLmNoPqRsTuVwX", "Bearer [hidden]"),
    "basic authentication": ("Basic dXNlcjpwYXNzd29yZA==", "Basic [hidden]"),
    "a header as a dict": (
        "{'Authorization': 'Basic dXNlcjpw', 'Accept': '*/*'}",
        "'Authorization': [hidden], 'Accept'",
    ),
    "a DSN": ("postgresql://worker:hunter2@db.example:5432/x", "postgresql://[hidden]@db.example:5432/x"),
    "a DSN with an @ in its password": ("redis://:a@b@cache:6379/0", "redis://[hidden]@cache:6379/0"),
    "a libpq DSN": ("host=db password=hunter2 dbname=x", "host=db password=[hidden] dbname=x"),
    "a libpq DSN with spaces": ("password='a b c' dbname=x", "password=[hidden] dbname=x"),
    "JSON": ('{"user": "ann", "password": "a, b", "n": 1}', '"password": [hidden], "n": 1}'),
    "JSON in JSON": (r'"{\"api_key\": \"a, b\", \"n\": 1}"', r'"{\"api_key\": [hidden]\", \"n\": 1}"'),
    "a signed URL": ("https://x/p.jpg?token=abc.def&w=9", "https://x/p.jpg?token=[hidden]&w=9"),
    "a signed URL of Storage, and one for an upload": (
        "PUT https://x.supabase.co/storage/v1/object/upload/sign/menu-photos/5b0c/a.jpg?token=eyJhbGci.eyJ1c.c2ln 400",
        "PUT https://x.supabase.co/storage/v1/object/upload/sign/menu-photos/5b0c/a.jpg?token=[hidden] 400",
    ),
    "signed URLs in an answer": (
        '[{"signedURL": "/object/sign/menu-photos/a.jpg?token=eyJhbGci.eyJ1c.c2ln", "error": null}]',
        '"/object/sign/menu-photos/a.jpg?token=[hidden]", "error": null',
    ),
    "a publishable key of Supabase": ("apikey: sb_publishable_AbCdEfGhIjKlMnOp", "apikey: [hidden]"),
    "a signed URL of S3": (
        "https://x/p?X-Amz-Signature=abc&X-Amz-Credential=def",
        "https://x/p?X-Amz-Signature=[hidden]&X-Amz-Credential=[hidden]",
    ),
    "a key in a URL": ("GET /maps?q=x&key=abc HTTP/1.1", "GET /maps?q=x&key=[hidden] HTTP/1.1"),
    "a sign-in code": ("/callback?code=abc#access_token=def", "/callback?code=[hidden]#access_token=[hidden]"),
    "an Anthropic key": ("key sk-ant-api03-AbCdEfGhIjKl is", "key [hidden] is"),
    "an OpenAI key": ("sk-proj-AbCd3fGhIjKlMn", "[hidden]"),
    "a Resend key": ("re_AbCd1234_EfGhIjKlMnOp", "[hidden]"),
    "a Resend webhook secret": ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZI", "[hidden]"),
    "a Supabase key": ("sb_secret_AbCdEfGhIjKlMnOp", "[hidden]"),
    "a PostHog key": ("phc_AbCdEfGh1JkLmNoP", "[hidden]"),
    "an AWS key": ("AKIAABCDEFGHIJKLMNOP", "[hidden]"),
    "a Google key": ("AIzaSyA-abcdefghijklmnopqrstuvwxyz012345", "[hidden]"),
    "an e-mail address": ("to ann.lee+x@mail.example.com: bounced", "to [hidden]: bounced"),
    "a Chinese e-mail address": ("寄給 小安@例子.測試 失敗", "寄給 [hidden] 失敗"),
    "an assigned setting": ("SECRET_KEY = 'abc'", "SECRET_KEY = [hidden]"),
    "a variable of the environment": ("SUPABASE_JWT_SECRET=abc", "SUPABASE_JWT_SECRET=[hidden]"),
    "a cookie": ("Cookie: sessionid=abc; csrftoken=def", "Cookie: [hidden]"),
    "a refresh token": ("refresh_token: abc", "refresh_token: [hidden]"),
}


@pytest.mark.parametrize(("text", "expected"), SECRET_TEXTS.values(), ids=SECRET_TEXTS)
def test_a_secret_is_hidden_and_what_stands_around_it_is_not(text: str, expected: str) -> None:
    assert expected in scrub(text)


@pytest.mark.parametrize("text", [text for text, _ in SECRET_TEXTS.values()], ids=SECRET_TEXTS)
def test_what_was_scrubbed_stays_as_it_is(text: str) -> None:
    once = scrub(text)
    assert scrub(once) == once


READABLE = [
    "ValueError: no such shop: 5b0c2a6e-8f0e-4f57-9d3c-0d2f6c1f9a11",
    "bearer token expired",
    "Basic validation failed",
    "the password is too short",
    "the token was used twice",
    "unexpected token in line 3",
    "prompt tokens: 1200, max_tokens=4096, output_tokens: 80",
    "psycopg.errors.UniqueViolation: Key (shop_id)=(5b0c) already exists.",
    'File "/app/caferoam/api/tokens.py", line 12, in read_token',
    "    raise ProviderUnavailable(message, retry_after=timedelta(seconds=30))",
    "https://api.anthropic.com/v1/messages answered 529, request req_011CSHoEeqs5C35K2UUqR7Fy",
    "GET /shops?city=taipei&order=rating",
    "job enrich_shop 5b0c2a6e-8f0e-4f57-9d3c-0d2f6c1f9a11, attempt 2: lease expired",
    "re-enrichment of pk_in_lookup_fields",
    "@job decorator, user@host, 3 @ 5.00",
    "the primary key: id",
    "安靜有插座的咖啡廳:台北市大安區",
    "2026-11-23T03:12:00+08:00",
]


@pytest.mark.parametrize("text", READABLE)
def test_words_that_only_speak_of_secrets_stay_readable(text: str) -> None:
    assert scrub(text) == text


HOSTILE = [
    "a", "a.", "a-", "eyJ", "-eyJ", "eyJabcdefgh-", "eyJabcdefgh.", "@", "a@", "a@b.", "a@b.1.", "@a.", "://", "a://",
    "://a@", "//", " ", "\n", "bearer ", "bearer a", "basic =", "?", "?a-", "?token", "&a=", "sk-", "sk-sk-", "re_1",
    "password", "password ", "password=", 'password="', "password='", '"', "secret_", "secret-access-", "cookie: ",
    "authorization: bearer ", "AKIA", "AIza", "é", "🙂", "[hidden]", "token:[hidden]",
]  # fmt: skip


@pytest.mark.parametrize("opening", ["", "://", "eyJ", 'password="', "a@", "sk-", "?", "bearer "])
def test_a_hostile_text_costs_no_more_than_its_length(opening: str) -> None:
    """100 kB in which every place could begin a match: half a minute and more where reading begins anew at each."""
    for part in HOSTILE:
        text = (opening + part * 100_000)[:100_000]
        began_at = time.process_time()
        scrub(text)
        assert time.process_time() - began_at < 2, part


def test_what_is_hidden_is_named() -> None:
    assert scrub(JWT) == HIDDEN == "[hidden]"
