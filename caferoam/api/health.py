"""What operators ask: is the process alive, and can it do its work."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import timedelta
from functools import cache, partial
from http import HTTPStatus
from typing import Any, Final, NamedTuple

import psycopg
import redis
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from drf_spectacular.utils import extend_schema
from redis.backoff import NoBackoff
from redis.retry import Retry
from rest_framework import serializers
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from caferoam.api.authentication import token_keys
from caferoam.api.params import QueryParams, parse_query
from caferoam.api.problems import Problem
from caferoam.api.schema import problem_responses
from caferoam.api.views import PublicAPIView
from caferoam.pulse import REMEMBERED, Name, read_pulses

DEADLINE_S: Final = 2.0
# Anybody may ask; only so often are the dependencies asked in turn.
REMEMBER_S: Final = 1.0
# Each completes a round, and says so, at least every ten seconds.
PULSE_LIMITS: Final[Mapping[Name, timedelta]] = {
    "relay": timedelta(seconds=30),
    "worker": timedelta(seconds=60),
    "beat": timedelta(seconds=60),
}

_LOGIN = """
SELECT rolsuper OR rolbypassrls OR coalesce(pg_has_role(session_user, to_regrole('service_role')::oid, 'MEMBER'), false)
FROM pg_catalog.pg_roles WHERE rolname = session_user
"""


class CheckFailedError(Exception):
    """A dependency is not as it must be. The text is shown to everybody, so it names no host, login or path."""


class AcceptAnything(DefaultContentNegotiation):
    """Answers in the view's first format, whatever a probe says it accepts."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """The first one."""
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


class AliveSerializer(serializers.Serializer[None]):
    """The process answers."""

    status = serializers.ChoiceField(choices=["alive"])


class CheckSerializer(serializers.Serializer[None]):
    """One check."""

    ok = serializers.BooleanField()
    detail = serializers.CharField(required=False)


class ReadySerializer(serializers.Serializer[None]):
    """Every check by name: database, migrations, redis and keys, which requests need, and relay, worker and beat, which
    jobs need. It is degraded while only jobs have to wait.
    """

    status = serializers.ChoiceField(choices=["ready", "degraded"])
    checks = serializers.DictField(child=CheckSerializer())


class Healthz(PublicAPIView):
    """Whether the process is alive. Asks nothing else, so that a broken dependency restarts nobody."""

    authentication_classes = ()
    content_negotiation_class = AcceptAnything

    @extend_schema(responses=AliveSerializer, tags=["operations"])
    def get(self, request: Request) -> Response:
        """Whether the process is alive."""
        parse_query(QueryParams, request)
        return Response({"status": "alive"})


class Readyz(PublicAPIView):
    """Whether the process can do its work: database, migrations, Redis and token keys. And whether jobs get done."""

    authentication_classes = ()
    content_negotiation_class = AcceptAnything

    @extend_schema(responses={200: ReadySerializer, **problem_responses(503)}, tags=["operations"])
    def get(self, request: Request) -> Any:
        """Whether the process can do its work; names each check, 503 if one that requests need fails."""
        parse_query(QueryParams, request)
        outcomes = _readiness.ask()
        body = {
            name: {"ok": outcome.ok} | ({"detail": outcome.detail} if outcome.detail else {})
            for name, outcome in outcomes.items()
        }
        failed = [name for name, outcome in outcomes.items() if not outcome.ok]
        needed = [name for name in failed if name not in PULSE_LIMITS]
        if not needed:
            return Response({"status": "degraded" if failed else "ready", "checks": body})
        detail = "; ".join(f"{name}: {outcomes[name].detail}" for name in needed)
        problem = Problem(HTTPStatus.SERVICE_UNAVAILABLE, "not_ready", detail, extensions={"checks": body})
        response = problem.response(request)
        # Nothing has gone wrong in here: a process that starts, or waits for its migrations, says so to each probe.
        response._has_been_logged = True  # type: ignore[attr-defined] # noqa: SLF001 - Django's own mark
        return response


class Outcome(NamedTuple):
    """Of a check; ``detail`` says what is wrong, or more of what is right."""

    ok: bool
    detail: str | None = None


type Check = Callable[[], str | None]
"""Returns what there is to say of a dependency that is well; raises ``CheckFailedError`` for one that is not."""


def readiness() -> Mapping[str, Outcome]:
    """The outcome of each check, a moment old at most."""
    return _readiness.ask()


class Readiness:
    """The checks, run side by side under one deadline, their outcome remembered for a moment."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks
        self._lock = threading.Lock()
        self._started: Mapping[str, Future[str | None]] = {}
        self._outcomes: Mapping[str, Outcome] = {}
        self._asked_at = float("-inf")

    def ask(self) -> Mapping[str, Outcome]:
        """The outcome of each check."""
        with self._lock:
            if time.monotonic() - self._asked_at > REMEMBER_S:
                self._outcomes = self._run()
                self._asked_at = time.monotonic()
            return self._outcomes

    def _run(self) -> Mapping[str, Outcome]:
        # No client-side limit ends a query to a server that is frozen but whose kernel still acknowledges: such a check
        # keeps its thread, and is not started again before it has ended, so that there is never more than one of it.
        hanging = {name: future for name, future in self._started.items() if not future.done()}
        executor = ThreadPoolExecutor(max_workers=len(self._checks), thread_name_prefix="readiness")
        try:
            asked = {name: executor.submit(check) for name, check in self._checks.items() if name not in hanging}
            self._started = hanging | asked
            wait(asked.values(), timeout=DEADLINE_S)
            return {name: _no_answer() if name in hanging else _outcome(asked[name]) for name in self._checks}
        finally:
            executor.shutdown(wait=False)  # the threads of those that answered end now


def check_database() -> None:
    """The database answers, and this process's login cannot pass by row security.

    Raises:
        CheckFailedError: it does not, or it can.
    """
    try:
        with _connect() as probe:
            row = probe.execute(_LOGIN).fetchone()
    except psycopg.Error as exc:
        raise CheckFailedError("it cannot be reached") from exc
    if row is None or row[0]:
        raise CheckFailedError("the login of this process may bypass row security")


def check_migrations() -> None:
    """Every migration of this code is applied.

    Raises:
        CheckFailedError: some are not.
    """
    try:
        with _connect() as probe:
            applied = set(probe.execute("SELECT app, name FROM private.applied_migrations()").fetchall())
    except psycopg.Error as exc:
        raise CheckFailedError("they cannot be read") from exc
    if missing := len(_migrations() - applied):
        raise CheckFailedError(f"{missing} are not applied")


def check_redis() -> None:
    """Redis answers.

    Raises:
        CheckFailedError: it does not.
    """
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=1.0, socket_timeout=1.0, retry=Retry(NoBackoff(), 0)
    )
    try:
        client.ping()
    except (redis.RedisError, OSError) as exc:
        raise CheckFailedError("it cannot be reached") from exc
    finally:
        client.close()


def check_keys() -> None:
    """There are keys to verify access tokens with.

    Raises:
        CheckFailedError: there are none.
    """
    if not (token_keys().ready() or settings.SUPABASE_JWT_SECRET):
        raise CheckFailedError("no key could be loaded")


def check_pulse(name: Name) -> str:
    """This process has completed a round of its work lately.

    Raises:
        CheckFailedError: it has not.
    """
    try:
        age = read_pulses(settings.REDIS_URL)[name]
    except (redis.RedisError, OSError) as exc:
        raise CheckFailedError("unknown: Redis cannot be reached") from exc
    if age is None:
        raise CheckFailedError(f"no round in the last {REMEMBERED.total_seconds() / 60:.0f} minutes")
    said = f"last round {age.total_seconds():.0f} s ago"
    if age > PULSE_LIMITS[name]:
        raise CheckFailedError(said)
    return said


def _outcome(future: Future[str | None]) -> Outcome:
    if not future.done():
        return _no_answer()
    exc = future.exception()
    if exc is None:
        return Outcome(ok=True, detail=future.result())
    if not isinstance(exc, CheckFailedError):
        raise exc
    return Outcome(ok=False, detail=str(exc))


def _no_answer() -> Outcome:
    return Outcome(ok=False, detail=f"no answer within {DEADLINE_S:.0f} s")


def _connect() -> psycopg.Connection[tuple[Any, ...]]:
    """A connection of its own: the request's one may be a good one from before the trouble began.

    Made as the requests' are, TLS included, but quicker to give up on a host that is gone.
    """
    quick = {
        "connect_timeout": 2,
        "tcp_user_timeout": 2000,
        "keepalives": 1,
        "keepalives_idle": 1,
        "keepalives_interval": 1,
        "keepalives_count": 2,
    }
    return psycopg.connect(**connection.get_connection_params() | quick, autocommit=True)


@cache
def _migrations() -> frozenset[tuple[str, str]]:
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    return frozenset(loader.disk_migrations)


_readiness = Readiness(
    {
        "database": check_database,
        "migrations": check_migrations,
        "redis": check_redis,
        "keys": check_keys,
        **{name: partial(check_pulse, name) for name in PULSE_LIMITS},
    }
)
