"""Counting in Redis: all limits of a request in one round trip, at once for all of them.

A fixed window per counter, after the second pattern for rate limiters in the Redis manual
(https://redis.io/docs/latest/commands/incr/#pattern-rate-limiter-2), whose race between INCR and EXPIRE a script does
not have: the first request makes the counter, which ends by itself with the window; at most ``limit`` are let through
until then, so at most twice as many in any stretch as long as the window. That is exact, and says to the second when
it goes on; GCRA would space requests more evenly, but lets through more than the limit in the first window (it refills
meanwhile). What is refused is not counted, so that waiting as long as was asked always helps.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Final, cast

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from caferoam.api.throttling.circuit import Circuit

logger = logging.getLogger(__name__)

PATIENCE: Final = timedelta(milliseconds=250)
"""With Redis, which answers in less than one. Longer only than a host that is short of CPU makes it wait."""
REST: Final = timedelta(seconds=2)
"""Between two tries while it does not answer."""

# KEYS: the counters; ARGV: limit and window in ms of each. Answers how many of them refuse, then what each has counted
# and the ms that are left of its window. Time is Redis' own, and stands still in a script.
_COUNT: Final = """
local refusing, answer = 0, {0}
for i, key in ipairs(KEYS) do
    local left, used = redis.call('PTTL', key), 0
    if left > 0 then used = tonumber(redis.call('GET', key)) else left = tonumber(ARGV[2 * i]) end
    if used >= tonumber(ARGV[2 * i - 1]) then refusing = refusing + 1 end
    answer[2 * i], answer[2 * i + 1] = used, left
end
answer[1] = refusing
if refusing > 0 then return answer end
for i, key in ipairs(KEYS) do
    if answer[2 * i] > 0 then redis.call('INCR', key) else redis.call('SET', key, 1, 'PX', ARGV[2 * i]) end
    answer[2 * i] = answer[2 * i] + 1
end
return answer
"""


class NotCountedError(Exception):
    """Redis cannot be asked at the moment."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One counter and how far it may go."""

    key: str
    requests: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class Count:
    """What a limit's counter says; ``reset`` is the time until it starts anew."""

    limit: Limit
    used: int
    reset: timedelta

    @property
    def remaining(self) -> int:
        """What is left of the limit. It may have been a higher one when it was used."""
        return max(0, self.limit.requests - self.used)


@dataclass(frozen=True, slots=True)
class Verdict:
    """``admitted``: one more request was counted for every limit; if not, it was for none."""

    admitted: bool
    counts: Sequence[Count]


class Counters:
    """Those in one Redis. Safe to share between threads."""

    def __init__(self, url: str, *, rest: timedelta = REST) -> None:
        patience_s = PATIENCE.total_seconds()
        # A kept connection that broke is replaced once: Redis may have been restarted. Silence is not tried again.
        once_more = Retry(NoBackoff(), retries=1, supported_errors=(redis.ConnectionError,))
        client = redis.Redis.from_url(
            url, socket_timeout=patience_s, socket_connect_timeout=patience_s, retry=once_more
        )
        self._count = client.register_script(_COUNT)
        self._circuit = Circuit(rest=rest)

    def count(self, limits: Sequence[Limit]) -> Verdict:
        """Count one more request for all ``limits``, or, where one of them is used up, for none.

        Raises:
            NotCountedError: within ``PATIENCE``, or at once after another call found out.
        """
        if not self._circuit.may_try():
            raise NotCountedError
        numbers = [number for limit in limits for number in (limit.requests, limit.window // timedelta(milliseconds=1))]
        try:
            answer = cast("list[int]", self._count(keys=[limit.key for limit in limits], args=numbers))
        except (redis.RedisError, OSError) as exc:
            if self._circuit.failed():
                logger.warning("Redis cannot count requests, some limits do not hold: %s", type(exc).__name__)
            raise NotCountedError from exc
        if self._circuit.worked():
            logger.info("Redis counts requests again")
        refusing, *pairs = answer
        return Verdict(
            admitted=not refusing,
            counts=[
                Count(limit, used, timedelta(milliseconds=left))
                for limit, used, left in zip(limits, pairs[::2], pairs[1::2], strict=True)
            ],
        )


@cache
def counters(url: str) -> Counters:
    """The process's own, in the Redis at ``url``."""
    return Counters(url)
