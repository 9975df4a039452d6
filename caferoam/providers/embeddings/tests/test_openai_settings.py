"""How OpenAI's adapter is set up, and how it is told whether it works."""

import os
import subprocess
import sys
from decimal import Decimal

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

from caferoam.providers.embeddings import configured, embedder_of, ping
from caferoam.providers.embeddings.openai import OpenAIEmbedder
from caferoam.providers.errors import ProviderUnavailable
from caferoam.testing.openai import (
    KEY,
    OpenAIStub,
    error,
    overloaded,
)
from caferoam.testing.vendors import Answer, HangUp, Reaction

SMALL = "text-embedding-3-small"


class TestConfiguration:
    def test_a_missing_key_is_named(self, settings: Settings) -> None:
        settings.OPENAI_API_KEY = ""
        with pytest.raises(ImproperlyConfigured, match="OPENAI_API_KEY is not set"):
            OpenAIEmbedder(SMALL)

    def test_a_model_without_a_price_is_refused_with_those_that_have_one(self, settings: Settings) -> None:
        settings.OPENAI_API_KEY = KEY
        settings.OPENAI_EMBEDDING_MODEL = "text-embedding-99"
        with pytest.raises(ImproperlyConfigured, match=r"OPENAI_EMBEDDING_MODEL.*'text-embedding-99'.*3-small"):
            embedder_of("openai", "text-embedding-99")
        with pytest.raises(ImproperlyConfigured, match=r"model without a price: 'text-embedding-98'"):
            embedder_of("openai", "text-embedding-98")

    def test_the_price_of_the_day_counts(self, stub: OpenAIStub, settings: Settings) -> None:
        settings.OPENAI_PRICES = {SMALL: {"2024-01-25": ("9",), "2026-01-01": ("0.5",), "2999-01-01": ("7",)}}
        usage = OpenAIEmbedder(SMALL).embed(["安靜"]).usage
        assert usage.usd == usage.tokens_in * Decimal("0.0000005")

    def test_the_sdk_and_the_vocabulary_are_loaded_by_those_who_use_them_only(self) -> None:
        code = (
            "import sys, django; django.setup(); from caferoam.providers.embeddings import configured, get_embedder;"
            "get_embedder(); configured(); sys.exit(bool({'openai', 'toktok'} & sys.modules.keys()))"
        )
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
        code = (
            "import sys, django; django.setup(); from caferoam.providers.embeddings import get_embedder;"
            "get_embedder(); sys.exit('toktok' in sys.modules or 'openai' not in sys.modules)"
        )
        chosen = {**os.environ, "EMBEDDINGS_PROVIDER": "openai", "OPENAI_API_KEY": KEY}
        assert subprocess.run([sys.executable, "-c", code], check=False, env=chosen).returncode == 0


class TestChecks:
    @pytest.fixture(autouse=True)
    def chosen(self, stub: OpenAIStub, settings: Settings) -> None:
        settings.EMBEDDINGS_PROVIDER = "openai"

    def test_what_is_set_is_shown_but_for_the_key(self, stub: OpenAIStub) -> None:
        shown = configured()
        assert shown.settings == {
            "OPENAI_API_KEY": "set",
            "OPENAI_EMBEDDING_MODEL": SMALL,
            "OPENAI_BASE_URL": stub.base_url,
        }
        assert shown.missing == ()

    def test_what_is_missing_is_named(self, settings: Settings) -> None:
        settings.OPENAI_API_KEY, settings.OPENAI_EMBEDDING_MODEL = "", "text-embedding-99"
        assert configured().missing == ("OPENAI_API_KEY", "OPENAI_PRICES['text-embedding-99']")
        with pytest.raises(ImproperlyConfigured, match="OPENAI_API_KEY"):
            ping()

    def test_the_vendor_is_asked_whether_it_has_the_model_and_is_paid_nothing(self, stub: OpenAIStub) -> None:
        assert ping() == f"{SMALL} is there"
        assert [(asked.method, asked.path) for asked in stub.asked] == [("GET", f"/v1/models/{SMALL}")]
        assert stub.billed.calls == 0

    @pytest.mark.parametrize(
        ("reaction", "message"),
        [
            (error(401, "invalid_request_error", "invalid_api_key", "No such key."), "does not serve us: 401"),
            (error(404, "invalid_request_error", "model_not_found", "No such model."), "does not serve us: 404"),
            (overloaded(), "is busy or broken: 503"),
            (HangUp(), "cannot be reached"),
            (Answer(200, b"{"), "does not speak as it should"),
            (Answer(200, b"{}"), "no model"),
            (Answer(200, b"<html>Welcome to the hotel</html>", {"Content-Type": "text/html"}), "no model"),
        ],
    )
    def test_what_it_says_instead_is_told(self, stub: OpenAIStub, reaction: Reaction, message: str) -> None:
        stub.next(reaction)
        with pytest.raises(ProviderUnavailable, match=message):
            ping()
