"""The processes that make up CafeRoam, how each is started, and how to tell that it really works."""

import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import psycopg
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from caferoam.local import ports
from caferoam.local.stack import Login

# The relay's HEARTBEAT_KEY, said again because importing it would bring all of Celery into the supervisor.
RELAY_PULSE: Final = "caferoam:relay"


@dataclass(frozen=True)
class Program:
    """``arguments`` follow the Python interpreter; ``is_ready`` asks the outside world, never the program's own log."""

    name: str
    login: Login
    arguments: tuple[str, ...]
    is_ready: Callable[[], bool]

    @property
    def session_name(self) -> str:
        """How its database sessions are called in pg_stat_activity."""
        return f"caferoam {self.name}"


def programs(*, api_port: int, admin_dsn: str, redis_url: str) -> list[Program]:
    """All of them, in the order in which they start. ``admin_dsn`` must see other logins' sessions."""
    granian = ("-m", "granian", "--interface", "wsgi", "--host", ports.HOST, "--port", str(api_port), "--http", "1")
    one_small_server = ("--no-ws", "--workers", "1", "--blocking-threads", "4", "--workers-kill-timeout", "4")
    # Root is no danger here: the broker needs a password, and messages are JSON.
    without_lecture = ("-W", "ignore:You're running the worker with superuser privileges")
    celery = (*without_lecture, "-m", "celery", "--app", "caferoam.celery:app", "--quiet")
    two_at_a_time = ("--pool", "prefork", "--concurrency", "2", "--queues", "default,llm,embedding,maintenance")
    no_chatter = ("--without-gossip", "--without-mingle", "--loglevel", "INFO")
    return [
        Program(
            "api",
            "api",
            (*granian, *one_small_server, "caferoam.wsgi:application"),
            lambda: answers_http(f"http://{ports.HOST}:{api_port}/readyz"),
        ),
        Program("relay", "worker", ("manage.py", "relay", "--skip-checks"), lambda: has_pulse(redis_url)),
        Program("worker", "worker", (*celery, "worker", *two_at_a_time, *no_chatter), lambda: awaits_work(redis_url)),
        Program(
            "beat",
            "worker",
            (*celery, "beat", "--loglevel", "INFO", "--pidfile", ""),
            lambda: has_session(admin_dsn, "caferoam beat"),
        ),
    ]


def answers_http(url: str) -> bool:
    """Whether the URL answers 200 now."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own http:// address
            return bool(answer.status == HTTPStatus.OK)
    except OSError:  # refused, timed out, or an HTTP error status
        return False


def has_session(admin_dsn: str, session_name: str) -> bool:
    """Whether there is a database session of that name."""
    query = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name = %s)"
    try:
        with psycopg.connect(admin_dsn) as connection:
            row = connection.execute(query, [session_name]).fetchone()
    except psycopg.OperationalError:  # the server ended: whoever watches it will say so
        return False
    return bool(row and row[0])


def has_pulse(redis_url: str) -> bool:
    """Whether a relay goes round."""
    return _ask(redis_url, lambda client: bool(client.exists(RELAY_PULSE)))


def awaits_work(redis_url: str) -> bool:
    """Whether some Celery worker blocks on its queues, ready to take the next message."""
    return _ask(redis_url, lambda client: any(session["cmd"] == "brpop" for session in client.client_list()))


def _ask(redis_url: str, question: Callable[[redis.Redis], bool]) -> bool:
    try:
        with redis.Redis.from_url(redis_url, socket_timeout=2, retry=Retry(NoBackoff(), retries=0)) as client:
            return question(client)
    except redis.ConnectionError:  # the server ended: whoever watches it will say so
        return False
