"""What is so in production only: a process of its own each time, because settings are read once."""

import os
import subprocess
import sys

import pytest

PRODUCTION = {
    "CAFEROAM_ENV": "production",
    "SUPABASE_URL": "https://project.supabase.co",
    "SUPABASE_PUBLISHABLE_KEY": "sb_publishable_0123456789abcdef",
}


def run(program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run this with Django set up in production."""
    command = [sys.executable, "-c", f"import django\ndjango.setup()\n{program}"]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | PRODUCTION | environment
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("proxies", "scheme", "strict"), [("1", "https", "max-age=31536000"), ("1", "http", "None"), ("0", "https", "None")]
)
def test_browsers_are_told_to_stay_on_https_where_a_proxy_of_ours_ends_tls(
    proxies: str, scheme: str, strict: str
) -> None:
    ask = (
        "from django.test import Client\n"
        f"answer = Client().get('/healthz', headers={{'Host': '127.0.0.1', 'X-Forwarded-Proto': '{scheme}'}})\n"
        "print(answer.get('Strict-Transport-Security'))"
    )
    assert run(ask, NUM_PROXIES=proxies).stdout.strip() == strict


@pytest.mark.slow
def test_there_are_limits() -> None:
    show = "from django.conf import settings\nprint(settings.THROTTLE_SCALE)"
    assert run(show).stdout.strip() == "1"
    assert run(show, THROTTLE_SCALE="50").stdout.strip() == "50"
    assert "THROTTLE_SCALE must be at least 1 in production" in run(show, THROTTLE_SCALE="0").stderr
