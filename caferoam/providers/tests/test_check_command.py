"""``manage.py providers check``, run as operators run it, against stand-ins of all vendors."""

import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from caferoam.local.supabase.http import json_reply
from caferoam.providers import checks
from caferoam.providers.checks import KINDS, Configured, provider
from caferoam.testing.anthropic import KEY as ANTHROPIC_KEY
from caferoam.testing.anthropic import AnthropicStub, overloaded
from caferoam.testing.resend import API_KEY as RESEND_KEY
from caferoam.testing.resend import ResendStub, problem
from caferoam.testing.storage import KEYS, StorageStub
from caferoam.testing.vendors import Answer, HangUp


@pytest.fixture
def offline(worker: psycopg.Connection, storage_stub: StorageStub, settings: Settings, tmp_path: Path) -> None:
    """Everything as on a laptop, with a Supabase that answers: it looks its users up in the test's database."""
    settings.LLM_PROVIDER = settings.EMAIL_PROVIDER = "offline"
    settings.MAIL_FOLDER = str(tmp_path / "mail")
    settings.SUPABASE_JWKS_URL = f"{storage_stub.url}/auth/v1/.well-known/jwks.json"


@pytest.fixture
def anthropic(offline: None, settings: Settings) -> Iterator[AnthropicStub]:
    with AnthropicStub() as stub:
        settings.LLM_PROVIDER, settings.ANTHROPIC_API_KEY, settings.ANTHROPIC_BASE_URL = (
            "anthropic",
            ANTHROPIC_KEY,
            stub.url,
        )
        yield stub


@pytest.fixture
def resend(offline: None, resend_stub: ResendStub) -> ResendStub:
    return resend_stub


def check(*options: str) -> tuple[str, str]:
    """What the command prints, and what it fails with, if it does."""
    out, failed = StringIO(), ""
    try:
        call_command("providers", "check", *options, stdout=out)
    except CommandError as exc:
        failed = str(exc)
    return out.getvalue(), failed


def said_of(kind: str, output: str) -> str:
    """The last line of what was printed of a kind."""
    (block,) = re.findall(rf"^{kind}: .*\n((?:  .*\n)*)", output, re.MULTILINE)
    return re.sub(r"after \d+ ms", "after … ms", block.splitlines()[-1].strip())


class TestWhatIsChosen:
    def test_every_kind_is_shown_and_nobody_is_asked(self, offline: None, storage_stub: StorageStub) -> None:
        output, failed = check()
        assert re.findall(r"^(\w+): ", output, re.MULTILINE) == list(KINDS)
        assert not failed
        assert storage_stub.requests == []

    def test_of_secrets_it_says_whether_they_are_set(
        self, anthropic: AnthropicStub, resend: ResendStub, settings: Settings
    ) -> None:
        settings.SUPABASE_JWT_SECRET = "the-legacy-secret-of-a-project-001"
        settings.ANTHROPIC_BASE_URL = "https://user:hunter2-hunter2@proxy.example"
        output, _ = check()
        assert re.search(r"ANTHROPIC_API_KEY +set\n", output)
        assert re.search(r"SUPABASE_SECRET_KEY +set\n", output)
        secrets = (ANTHROPIC_KEY, RESEND_KEY, KEYS.secret, KEYS.publishable, settings.SUPABASE_JWT_SECRET, "hunter2")
        assert not [secret for secret in secrets if secret in output]

    def test_what_is_missing_is_named_and_ends_in_a_failure(
        self, anthropic: AnthropicStub, resend: ResendStub, settings: Settings
    ) -> None:
        settings.ANTHROPIC_API_KEY = settings.RESEND_API_KEY = settings.SUPABASE_SECRET_KEY = ""
        settings.ANTHROPIC_MENU_MODEL = "claude-of-tomorrow"
        output, failed = check()
        assert said_of("llm", output) == "MISSING: ANTHROPIC_API_KEY, ANTHROPIC_PRICES['claude-of-tomorrow']"
        assert said_of("storage", output) == "MISSING: SUPABASE_SECRET_KEY"
        named = "ANTHROPIC_API_KEY, ANTHROPIC_PRICES['claude-of-tomorrow'], RESEND_API_KEY, SUPABASE_SECRET_KEY"
        assert failed == f"Not set: {named}."

    def test_no_package_of_a_provider_is_forgotten(self) -> None:
        packages = Path(checks.__file__).parent.glob("*/protocol.py")
        assert {package.parent.name for package in packages} == set(KINDS)

    @pytest.mark.parametrize("kind", KINDS)
    def test_each_kind_says_its_own_name(self, kind: str) -> None:
        chosen = provider(kind).configured()
        assert isinstance(chosen, Configured)
        assert chosen.kind == kind


class TestLive:
    def test_on_a_laptop_all_answer(self, offline: None, settings: Settings) -> None:
        output, failed = check("--live")
        assert not failed
        assert said_of("llm", output) == "answered after … ms: works on this machine, from words and rules"
        assert said_of("email", output) == f"answered after … ms: writes to {settings.MAIL_FOLDER}"
        assert said_of("storage", output) == "answered after … ms: takes the secret key, and has all 6 buckets"
        assert said_of("auth", output) == "answered after … ms: takes the secret key, and publishes 1 key for tokens"

    def test_vendors_are_asked_once_each_for_what_costs_nothing(
        self, anthropic: AnthropicStub, resend: ResendStub, settings: Settings
    ) -> None:
        settings.ANTHROPIC_MENU_MODEL = settings.ANTHROPIC_MODEL
        output, failed = check("--live")
        assert not failed
        assert said_of("llm", output) == "answered after … ms: claude-sonnet-5-5 is active"
        assert said_of("email", output) == "answered after … ms: takes the key, and has verified caferoam.example"
        assert [(asked.method, asked.path) for asked in anthropic.asked] == [("GET", "/v1/models/claude-sonnet-5-5")]
        assert [(asked.method, asked.path, asked.body) for asked in resend.asked] == [
            ("GET", "/domains?limit=100", b"")
        ]
        assert anthropic.billed.calls == 0

    def test_one_that_fails_keeps_none_of_the_others_from_being_asked(
        self, anthropic: AnthropicStub, resend: ResendStub, storage_stub: StorageStub
    ) -> None:
        anthropic.next(overloaded())
        resend.next(HangUp())
        storage_stub.fail(500, path="/bucket")
        output, failed = check("--live")
        assert said_of("llm", output).startswith("failed after … ms: Anthropic is busy or broken: 529 overloaded_error")
        assert said_of("email", output).startswith("failed after … ms: Resend: 500")
        assert said_of("storage", output) == "failed after … ms: Storage is broken: 500."
        assert said_of("auth", output).startswith("answered")
        assert failed == "No good answer from llm, email, storage."

    @pytest.mark.parametrize("body", [b"", b"null", b"[]", b'{"data": 7}', b'{"data": [7]}', b"<html>"])
    def test_an_answer_that_makes_no_sense_is_a_failure_that_is_told(self, resend: ResendStub, body: bytes) -> None:
        resend.next(Answer(200, body))
        output, failed = check("--live")
        assert said_of("email", output).startswith("failed after … ms: Resend")
        assert failed == "No good answer from email."

    def test_keys_that_vendors_do_not_know_are_told_apart_from_vendors_that_are_down(
        self, anthropic: AnthropicStub, resend: ResendStub, settings: Settings
    ) -> None:
        settings.ANTHROPIC_API_KEY = "sk-ant-of-another-client-0001"
        settings.SUPABASE_SECRET_KEY = "sb_secret_of_another_project_001"
        resend.next(problem(403, "invalid_api_key", "API key is invalid"))
        output, failed = check("--live")
        assert "Anthropic does not serve us: 401 authentication_error" in said_of("llm", output)
        assert "Resend: 403 invalid_api_key" in said_of("email", output)
        assert said_of("storage", output) == "failed after … ms: Storage will not list the buckets: 401 Invalid API key"
        assert said_of("auth", output) == "failed after … ms: Auth will not look up a user: 401 Invalid API key"
        assert failed == "No good answer from llm, email, storage, auth."
        assert "of-another" not in output
        assert "of_another" not in output

    def test_a_model_that_is_about_to_retire_is_told(self, anthropic: AnthropicStub) -> None:
        anthropic.models["claude-sonnet-5-5"] = "deprecated"
        output, failed = check("--live")
        assert "claude-sonnet-5-5 is deprecated and retires on 2027-05-01, claude-haiku" in said_of("llm", output)
        assert not failed

    def test_a_model_that_the_vendor_does_not_know_is_a_failure(self, anthropic: AnthropicStub) -> None:
        del anthropic.models["claude-haiku-5-5"]
        output, _ = check("--live")
        assert "404 not_found_error: model: claude-haiku-5-5" in said_of("llm", output)

    def test_a_key_that_may_only_send_is_good(self, resend: ResendStub) -> None:
        resend.next(problem(401, "restricted_api_key", "This API key is restricted to only send emails"))
        output, failed = check("--live")
        assert "takes the key, which may only send" in said_of("email", output)
        assert not failed

    @pytest.mark.parametrize(
        ("domains", "why"), [({}, "not a domain of ours"), ({"caferoam.example": "pending"}, "pending")]
    )
    def test_a_sender_whose_domain_is_not_verified_is_a_failure(
        self, resend: ResendStub, domains: dict[str, str], why: str
    ) -> None:
        resend.domains = domains
        output, failed = check("--live")
        assert said_of("email", output).endswith(f"Resend sends nothing from caferoam.example, which is {why}.")
        assert failed == "No good answer from email."

    def test_a_folder_that_cannot_be_written_to_is_a_failure(
        self, offline: None, settings: Settings, tmp_path: Path
    ) -> None:
        (tmp_path / "file").write_text("in the way")
        settings.MAIL_FOLDER = str(tmp_path / "file" / "mail")
        output, _ = check("--live")
        assert said_of("email", output) == "failed after … ms: MAIL_FOLDER cannot be written to: Not a directory."

    def test_buckets_that_are_not_there_are_named(self, offline: None, storage_stub: StorageStub) -> None:
        storage_stub.reply_with(json_reply(200, [{"name": "avatars"}, {"name": "shop-photos"}]), path="/bucket")
        output, _ = check("--live")
        absent = "checkin-photos, menu-photos, avatar-uploads, exports"
        assert said_of("storage", output).endswith(f"Storage has no {absent}: run manage.py ensure_buckets.")

    @pytest.mark.parametrize("said", [[], {"keys": 1}, "keys"])
    def test_keys_for_tokens_that_are_none_are_a_failure(
        self, offline: None, storage_stub: StorageStub, said: object
    ) -> None:
        storage_stub.reply_with(json_reply(200, said), path="jwks.json")
        output, _ = check("--live")
        assert said_of("auth", output) == "failed after … ms: Auth answered with no key set at SUPABASE_JWKS_URL."

    def test_without_a_key_tokens_need_the_projects_secret(
        self, offline: None, storage_stub: StorageStub, settings: Settings
    ) -> None:
        storage_stub.reply_with(json_reply(200, {"keys": []}), path="jwks.json")
        assert said_of("auth", check("--live")[0]).endswith("and SUPABASE_JWT_SECRET is not set.")
        settings.SUPABASE_JWT_SECRET = "the-legacy-secret-of-a-project-001"
        assert said_of("auth", check("--live")[0]).endswith("publishes 0 keys for tokens")

    def test_the_keys_for_tokens_are_fetched_without_a_key_of_ours(
        self, offline: None, storage_stub: StorageStub
    ) -> None:
        check("--live")
        (fetched,) = [request for request in storage_stub.requests if "jwks" in request.path]
        assert {"authorization", "apikey"}.isdisjoint(fetched.headers)
