"""Signs that relay, workers and beat get on: keys in Redis that each of them sets after a completed round of its work.

A process that hangs has no pulse, however alive it looks. A key's age is what is gone of its time to live, so only
Redis' own clock counts.
"""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Final, Literal, Self

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

type Name = Literal["relay", "worker", "beat"]

NAMES: Final[tuple[Name, ...]] = ("relay", "worker", "beat")
REMEMBERED: Final = timedelta(minutes=10)
"""The greatest age that can be seen."""
EVERY_S: Final = 5.0
AFTER_TROUBLE_S: Final = 10.0
"""Redis that does not answer costs a round half a second, so it is not asked in every one."""


class Pulse:
    """The pulse of one process, or of all that have the same name: then it says that one of them gets on."""

    def __init__(self, url: str, name: Name, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._key = _key(name)
        self._clock = clock
        self._due_at = float("-inf")
        self._client = _client(url, timeout_s=0.5)

    def beat(self) -> None:
        """Say that a round was completed. Call it after each; what is said too often or to nobody is left out."""
        now = self._clock()
        if now < self._due_at:
            return
        self._due_at = now + EVERY_S
        lifetime_ms = int(REMEMBERED / timedelta(milliseconds=1))
        try:
            self._client.set(self._key, lifetime_ms, px=lifetime_ms)
        except (redis.RedisError, OSError):
            self._due_at = self._clock() + AFTER_TROUBLE_S

    def close(self) -> None:
        with suppress(redis.RedisError, OSError):
            self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()


def read_pulses(url: str) -> Mapping[Name, timedelta | None]:
    """How long ago each process completed a round; None for longer than ``REMEMBERED``, or never.

    Raises:
        redis.RedisError: Redis does not answer.
    """
    with _client(url, timeout_s=1.0) as client, client.pipeline() as pipeline:
        for name in NAMES:
            pipeline.get(_key(name))
            pipeline.pttl(_key(name))
        answers = pipeline.execute()
    return {name: _age(*answers[2 * place : 2 * place + 2]) for place, name in enumerate(NAMES)}


def _age(lifetime_ms: bytes | None, left_ms: int) -> timedelta | None:
    return None if lifetime_ms is None else timedelta(milliseconds=int(lifetime_ms) - left_ms)


def _key(name: Name) -> str:
    return f"caferoam:pulse:{name}"


def _client(url: str, *, timeout_s: float) -> redis.Redis:
    return redis.Redis.from_url(
        url, socket_connect_timeout=timeout_s, socket_timeout=timeout_s, retry=Retry(NoBackoff(), 0)
    )
