"""Slowing down whoever guesses passwords: so many attempts for a name from an address, then a pause."""

import hashlib
from datetime import timedelta
from typing import Final

import redis
from django.conf import settings
from django.contrib.auth.forms import UsernameField
from redis.backoff import NoBackoff
from redis.retry import Retry

ATTEMPTS: Final = 10
"""For one name from one address."""
ATTEMPTS_OF_ADDRESS: Final = 50
"""For all names, so that one password is not tried on every name."""
WINDOW: Final = timedelta(minutes=15)


class LoginGuard:
    """Counts attempts in Redis. Without Redis everybody is let through: operators are needed most when it is down."""

    window = WINDOW

    def __init__(self, username: str, address: str) -> None:
        # As the login form reads it: blanks around a name, or wider letters, are no other name.
        name = UsernameField(required=False).to_python(username)
        self._of_name = _key(f"{name}\0{address}")
        self._of_address = _key(address)

    def admit(self) -> bool:
        """Count an attempt and say whether it may be made. Counting comes first, so that many at once count too."""
        try:
            with self._client() as client, client.pipeline() as steps:
                for key in (self._of_name, self._of_address):
                    steps.incr(key)
                    steps.expire(key, WINDOW, nx=True)
                of_name, _, of_address, _ = steps.execute()
        except redis.RedisError:
            return True
        return int(of_name) <= ATTEMPTS and int(of_address) <= ATTEMPTS_OF_ADDRESS

    def forget(self) -> None:
        """Start anew with this name, after a login that worked."""
        try:
            with self._client() as client:
                client.delete(self._of_name)
        except redis.RedisError:
            return

    def _client(self) -> redis.Redis:
        no_patience = Retry(NoBackoff(), retries=0)
        return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=1, retry=no_patience)


def _key(text: str) -> str:
    # A digest, because the name is of any length, and may be a password typed into the wrong field.
    return "caferoam:login:" + hashlib.sha256(text.encode(errors="replace")).hexdigest()
