"""What Sentry is told, through the real SDK, by processes that report to a stand-in."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from django.conf import settings
from django.db import connection

from caferoam.api.principal import Principal
from caferoam.jobs import enqueue
from caferoam.jobs.models import Job, Lane
from caferoam.jobs.tests.live.ledger import ledger_table
from caferoam.testing.live import Live, eventually, live_processes
from caferoam.testing.sentry import Sentry
from caferoam.testing.tokens import AUDIENCE, ISSUER, JwksServer
from caferoam.tests.spilling import NOTE, REVIEW, SECRETS, TOKEN
from caferoam.tracing import Origin, working_for

pytestmark = pytest.mark.slow

# Answers one request as granian would have it answered, then ends.
ONE_REQUEST = """
import io, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "caferoam.settings"
from django.conf import settings
settings.ROOT_URLCONF = "caferoam.api.tests.urls"
from caferoam.wsgi import application
from wsgiref.util import setup_testing_defaults
method, target, *headers = sys.argv[1:]
path, _, query = target.partition("?")
environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "HTTP_HOST": "127.0.0.1"}
environ |= dict(header.split("=", 1) for header in headers)
body = b'{"password": "sesame-4"}'
environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": "application/json"}
setup_testing_defaults(environ)
answer = application(environ, lambda status, headers: print(status))
b"".join(answer)
answer.close()
"""


def ask(target: str, *, method: str = "GET", headers: Mapping[str, str] | None = None, **environment: str) -> str:
    """Have a process of its own answer a request and end; returns the status line."""
    sent = [f"HTTP_{name.upper().replace('-', '_')}={value}" for name, value in (headers or {}).items()]
    run = subprocess.run(
        [sys.executable, "-c", ONE_REQUEST, method, target, *sent],
        capture_output=True,
        text=True,
        check=False,
        cwd=settings.BASE_DIR,
        env={**os.environ, **environment},
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def exceptions(event: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(value["type"], value["value"]) for value in event["exception"]["values"]]


def test_a_surprise_in_a_view_is_reported_once_and_without_what_is_nobody_s_business(sentry: Sentry) -> None:
    token = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJzZXNhbWUtMyJ9.c2VzYW1lLTM"
    status = ask(
        "/plain/leak?signature=sesame-5&q=guest@example.com",
        method="POST",
        headers={
            "Authorization": f"Bearer {token}",
            "X-Request-ID": "request-1",
            "X-Api-Key": "sesame-6",
            "Cookie": "sessionid=sesame-7",
            "Referer": "https://caferoam.example/?code=sesame-8",
        },
        SENTRY_DSN=sentry.dsn,
        CAFEROAM_RELEASE="v1",
    )
    assert status == "500 Internal Server Error"
    (event,) = sentry.events
    assert exceptions(event) == [("ValueError", "GET https://photos.example/[hidden] for [hidden]: password=[hidden]")]
    assert (event["environment"], event["release"]) == ("test", "v1")
    assert event["tags"]["request_id"] == "request-1"
    assert len(event["tags"]["trace_id"]) == 32
    assert event["request"]["url"].endswith("/plain/leak")
    told = json.dumps(event)
    assert [secret for secret in ("sesame", "guest@", "eyJ", "c2VzYW1l") if secret in told] == []
    assert '"vars"' not in told, "no local variables"
    assert not event.get("user")
    assert sentry.other_items == []


def test_what_is_refused_is_no_surprise(sentry: Sentry) -> None:
    assert ask("/plain/full", SENTRY_DSN=sentry.dsn) == "409 Conflict"
    assert ask("/no/such/page", SENTRY_DSN=sentry.dsn) == "404 Not Found"
    assert sentry.events == []


def test_without_a_dsn_nothing_is_sent_and_the_sdk_is_not_even_loaded(sentry: Sentry) -> None:
    assert ask("/plain/leak") == "500 Internal Server Error"
    assert sentry.events == []
    program = "import django; django.setup()\nimport sys, caferoam.celery\nsys.exit('sentry_sdk' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False, env=os.environ).returncode == 0


def test_no_process_is_forked_while_a_report_is_on_its_way(sentry: Sentry) -> None:
    program = """
import logging, os
import django; django.setup()
logging.getLogger("caferoam").error("about to fork")
os.fork()
os._exit(0)  # without the SDK's own last effort
"""
    environment = {**os.environ, "SENTRY_DSN": sentry.dsn}
    assert subprocess.run([sys.executable, "-c", program], check=False, env=environment).returncode == 0
    assert [event["logentry"]["message"] for event in sentry.events] == ["about to fork"]


@pytest.fixture
def spilling(worker: psycopg.Connection, tmp_path: Path) -> Iterator[Live]:
    """Processes that fail while they hold what must not leave the house."""
    with live_processes(tmp_path, "caferoam.tests.spilling.settings") as processes:
        yield processes


@pytest.fixture
def live(worker: psycopg.Connection, tmp_path: Path) -> Iterator[Live]:
    """Processes that know the queue's own test types, and the table that those write into."""
    with ledger_table(), live_processes(tmp_path, "caferoam.jobs.tests.live.settings") as processes:
        yield processes


def test_a_job_s_surprise_is_reported_from_the_pool_and_its_dead_letter_beside_it(sentry: Sentry, live: Live) -> None:
    worker = live.worker(SENTRY_DSN=sentry.dsn)
    live.relay(SENTRY_DSN=sentry.dsn)
    expected = [enqueue("live_fails", {"how": how}) for how in ("permanent", "refused", "unavailable")]
    assert eventually(lambda: not Job.objects.filter(pk__in=expected, attempts=0).exists()), worker.output()
    with working_for(Origin.of_request("request-1")):
        job = enqueue("live_fails", {"how": "leak"}, max_attempts=1)
    # The busy provider pauses the lane.
    assert eventually(lambda: Lane.objects.filter(job_type="live_fails", paused_until__isnull=False).exists())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE job_lanes SET paused_until = NULL")
    assert eventually(lambda: len(sentry.events) == 2), worker.output()
    assert worker.terminate() == 0
    surprise, dead_letter = sorted(sentry.events, key=lambda event: "exception" not in event)
    assert exceptions(surprise) == [
        ("ValueError", "GET https://photos.example/[hidden] for [hidden]: password=[hidden]")
    ]
    assert dead_letter["fingerprint"] == ["dead letter", "live_fails"]
    for event in sentry.events:
        assert (
            event["tags"].items() >= {"job_id": str(job), "job_type": "live_fails", "request_id": "request-1"}.items()
        )
        assert [secret for secret in ("sesame", "guest@") if secret in json.dumps(event)] == []


def spilled(sentry: Sentry) -> list[str]:
    """What of the secrets has left, in anything that was sent."""
    told = sentry.everything.decode()
    assert "RuntimeError" in told
    return [secret for secret in SECRETS if secret in told or json.dumps(secret)[1:-1] in told]


def test_nothing_that_a_failing_request_holds_leaves_the_api(
    *,
    sentry: Sentry,
    spilling: Live,
    token_server: JwksServer,
    member: Principal,
    bearer: Callable[[Principal], dict[str, str]],
) -> None:
    keys = {"SUPABASE_JWKS_URL": token_server.url, "SUPABASE_JWT_ISSUER": ISSUER, "SUPABASE_JWT_AUDIENCE": AUDIENCE}
    url = spilling.api(SENTRY_DSN=sentry.dsn, CAFEROAM_RELEASE="v1", **keys)
    headers = bearer(member)
    answer = httpx.post(
        f"{url}/spill/sesame-0123456789",
        params={"text": REVIEW, "near": "25.0339,121.5645", "token": TOKEN},
        json={"note": NOTE, "password": "sesame"},
        headers={"Cookie": "sessionid=sesame", "X-Forwarded-For": "203.0.113.9", **headers},
    )
    assert answer.status_code == 500
    assert eventually(lambda: len(sentry.events) >= 2)
    line, surprise = sorted(sentry.events, key=lambda event: "exception" in event)
    assert [kind for kind, _ in exceptions(surprise)] == [
        "InvalidTextRepresentation", "DataError", "KeyError", "ValueError", "RuntimeError",
    ]  # fmt: skip
    assert exceptions(surprise)[-1][1] == "no answer to '[hidden]' for [hidden]: https://project.supabase.co/[hidden]"
    assert (surprise["environment"], surprise["release"], surprise["transaction"]) == ("test", "v1", "/spill/{token}")
    assert surprise["request"]["query_string"] == "text=[hidden]&near=[hidden]&token=[hidden]"
    assert surprise["request"]["url"].endswith("/spill/[hidden]")
    assert len(surprise["breadcrumbs"]["values"]) >= 4
    assert line["logentry"]["formatted"].startswith("'[hidden]' cannot be read for")
    assert spilled(sentry) == []
    told = sentry.everything.decode()
    assert [word for word in ('"vars"', "25.0339", "203.0.113.9", '127.0.0.1"') if word in told] == []
    assert sentry.other_items == []


def test_nothing_that_a_failing_job_holds_leaves_the_worker(sentry: Sentry, spilling: Live) -> None:
    worker = spilling.worker(SENTRY_DSN=sentry.dsn, CAFEROAM_RELEASE="v1")
    spilling.relay(SENTRY_DSN=sentry.dsn)
    job = enqueue("spill", {"note": NOTE}, max_attempts=1)
    assert eventually(lambda: len(sentry.events) >= 3), worker.output()
    assert worker.terminate() == 0
    assert Job.objects.get(pk=job).status == "dead_letter"
    surprise = next(event for event in sentry.events if "exception" in event)
    assert [kind for kind, _ in exceptions(surprise)][-1] == "RuntimeError"
    assert {event["release"] for event in sentry.events} == {"v1"}
    assert surprise["tags"]["job_id"] == str(job)
    assert spilled(sentry) == []
    assert '"vars"' not in sentry.everything.decode()
    assert sentry.other_items == []
