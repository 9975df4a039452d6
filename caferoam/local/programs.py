"""The processes that make up CafeRoam, how each is started, and how to tell that it really works."""

import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Final

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from caferoam.grace import LAST_STEPS
from caferoam.local import ports
from caferoam.local.stack import Login
from caferoam.pulse import Name, read_pulses

WORKER_GRACE_S: Final = 18
"""The worker's JOBS_STOP_GRACE."""
JOBS_FINISH_WITHIN_S: Final = WORKER_GRACE_S - int(LAST_STEPS.total_seconds())
"""What running jobs get of it."""


@dataclass(frozen=True)
class Program:
    """``arguments`` follow the Python interpreter; ``is_ready`` asks the outside world, never the program's own log.

    One that was asked to end is killed after ``grace_s``. ``variables`` are those that it alone has, and few need the
    key to all of Supabase.
    """

    name: str
    login: Login
    arguments: tuple[str, ...]
    is_ready: Callable[[], bool]
    grace_s: int = 6
    variables: Mapping[str, str] = field(default_factory=dict)
    with_secret_key: bool = False

    @property
    def session_name(self) -> str:
        """How its database sessions are called in pg_stat_activity."""
        return f"caferoam {self.name}"


def programs(*, api_port: int, admin_port: int | None = None, metrics_port: int = 0, redis_url: str) -> list[Program]:
    """All of them, in the order in which they start: ask when that is about to happen.

    Without a port there is no admin, and no address for metrics; it is the relay's, which reads the tables as well.
    """
    begun_at = time.monotonic()

    def has_pulse(name: Name) -> bool:
        """A pulse that was left from the last run is older than this one."""
        return beats(redis_url, name, since=begun_at)

    granian = ("-m", "granian", "--interface", "wsgi", "--host", ports.HOST, "--http", "1")
    small = ("--no-ws", "--workers", "1", "--workers-kill-timeout", "4", "--blocking-threads")
    # Root is no danger here: the broker needs a password, and messages are JSON.
    without_lecture = ("-W", "ignore:You're running the worker with superuser privileges")
    celery = (*without_lecture, "-m", "celery", "--app", "caferoam.celery:app", "--quiet")
    two_at_a_time = ("--pool", "prefork", "--concurrency", "2", "--queues", "default,llm,embedding,maintenance")
    no_chatter = ("--without-gossip", "--without-mingle")
    everything = [
        Program(
            "api",
            "api",
            (*granian, *small, "4", "--port", str(api_port), "caferoam.wsgi:application"),
            lambda: answers_http(f"http://{ports.HOST}:{api_port}/readyz"),
        ),
        Program(
            "relay",
            "worker",
            ("manage.py", "relay", "--skip-checks"),
            lambda: has_pulse("relay"),
            variables={"METRICS_PORT": str(metrics_port)},
        ),
        Program(
            "worker",
            "worker",
            (*celery, "worker", *two_at_a_time, *no_chatter),
            lambda: awaits_work(redis_url),
            grace_s=WORKER_GRACE_S,
            variables={"JOBS_STOP_GRACE": str(WORKER_GRACE_S)},
            with_secret_key=True,
        ),
        Program(
            "beat",
            "worker",
            (*celery, "beat", "--pidfile", ""),
            lambda: has_pulse("beat"),
        ),
    ]
    if admin_port is not None:
        login_page = f"http://{ports.HOST}:{admin_port}/login/"
        admin = (*granian, *small, "2", "--port", str(admin_port), "caferoam.admin_wsgi:application")
        # With the key, for the photos of menus that curators look at.
        everything.append(Program("admin", "worker", admin, lambda: answers_http(login_page), with_secret_key=True))
    return everything


def answers_http(url: str) -> bool:
    """Whether the URL answers 200 now."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own http:// address
            return bool(answer.status == HTTPStatus.OK)
    except OSError:  # refused, timed out, or an HTTP error status
        return False


def beats(redis_url: str, name: Name, *, since: float) -> bool:
    """Whether this process has completed a round since that moment of ``time.monotonic()``."""
    try:
        age = read_pulses(redis_url)[name]
    except redis.RedisError:  # the server ended: whoever watches it will say so
        return False
    return age is not None and age < timedelta(seconds=time.monotonic() - since)


def awaits_work(redis_url: str) -> bool:
    """Whether some Celery worker blocks on its queues, ready to take the next message."""
    return _ask(redis_url, lambda client: any(session["cmd"] == "brpop" for session in client.client_list()))


def _ask(redis_url: str, question: Callable[[redis.Redis], bool]) -> bool:
    try:
        with redis.Redis.from_url(redis_url, socket_timeout=2, retry=Retry(NoBackoff(), retries=0)) as client:
            return question(client)
    except redis.RedisError:  # the server ended or hangs: whoever watches it will say so
        return False
