from collections.abc import Iterator
from pathlib import Path

import pytest

from caferoam.local.postgres import PostgresServer, PostgresVersion, has_postgres


@pytest.fixture(params=["18", "16"])
def postgres_version(request: pytest.FixtureRequest) -> PostgresVersion:
    version: PostgresVersion = request.param
    if not has_postgres(version):
        pytest.skip(f"the wheel with PostgreSQL {version} is not installed")
    return version


@pytest.fixture
def postgres(tmp_path: Path, postgres_version: PostgresVersion) -> Iterator[PostgresServer]:
    """A running server of its own for one test, which may stop it or break it."""
    with PostgresServer(tmp_path / "postgres", version=postgres_version, durable=False) as server:
        yield server
