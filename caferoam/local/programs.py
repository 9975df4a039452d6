"""The processes of ``caferoam.processes`` as a laptop runs them, and how to tell that each really works."""

import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Final

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from caferoam.grace import LAST_STEPS
from caferoam.local import ports
from caferoam.local.stack import CHECKOUT
from caferoam.processes import PROCESSES, HttpHealth, Login, Process
from caferoam.pulse import Name, read_pulses

WORKER_GRACE_S: Final = 18
"""The worker's JOBS_STOP_GRACE: shorter than a platform's, for people who wait."""
JOBS_FINISH_WITHIN_S: Final = WORKER_GRACE_S - int(LAST_STEPS.total_seconds())
"""What running jobs get of it."""


@dataclass(frozen=True)
class Program:
    """``is_ready`` asks the outside world, never the program's own log.

    One that was asked to end is killed after ``grace_s``. ``variables`` are those that it alone has. It speaks to the
    database with its ``login``; without one it gets nothing of the stack's but its variables.
    """

    name: str
    login: Login | None
    command: tuple[str, ...]
    is_ready: Callable[[], bool]
    grace_s: int
    variables: Mapping[str, str] = field(default_factory=dict)
    with_secret_key: bool = False
    directory: Path = CHECKOUT

    @property
    def session_name(self) -> str:
        """How its database sessions are called in pg_stat_activity."""
        return f"caferoam {self.name}"


def programs(*, api_port: int, admin_port: int | None = None, metrics_port: int = 0, redis_url: str) -> list[Program]:
    """All of the Python side, in the order in which they start: ask when that is about to happen.

    Without a port there is no admin, and no address for metrics; it is the relay's, which reads the tables as well.
    """
    begun_at = time.monotonic()

    def is_ready(process: Process, port: int | None) -> bool:
        if isinstance(process.health, HttpHealth):
            return answers_http(f"http://{ports.HOST}:{port}{process.health.path}")
        if process.name == "worker":  # more than its pulse: it takes the next message
            return awaits_work(redis_url)
        # A pulse that was left from the last run is older than this one.
        return any(beats(redis_url, name, since=begun_at) for name in ("relay", "beat") if name == process.name)

    port_of = {"api": api_port, "admin": admin_port}
    local = {
        "relay": {"METRICS_PORT": str(metrics_port)},
        "worker": {"JOBS_STOP_GRACE": str(WORKER_GRACE_S)},
    }
    return [
        _python_program(
            process,
            port=port_of.get(process.name),
            is_ready=partial(is_ready, process, port_of.get(process.name)),
            variables=local.get(process.name, {}),
        )
        for process in PROCESSES
        if process.image == "python" and not process.runs_once and (process.name != "admin" or admin_port is not None)
    ]


def _python_program(
    process: Process, *, port: int | None, is_ready: Callable[[], bool], variables: Mapping[str, str]
) -> Program:
    arguments = process.command(port=port, host=ports.HOST)[1:]
    if "celery" in arguments:
        # Root is no danger here: the broker needs a password, and messages are JSON.
        arguments = ["-W", "ignore:You're running the worker with superuser privileges", *arguments]
    return Program(
        process.name,
        process.login,
        (sys.executable, *arguments),
        is_ready,
        grace_s=WORKER_GRACE_S if process.name == "worker" else process.grace_s,
        variables={**process.addressed(port=port, host=ports.HOST), **variables},
        with_secret_key=process.has_secret_key,
    )


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
