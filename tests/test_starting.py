"""No process starts that could not do its work for want of a setting, and each says which one it is."""

import re
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

from caferoam.jobs.discovery import discover_job_types
from caferoam.jobs.tasks import needs_of
from caferoam.providers.checks import require
from caferoam.testing.live import Process


def worker(log_file: Path, *, queues: str, **environment: str) -> str:
    """What a worker of these queues says before it ends by itself, which it must."""
    process = Process(
        log_file,
        *("-W", "ignore", "-m", "celery", "--app", "caferoam.celery:app", "--quiet"),
        *("worker", "--pool", "solo", "--queues", queues, "--without-gossip", "--without-mingle"),
        **environment,
    )
    try:
        assert process.popen.wait(120) == 1, process.output()
    finally:
        process.kill()
    return process.output()


@pytest.mark.slow
def test_a_worker_names_all_that_the_jobs_of_its_queues_lack(worker_login: None, tmp_path: Path) -> None:
    said = worker(
        tmp_path / "worker.log",
        queues="default,llm",
        LLM_PROVIDER="anthropic",
        ANTHROPIC_API_KEY="",
        SUPABASE_SECRET_KEY="",
        EMAIL_PROVIDER="resend",
        RESEND_API_KEY="",
    )
    assert "RESEND_API_KEY (email by resend)" in said
    assert "ANTHROPIC_API_KEY (llm by anthropic)" in said
    assert "SUPABASE_SECRET_KEY (storage by supabase)" in said
    assert "Traceback" not in said


def test_what_is_needed_hangs_on_the_queues_that_are_served(settings: Settings) -> None:
    discover_job_types()
    settings.EMAIL_PROVIDER, settings.RESEND_API_KEY = "resend", ""
    settings.SUPABASE_SECRET_KEY = "sb_secret_that_opens_nothing"
    require(*needs_of({"llm", "embedding"}))
    with pytest.raises(ImproperlyConfigured, match=re.escape("Not set: RESEND_API_KEY (email by resend).")):
        require(*needs_of({"default"}))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "provider", "missing"),
    [
        (
            "caferoam.wsgi",
            {"EMBEDDINGS_PROVIDER": "openai", "OPENAI_API_KEY": ""},
            "OPENAI_API_KEY (embeddings by openai)",
        ),
        (
            "caferoam.admin_wsgi",
            {"MAPS_PROVIDER": "mapbox", "MAPBOX_ACCESS_TOKEN": ""},
            "MAPBOX_ACCESS_TOKEN (maps by mapbox)",
        ),
    ],
)
def test_api_and_admin_name_what_they_lack(tmp_path: Path, module: str, provider: dict[str, str], missing: str) -> None:
    process = Process(tmp_path / "wsgi.log", "-c", f"import {module}", **provider)
    try:
        assert process.popen.wait(120) == 1, process.output()
    finally:
        process.kill()
    # Not always the last line: the thread that fetches the token keys may still have something to say.
    assert f"ImproperlyConfigured: Not set: {missing}." in process.output()
