"""Slowing down whoever guesses passwords: so many attempts for a name from an address, then a pause."""

import hashlib
from datetime import timedelta
from typing import Final

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

ATTEMPTS: Final = 10
WINDOW: Final = timedelta(minutes=15)


class LoginGuard:
    """Counts attempts in Redis. Without Redis everybody is let through: operators are needed most when it is down."""

    window = WINDOW

    def __init__(self, username: str, address: str) -> None:
        # A digest, because the name is of any length, and may be a password typed into the wrong field.
        self._key = "caferoam:login:" + hashlib.sha256(f"{username}\0{address}".encode()).hexdigest()

    def admit(self) -> bool:
        """Count an attempt and say whether it may be made. Counting comes first, so that many at once count too."""
        try:
            with self._client() as client, client.pipeline() as steps:
                steps.incr(self._key)
                steps.expire(self._key, WINDOW, nx=True)
                attempts, _ = steps.execute()
        except redis.RedisError:
            return True
        return int(attempts) <= ATTEMPTS

    def forget(self) -> None:
        """Start anew, after a login that worked."""
        try:
            with self._client() as client:
                client.delete(self._key)
        except redis.RedisError:
            return

    def _client(self) -> redis.Redis:
        no_patience = Retry(NoBackoff(), retries=0)
        return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1, retry=no_patience)
