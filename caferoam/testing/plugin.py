"""A real Postgres and a real Valkey for the tests, started before Django reads its settings and gone with the run.

``CAFEROAM_TEST_PG`` chooses the server: 18 (default) or 16. Loaded by ``-p``, so it touches no settings.
"""

import os
import secrets
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Final

import pytest

from caferoam.local.postgres import PostgresServer, PostgresVersion
from caferoam.local.provision import API, OWNER, WORKER, provision_owner
from caferoam.local.valkey import ValkeyServer

LONG: Final = ("tests/", "caferoam/local/", "caferoam/jobs/")
"""Where tests start servers, browsers and images, and take seconds to minutes each."""
PASSWORDS = {login: secrets.token_urlsafe(16) for login in (OWNER, API, WORKER)}


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    """Start the servers and describe them in the environment: pytest-django reads the settings right after."""
    version = _postgres_version(os.environ.get("CAFEROAM_TEST_PG") or "18")
    home = Path(tempfile.mkdtemp(prefix="caferoam-tests-"))
    early_config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
    postgres = PostgresServer(home / "postgres", version=version, durable=False)
    postgres.start()
    early_config.add_cleanup(postgres.stop)
    valkey = ValkeyServer(home / "valkey")
    valkey.start()
    early_config.add_cleanup(valkey.stop)
    os.environ |= {
        "CAFEROAM_ENV": "test",
        "SECRET_KEY": secrets.token_urlsafe(40),
        "DATABASE_URL": provision_owner(postgres, PASSWORDS[OWNER]),
        "REDIS_URL": valkey.url,
        "SUPABASE_URL": "http://127.0.0.1:9",  # the discard port: a test that needs keys serves its own
    }
    return (yield)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take long: at the end of a run they would leave most of its processes without work."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


def _postgres_version(asked: str) -> PostgresVersion:
    if asked not in {"16", "18"}:
        raise pytest.UsageError(f"The tests run on PostgreSQL 16 or 18, not on {asked}: only those come as wheels.")
    return "16" if asked == "16" else "18"
