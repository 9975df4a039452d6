"""A stand-in for PostHog, as its documentation describes it: batches of events, and whether a key is good."""

import gzip
import json
import threading
from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from pytest_django.fixtures import Settings

from caferoam.providers.analytics import close_analytics
from caferoam.testing.vendors import Answer, Asked, Reaction, VendorStub

API_KEY: Final = "phc_test_0123456789abcdef"


class PostHogStub(VendorStub):
    """Takes batches of events, and keeps them in ``events``."""

    def __init__(self) -> None:
        super().__init__(self._take)
        self.events: list[Mapping[str, Any]] = []

    def named(self, name: str) -> list[Mapping[str, Any]]:
        """The events of this name."""
        return [event for event in self.events if event["event"] == name]

    def _take(self, asked: Asked) -> Reaction:
        path = asked.path.partition("?")[0]
        if (asked.method, path) not in {("POST", "/batch/"), ("POST", "/flags/")}:
            return Answer(404, b"not found")
        is_packed = asked.headers.get("content-encoding") == "gzip"
        body = json.loads(gzip.decompress(asked.body) if is_packed else asked.body)
        if body.get("api_key") != API_KEY:
            problem = {"type": "authentication_error", "code": "invalid_api_key", "detail": "The API key is not good."}
            return Answer.of(problem, status=401)
        if path == "/flags/":
            return Answer.of({"flags": {}, "errorsWhileComputingFlags": False})
        self.events.extend(body["batch"])
        return Answer.of({"status": "Ok"})


def hand_over() -> None:
    """Close what sends events, and wait until it has sent them, however long that takes."""
    close_analytics()
    for thread in threading.enumerate():
        if thread.name == "analytics-closing":
            thread.join(60)


@pytest.fixture
def posthog_stub(settings: Settings) -> Iterator[PostHogStub]:
    """A PostHog to which the settings point."""
    with PostHogStub() as stub:
        settings.ANALYTICS_PROVIDER = "posthog"
        settings.POSTHOG_API_KEY = API_KEY
        settings.POSTHOG_HOST = stub.url
        close_analytics()
        yield stub
        close_analytics()
