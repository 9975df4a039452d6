"""The limits on requests, for tests of them. Other tests have limits that they do not meet (``THROTTLE_SCALE``)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import redis
from django.conf import settings as django_settings
from pytest_django.fixtures import Settings

from caferoam.api.throttling import counters as counting

_PATTERN = "caferoam:throttle:*"


class Limits:
    """The limits as they stand in production, with nothing counted yet, and their time."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client

    def keys(self) -> list[str]:
        """The names of all counters."""
        return sorted(key.decode() for key in self._client.scan_iter(_PATTERN))

    def pass_time(self, time: timedelta) -> None:
        """Let every counter be so much nearer to its end: Redis' own clock cannot be moved."""
        for key in self.keys():
            left_ms = int(self._client.pttl(key)) - time // timedelta(milliseconds=1)
            if left_ms > 0:
                self._client.pexpire(key, left_ms)
            else:
                self._client.delete(key)

    def forget(self) -> None:
        """Start from nothing."""
        for key in self.keys():
            self._client.delete(key)


PATIENCE = timedelta(seconds=3)


@pytest.fixture
def patient_counters(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Redis may take ``PATIENCE``: where a machine stands still for a moment it does not look as if it hung."""
    monkeypatch.setattr(counting, "PATIENCE", PATIENCE)
    counting.counters.cache_clear()
    yield
    counting.counters.cache_clear()


@pytest.fixture
def limits(settings: Settings, patient_counters: None) -> Iterator[Limits]:
    """Let the real limits hold for this test."""
    settings.THROTTLE_SCALE = 1
    with redis.Redis.from_url(django_settings.REDIS_URL) as client:
        limits = Limits(client)
        limits.forget()
        yield limits
        limits.forget()
