"""``manage.py smoke`` as it is run after a deployment: a process that knows an address and nothing else."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest
import redis
from django.conf import settings
from django.core.management import call_command

from caferoam.local.members import consent, find_or_make_user
from caferoam.local.provision import API, WORKER
from caferoam.local.supabase.callers import ProjectKeys
from caferoam.local.supabase.standin import SupabaseStandIn
from caferoam.local.tokens import SigningKey, load_or_make_key, sign_token
from caferoam.pulse import NAMES, Pulse
from caferoam.testing.database import database_url
from caferoam.testing.live import Live, eventually

PASSWORD = "correct horse battery"
KEYS = ProjectKeys(
    publishable="sb_publishable_0123456789abcdef", secret="sb_secret_0123456789abcdef", signing="signing"
)
PAGE = '<!DOCTYPE html><html lang="{language}"><script src="/_next/app.js"></script></html>'
PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
type Answer = tuple[int, str, str]
"""Status, content type, body."""


def smoke(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Run it where nothing of ours is set."""
    clean = {name: os.environ[name] for name in ("PATH", "COVERAGE_PROCESS_CONFIG") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", "smoke", *arguments],
        cwd=settings.BASE_DIR,
        env={**clean, "CAFEROAM_LOCAL_DIR": "/nonexistent", "PYTHONUTF8": "1", **environment},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def outcomes(output: str) -> dict[str, str]:
    """``ok`` or ``FAILED`` by the name of each check."""
    lines = [line for line in output.splitlines() if line.startswith(("ok ", "FAILED "))]
    return {line[8:26].strip(): line[:6].strip() for line in lines}


@contextmanager
def stub(answer: Callable[[str], Answer], headers: Mapping[str, str] = PAGE_HEADERS) -> Iterator[str]:
    """A server that answers GET as told; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, body = answer(self.path)
            self.send_response(status)
            for name, value in {**headers, "Content-Type": kind, "Content-Length": str(len(body.encode()))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def signing_key(tmp_path: Path) -> SigningKey:
    return load_or_make_key(tmp_path / "signing.pem")


@pytest.fixture
def supabase(signing_key: SigningKey, transactional_db: None, tmp_path: Path) -> Iterator[SupabaseStandIn]:
    with SupabaseStandIn(
        signing_key,
        KEYS,
        folder=tmp_path / "supabase",
        api_dsn=lambda: database_url(API),
        worker_dsn=lambda: database_url(WORKER),
    ) as standin:
        yield standin


@pytest.fixture
def product(supabase: SupabaseStandIn, owner: psycopg.Connection, tmp_path: Path) -> Iterator[str]:
    """The API's address."""
    call_command("load_taxonomy", verbosity=0)
    call_command("load_demo", verbosity=0)
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()
    processes = Live(tmp_path, settings_module="caferoam.settings")
    try:
        yield processes.api(SUPABASE_URL=supabase.url, SUPABASE_PUBLISHABLE_KEY=KEYS.publishable)
    finally:
        processes.stop()


@pytest.fixture
def pulses(product: str) -> Iterator[None]:
    """Relay, worker and beat give signs of life, for as long as the test takes."""
    is_over = threading.Event()

    def beat() -> None:
        with ExitStack() as stack:
            made = [stack.enter_context(Pulse(settings.REDIS_URL, name)) for name in NAMES]
            while not is_over.wait(0.2):
                for pulse in made:
                    pulse.beat()

    thread = threading.Thread(target=beat)
    thread.start()
    try:
        # The API may have been asked before the first sign, and gives the same answer for a while.
        assert eventually(lambda: httpx.get(f"{product}/readyz").json()["status"] == "ready")
        yield
    finally:
        is_over.set()
        thread.join()


def token_of_a_member(key: SigningKey, supabase: SupabaseStandIn, owner: psycopg.Connection) -> str:
    email = f"{uuid4().hex}@caferoam.test"
    with owner.cursor() as cursor:
        user_id = find_or_make_user(cursor, email)
        consent(cursor, user_id)
    return sign_token(key, issuer=f"{supabase.url}/auth/v1", user_id=user_id, email=email)


@pytest.mark.slow
@pytest.mark.usefixtures("pulses")
def test_a_product_that_works_passes_and_its_token_is_not_shown(
    product: str, signing_key: SigningKey, supabase: SupabaseStandIn, owner: psycopg.Connection
) -> None:
    token = token_of_a_member(signing_key, supabase, owner)

    def web(path: str) -> Answer:
        if path.startswith("/api/"):
            said = httpx.get(product + path.removeprefix("/api"))
            return said.status_code, said.headers["content-type"], said.text
        pages = {"/": PAGE.format(language="zh-Hant-TW"), "/en": PAGE.format(language="en")}
        if path.endswith(".js"):
            return 200, "application/javascript", ""
        return (200, "text/html", pages[path]) if path in pages else (404, "text/html", "")

    with stub(web) as pages:
        run = smoke(product, "--web", pages, CAFEROAM_SMOKE_TOKEN=token)
    assert run.returncode == 0, run.stdout + run.stderr
    found = outcomes(run.stdout)
    assert set(found.values()) == {"ok"}
    assert {"readyz", "one shop", "search", "search is closed", "web: home, en", "web: /api"} <= set(found)
    assert token not in run.stdout + run.stderr
    said = smoke(product, "--token", token)
    assert said.returncode == 0
    assert outcomes(said.stdout)["search"] == "ok"


@pytest.mark.slow
@pytest.mark.usefixtures("pulses")
def test_signing_in_lasts_as_long_as_the_checks(
    product: str, supabase: SupabaseStandIn, owner: psycopg.Connection
) -> None:
    email = f"{uuid4().hex}@caferoam.test"
    made = httpx.post(
        f"{supabase.url}/auth/v1/signup",
        headers={"apikey": KEYS.publishable},
        json={"email": email, "password": PASSWORD},
    )
    assert made.status_code == 200, made.text
    with owner.cursor() as cursor:
        consent(cursor, find_or_make_user(cursor, email))
    where = {"SUPABASE_URL": supabase.url, "SUPABASE_PUBLISHABLE_KEY": KEYS.publishable}
    run = smoke(product, "--email", email, CAFEROAM_SMOKE_PASSWORD=PASSWORD, **where)
    assert run.returncode == 0, run.stdout + run.stderr
    assert outcomes(run.stdout)["search"] == "ok"
    assert PASSWORD not in run.stdout + run.stderr
    wrong = smoke(product, "--email", email, CAFEROAM_SMOKE_PASSWORD="another one", **where)
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "does not sign this member in: 400" in wrong.stderr
    nowhere = smoke(product, "--email", email, CAFEROAM_SMOKE_PASSWORD=PASSWORD)
    assert nowhere.returncode == 1
    assert "Not set: SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY" in nowhere.stderr


@pytest.mark.slow
def test_a_token_that_opens_nothing_and_a_relay_that_stands_still_fail(product: str) -> None:
    assert eventually(lambda: httpx.get(f"{product}/readyz").json()["status"] == "degraded")
    run = smoke(product, "--token", "not.a.token")
    assert run.returncode == 1
    assert {name for name, said in outcomes(run.stdout).items() if said == "FAILED"} == {"readyz", "search"}
    assert "degraded: relay: no round" in run.stdout
    assert "401 instead of 200" in run.stdout
    assert "not.a.token" not in run.stdout + run.stderr
    assert "2 failed: readyz, search." in run.stderr


def broken_api(path: str) -> Answer:
    """Alive, and wrong in every other respect."""
    route = path.partition("?")[0]
    said: dict[str, Answer] = {
        "/healthz": (200, "application/json", '{"status": "alive"}'),
        "/readyz": (
            503,
            "application/problem+json",
            '{"detail": "database: it cannot be reached", "code": "not_ready"}',
        ),
        "/taxonomy": (200, "application/json", '{"dimensions": []}'),
        "/shops": (200, "application/json", '{"results": []}'),
        "/search": (200, "application/json", '{"results": []}'),
        "/schema": (200, "application/json", '{"openapi": "2.0"}'),
    }
    return said.get(route, (404, "text/html", "<h1>Not Found</h1>"))


@pytest.mark.slow
def test_each_thing_that_is_wrong_is_said_and_none_hides_the_next() -> None:
    def broken_web(path: str) -> Answer:
        return (200, "text/html", "<html lang=de></html>") if path in {"/", "/en"} else (502, "text/plain", "secret")

    with stub(broken_api, headers={}) as api, stub(broken_web) as web:
        run = smoke(api, "--web", web, "--token", "a.b.c")
    assert run.returncode == 1
    found = outcomes(run.stdout)
    assert found.pop("healthz") == "ok"
    assert set(found.values()) == {"FAILED"}
    assert len(found) == 14
    for said in (
        "503 instead of 200: database: it cannot be reached",
        "it has no tags: has load_taxonomy run?",
        "there is no café: has import_shops run?",
        "the directory showed no café to look at",
        "200 instead of 401",
        "the answer is text/html instead of application/problem+json",
        "it is no OpenAPI 3.1",
        "not as they should be: content-security-policy, x-content-type-options, referrer-policy",
        "the page names no language",
        "the page has no script of ours",
        "502 instead of 404",
    ):
        assert said in run.stdout, run.stdout
    assert "secret" not in run.stdout, "a body that is no problem document may hold anything"


@pytest.mark.slow
def test_a_redirect_is_not_followed_so_that_no_token_goes_elsewhere() -> None:
    asked: list[str] = []

    def elsewhere(path: str) -> Answer:
        asked.append(path)
        return 200, "application/json", "{}"

    with (
        stub(elsewhere) as thief,
        stub(lambda _: (302, "text/plain", ""), headers={"Location": f"{thief}/take?all=1"}) as api,
    ):
        run = smoke(api, "--token", "a.b.c")
    assert run.returncode == 1
    assert f"302 instead of 200, to {thief}/take" in run.stdout
    assert asked == []


@pytest.mark.slow
def test_what_does_not_answer_fails_each_check() -> None:
    run = smoke("http://127.0.0.1:1")
    assert run.returncode == 1
    assert set(outcomes(run.stdout).values()) == {"FAILED"}
    assert "no answer: ConnectError" in run.stdout
    assert "Nothing was searched for" in run.stdout


@pytest.mark.slow
@pytest.mark.parametrize("address", ["caferoam.example", "https://name:word@caferoam.example"])
def test_an_address_says_how_to_reach_it_and_holds_no_login(address: str) -> None:
    run = smoke(address)
    assert run.returncode == 2
    assert "it begins with https:// or http://, and holds no login" in run.stderr
