import re

from caferoam.grace import LAST_STEPS
from caferoam.jobs.discovery import discover_job_types
from caferoam.local.stack import CHECKOUT
from caferoam.processes import PROCESSES, QUEUES, CommandHealth, HttpHealth, process
from caferoam.pulse import NAMES

_TAKEN_BY_MAKE_RUN = re.compile(r"CAFEROAM_(API_PORT|ADMIN_PORT|WEB_PORT|WEB_URL|WEB|LOCAL_DIR)")


def documented() -> set[str]:
    return set(re.findall(r"^([A-Z_]+)=", (CHECKOUT / ".env.example").read_text(), re.MULTILINE))


def test_every_queue_of_the_jobs_is_worked_on() -> None:
    assert {job_type.queue for job_type in discover_job_types().values()} <= set(QUEUES)
    worker = process("worker")
    assert worker.queues == QUEUES
    assert worker.argv[worker.argv.index("--queues") + 1].split(",") == list(QUEUES)


def test_only_the_api_has_the_api_s_rights_and_only_migrations_the_owner_s() -> None:
    logins = {each.name: each.login for each in PROCESSES}
    workers = dict.fromkeys(("relay", "worker", "beat", "admin"), "worker")
    assert logins == {"migrate": "owner", "api": "api", "web": None, **workers}


def test_only_worker_and_admin_hold_the_key_to_all_of_supabase() -> None:
    assert {each.name for each in PROCESSES if each.has_secret_key} == {"worker", "admin"}


def test_the_schema_comes_before_whatever_uses_it() -> None:
    assert [each.name for each in PROCESSES if each.runs_once] == [PROCESSES[0].name] == ["migrate"]


def test_each_process_can_be_asked_for_its_health() -> None:
    for each in PROCESSES:
        if each.port is not None:
            assert isinstance(each.health, HttpHealth), each.name
        elif not each.runs_once:
            assert isinstance(each.health, CommandHealth), each.name
            assert each.health.argv[-1] == each.name
            assert each.name in NAMES
    assert process("web").health != process("api").health, "the pages stay up while the API is down"


def test_jobs_have_time_to_finish_and_the_worker_time_to_give_the_rest_back() -> None:
    worker = process("worker")
    assert worker.variables["JOBS_STOP_GRACE"] == str(worker.grace_s)
    assert worker.grace_s > LAST_STEPS.total_seconds() * 2


def test_the_table_names_each_documented_variable_and_no_other() -> None:
    named = {name for each in PROCESSES for name in (*each.needs, *each.takes)} | {"JOBS_STOP_GRACE"}
    assert named == {name for name in documented() if not _TAKEN_BY_MAKE_RUN.fullmatch(name)}


def test_a_command_is_told_where_to_listen() -> None:
    command = process("api").command(port=4242, host="::1")
    assert command[command.index("--port") + 1] == "4242"
    assert command[command.index("--host") + 1] == "::1"
    assert process("web").addressed()["PORT"] == "3000"
    assert not [part for each in PROCESSES for part in (*each.command(), *each.addressed().values()) if "{" in part]
