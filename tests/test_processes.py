"""One table of processes (``caferoam/processes.py``), and who starts them keeps to it: Compose, Railway, the docs."""

import json
import re
import shlex
from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest
import yaml
from django.conf import settings

from caferoam.processes import PROCESSES, CommandHealth, HttpHealth, Process, process
from tests.images.dockerfile import Instruction, instructions

ROOT = Path(settings.BASE_DIR)
DATABASE_OF = {"owner": "OWNER_DATABASE_URL", "api": "API_DATABASE_URL", "worker": "WORKER_DATABASE_URL"}
NOT_OF_THE_TABLE = {"postgres", "valkey", "logins"}
# config-as-code keys that Railway's reference and its own command line know.
RAILWAY_BUILD = {"builder", "buildCommand", "dockerfilePath", "watchPatterns"}
RAILWAY_DEPLOY = {
    *("startCommand", "preDeployCommand", "healthcheckPath", "healthcheckTimeout", "restartPolicyType"),
    *("restartPolicyMaxRetries", "multiRegionConfig", "cronSchedule", "overlapSeconds", "drainingSeconds"),
}

each_process = pytest.mark.parametrize("each", PROCESSES, ids=lambda each: each.name)


@cache
def compose() -> dict[str, Any]:
    return cast("dict[str, Any]", yaml.safe_load((ROOT / "docker-compose.yml").read_text()))


@cache
def railway(name: str) -> dict[str, Any]:
    return cast("dict[str, Any]", json.loads((ROOT / "ops" / "railway" / f"{name}.json").read_text()))


def said(image: str) -> dict[str, Instruction]:
    return {each.word: each for each in instructions(ROOT / "ops" / "docker" / f"{image}.Dockerfile")}


def allowed(each: Process) -> set[str]:
    return {*each.needs, *each.takes, *each.variables}


# --- docker-compose.yml ----------------------------------------------------------------------------------------------
def test_compose_runs_the_table_and_what_it_stands_on() -> None:
    assert set(compose()["services"]) == {each.name for each in PROCESSES} | NOT_OF_THE_TABLE


@each_process
def test_compose_starts_a_process_as_the_table_says(each: Process) -> None:
    service = compose()["services"][each.name]
    assert service["build"]["dockerfile"] == f"ops/docker/{each.image}.Dockerfile"
    assert service.get("command") or said(each.image)["CMD"].argv() == each.command()
    assert service.get("command", each.command()) == each.command()
    assert service["stop_grace_period"] == f"{each.grace_s}s"
    assert service.get("stop_signal", said(each.image)["STOPSIGNAL"].rest) == each.stop_signal
    assert (service["restart"] == "no") == each.runs_once
    published = [f"127.0.0.1:{each.port}:{each.port}"] if each.is_public else []
    assert service.get("ports", []) == published


@each_process
def test_compose_gives_a_process_all_that_it_needs_and_nothing_that_it_has_no_use_for(each: Process) -> None:
    given = {name: str(value) for name, value in compose()["services"][each.name]["environment"].items()}
    assert set(given) >= {*each.needs, *each.variables}
    assert set(given) <= allowed(each)
    for name, value in each.addressed().items():
        assert given[name] == value
    if each.login:
        assert given["DATABASE_URL"].startswith(f"${{{DATABASE_OF[each.login]}:-")


@each_process
def test_compose_asks_a_process_how_it_is_as_the_table_says(each: Process) -> None:
    service = compose()["services"][each.name]
    if each.health is None:
        assert "healthcheck" not in service
    elif each.image == "web":
        assert isinstance(each.health, HttpHealth)
        assert f"${{process.env.PORT}}{each.health.path}`" in said("web")["HEALTHCHECK"].rest
    else:
        assert service["healthcheck"]["test"] == ["CMD", "python", "-m", "caferoam.healthcheck", each.name]


@each_process
def test_compose_starts_nothing_before_what_it_stands_on_is_ready(each: Process) -> None:
    service, services = compose()["services"][each.name], compose()["services"]
    waits = {name: how["condition"] for name, how in service.get("depends_on", {}).items()}
    assert services["logins"]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    if each.runs_once:
        assert waits == {"postgres": "service_healthy"}
    elif each.login:
        assert waits == {"logins": "service_completed_successfully", "valkey": "service_healthy"}
    else:
        assert waits == {}  # its pages say kindly that the API is away


@each_process
def test_compose_lets_a_process_do_no_more_than_it_must(each: Process) -> None:
    service = compose()["services"][each.name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_compose_lets_the_api_answer_to_other_names_than_this_machine_has() -> None:
    assert compose()["services"]["api"]["environment"]["ALLOWED_HOSTS"].startswith("${ALLOWED_HOSTS:-api,")


def test_compose_makes_the_logins_in_the_database_that_it_migrates() -> None:
    services = compose()["services"]
    logins, migrate = services["logins"], services["migrate"]
    assert logins["environment"]["DATABASE_URL"] == migrate["environment"]["DATABASE_URL"]
    assert "PGHOST" not in logins["environment"]
    assert 'psql "$$DATABASE_URL" ' in logins["command"][-1]


def test_compose_holds_no_secret() -> None:
    secret = re.compile(r"KEY|PASSWORD|SECRET|TOKEN|DSN|DATABASE_URL|REDIS_URL|AUTH")
    for name, service in compose()["services"].items():
        for variable, value in service.get("environment", {}).items():
            written = re.sub(r"\$\{.*\}", "", str(value))
            if secret.search(variable):
                assert re.fullmatch(r"(redis://:@valkey:6379/0)?", written), (name, variable)


# --- Railway ---------------------------------------------------------------------------------------------------------
def test_railway_has_one_file_for_each_process() -> None:
    assert {path.stem for path in (ROOT / "ops" / "railway").iterdir()} == {each.name for each in PROCESSES}
    # A service without a file of its own is the web app: what Railway finds by itself must start something harmless.
    assert json.loads((ROOT / "railway.json").read_text()) == railway("web")


@each_process
def test_railway_starts_a_process_as_the_table_says(each: Process) -> None:
    build, deploy = railway(each.name)["build"], railway(each.name)["deploy"]
    assert set(build) <= RAILWAY_BUILD
    assert set(deploy) <= RAILWAY_DEPLOY
    assert build["builder"] == "DOCKERFILE"
    assert build["dockerfilePath"] == f"ops/docker/{each.image}.Dockerfile"
    # All addresses, of both kinds: the private network of older environments knows IPv6 alone. No shell is in between.
    assert shlex.split(deploy["startCommand"]) == each.command(host="::")
    assert deploy["drainingSeconds"] == each.grace_s
    assert deploy.get("healthcheckPath") == (each.health.path if isinstance(each.health, HttpHealth) else None)
    assert deploy["restartPolicyType"] == ("NEVER" if each.runs_once else "ALWAYS")


def test_on_railway_only_one_process_migrates_and_the_others_wait_for_it() -> None:
    waiting = {each.name for each in PROCESSES if "preDeployCommand" in railway(each.name)["deploy"]}
    by_health = {each.name for each in PROCESSES if each.health == HttpHealth("/readyz")}  # which looks at migrations
    migrating = {each.name for each in PROCESSES if "migrate" in each.argv}
    assert migrating == {"migrate"} == {each.name for each in PROCESSES if each.login == "owner"}
    assert waiting == {each.name for each in PROCESSES if each.login} - by_health - migrating
    for name in waiting:
        assert railway(name)["deploy"]["preDeployCommand"] == ["python manage.py wait_for_migrations"]


@each_process
def test_railway_builds_anew_when_something_in_the_image_changes(each: Process) -> None:
    watched = set(railway(each.name)["build"]["watchPatterns"])
    copied = {
        source
        for step in instructions(ROOT / "ops" / "docker" / f"{each.image}.Dockerfile")
        if step.word == "COPY" and "--from" not in step.rest
        for source in step.rest.split()[:-1]
    }
    needed = {f"/{source}/**" if (ROOT / source).is_dir() else f"/{source}" for source in copied}
    own = {"/.dockerignore", f"/ops/docker/{each.image}.Dockerfile", f"/ops/railway/{each.name}.json"}
    assert watched == needed | own


# --- Images ----------------------------------------------------------------------------------------------------------
def test_a_worker_stops_gracefully_wherever_its_image_runs() -> None:
    worker = process("worker")
    assert f"REMAP_SIGTERM={worker.variables['REMAP_SIGTERM']}" in said("python")["ENV"].rest
    assert int(worker.variables["JOBS_STOP_GRACE"]) == worker.grace_s
    assert settings.JOBS_FINISH_WITHIN.total_seconds() < worker.grace_s


# --- docs/deploy.md --------------------------------------------------------------------------------------------------
def rows(heading: str) -> list[list[str]]:
    """The cells of the first table below the heading, without its head."""
    text = (ROOT / "docs" / "deploy.md").read_text()
    section = re.split(r"^##+ ", text[text.index(f" {heading}\n") :], flags=re.MULTILINE, maxsplit=1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def test_the_docs_tell_of_each_process_what_the_table_says() -> None:
    told = {row[0].strip("`"): row[1:] for row in rows("The processes")}
    assert set(told) == {each.name for each in PROCESSES}
    for each in PROCESSES:
        match each.health:
            case HttpHealth(path):
                health = f"`{path}` on {each.port}"
            case CommandHealth(argv):
                health = f"`{shlex.join(argv)}`"
            case None:
                health = "runs once"
        login = {"owner": "owner", "api": "`caferoam_api`", "worker": "`caferoam_worker`", None: "none"}[each.login]
        assert told[each.name] == [each.purpose, each.image, login, health, f"{each.grace_s} s"]


def test_the_docs_tell_who_needs_and_who_takes_each_variable() -> None:
    told = {}
    for name, who, _ in rows("All variables"):
        needed = {part.strip("* ") for part in who.split(",") if part.strip().startswith("**")}
        taken = {part.strip() for part in who.split(",")} - {f"**{part}**" for part in needed} - {"–"}
        told[name.strip("`")] = (_expanded(needed), _expanded(taken))
    true = {
        name: (
            {each.name for each in PROCESSES if name in each.needs},
            {each.name for each in PROCESSES if name in {*each.takes, *each.variables} - set(each.needs)},
        )
        for each in PROCESSES
        for name in allowed(each)
    }
    assert told == true


def _expanded(names: set[str]) -> set[str]:
    python = {each.name for each in PROCESSES if each.image == "python"}
    return (names - {"all of Python"}) | (python if "all of Python" in names else set())


def test_every_variable_that_is_read_is_in_the_table_and_in_the_example() -> None:
    read = {
        name
        for file in ("settings.py", "admin_settings.py")
        for name in re.findall(r'env\.\w+\(\s*"(\w+)"', (ROOT / "caferoam" / file).read_text())
    }
    web = {
        name
        for file in [ROOT / "next.config.ts", *(ROOT / "app").rglob("*.ts"), *(ROOT / "app").rglob("*.tsx")]
        if ".test." not in file.name
        for name in re.findall(r"process\.env\.(\w+)", file.read_text())
    } - {"NODE_ENV"}
    of_a_laptop = {name for name in read if name.startswith("CAFEROAM_")} - {"CAFEROAM_ENV", "CAFEROAM_RELEASE"}
    of_railway = {"RAILWAY_GIT_COMMIT_SHA"}
    in_table = {name for each in PROCESSES for name in allowed(each)}
    assert (read | web) - of_a_laptop - of_railway <= in_table
    example = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), flags=re.MULTILINE))
    told_by_the_image = {"REMAP_SIGTERM", "PORT", "HOSTNAME"}
    assert in_table - told_by_the_image <= example
