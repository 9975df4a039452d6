"""manage.py jobs."""

import getpass
import json
import os
import pty
import re
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.contrib.postgres.functions import TransactionNow
from django.core.management import CommandError, call_command
from django.db.models.functions import Now
from django.utils import timezone
from pytest_django.fixtures import Settings

from caferoam.jobs import endings, enqueue
from caferoam.jobs.models import Job, JobEvent, Lane
from caferoam.pulse import Name, Pulse
from caferoam.testing.database import database_url
from caferoam.testing.live import Live, Process, eventually

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lanes", "no_pulses")]

NOWHERE = "redis://127.0.0.1:9/0"


@pytest.fixture
def no_pulses() -> None:
    """Nothing is known of any process."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()


def run(*arguments: str) -> str:
    out, err = StringIO(), StringIO()
    call_command("jobs", *arguments, stdout=out, stderr=err)
    return err.getvalue() + out.getvalue()


def beats(*names: Name) -> None:
    """Let these processes complete a round."""
    for name in names:
        with Pulse(settings.REDIS_URL, name) as pulse:
            pulse.beat()


def ended(status: str, count: int = 1, job_type: str = "live_quiet") -> list[Job]:
    at = timezone.now()
    return Job.objects.bulk_create(
        Job(job_type=job_type, status=status, attempts=3, completed_at=at) for _ in range(count)
    )


def test_status_has_a_line_for_each_type_and_a_sentence_for_what_stands_still() -> None:
    beats("relay")
    enqueue("live_quiet")
    ended("dead_letter", 2)
    ended("failed", job_type="live_note")
    ended("failed", job_type="from_the_past")
    Job.objects.create(job_type="from_the_future", scheduled_at=timezone.now() - timedelta(minutes=3))
    Lane.objects.filter(pk="live_note").update(paused=True, pause_reason="costs too much")
    endings.pause_lane("live_quiet", timedelta(minutes=5), "busy")
    lines = run("status").splitlines()
    rows = {line.split()[0]: line.split()[1:] for line in lines[: lines.index("")]}
    assert " ".join(rows["JOB"]) == "TYPE READY LATER CLAIMED RUNNING DONE/H FAILED DEAD OLDEST READY"
    assert rows["live_quiet"][:7] == ["1", "·", "·", "·", "·", "·", "2"]
    assert rows["from_the_future"] == ["1", "·", "·", "·", "·", "·", "·", "3", "min"]
    assert "live_note does not start: paused by an operator (costs too much)." in lines
    assert "from_the_future does not start: no code here knows the type." in lines
    assert not any(line.startswith("from_the_past does") for line in lines), "nothing of it waits"
    assert any(line.startswith("live_quiet is paused until ") and line.endswith(": busy.") for line in lines)
    rounds = r"Last completed a round: relay \d+ s ago, worker long ago or never, beat long ago or never\."
    assert re.fullmatch(rounds, lines[-1])


def test_status_as_json_is_for_programs() -> None:
    beats("beat")
    endings.pause_lane("live_quiet", timedelta(minutes=5), "busy")
    told = json.loads(run("status", "--json"))
    assert told["seconds_since_round"] == {"relay": None, "worker": None, "beat": pytest.approx(0, abs=60)}
    (quiet,) = [of_type for of_type in told["types"] if of_type["job_type"] == "live_quiet"]
    assert (quiet["ready"], quiet["is_known"], quiet["pause_reason"]) == (0, True, "busy")


def test_status_works_without_redis(settings: Settings) -> None:
    settings.REDIS_URL = NOWHERE
    assert "Redis does not answer" in run("status")
    assert json.loads(run("status", "--json"))["seconds_since_round"] is None


def test_requeue_queues_again_what_was_asked_for_and_says_who_did_it() -> None:
    dead, other = ended("dead_letter", 2), ended("failed") + ended("dead_letter", job_type="live_note")
    assert run("requeue", "--type", "live_quiet", "--state", "dead_letter", "--yes") == "2 queued again.\n"
    assert set(Job.objects.filter(status="pending")) == set(dead)
    assert not Job.objects.filter(pk__in=[job.pk for job in other], status="pending").exists()
    assert {event.actor for event in JobEvent.objects.all()} == {f"{getpass.getuser()} by manage.py"}


def test_requeue_takes_one_job_by_its_id() -> None:
    one, _ = ended("failed", 2)
    assert run("requeue", "--id", str(one.pk), "--yes") == "1 queued again.\n"
    assert Job.objects.get(status="pending") == one
    assert run("requeue", "--id", str(one.pk)) == "No such job ended badly: nothing to queue again.\n"


def test_requeue_asks_nobody_but_a_terminal() -> None:
    ended("failed", 2)
    with pytest.raises(CommandError, match=r"2 jobs will be queued again. There is nobody to ask: add --yes."):
        run("requeue", "--type", "live_quiet", "--state", "failed")
    assert not Job.objects.filter(status="pending").exists()


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["requeue"], "--type and --state together, or --id"),
        (["requeue", "--type", "live_quiet"], "--type and --state together, or --id"),
        (
            ["requeue", "--type", "live_quite", "--state", "failed"],
            "--type: no job type is called 'live_quite'; there are",
        ),
        (["requeue", "--state", "completed"], "--state: invalid choice: 'completed'"),
        (["requeue", "--id", "17"], "--id: '17' is no job's id"),
        (["drain", "--type", "live_quite"], "--type: no job type is called 'live_quite'"),
        (["drain", "--timeout", "-1"], "--timeout: '-1' is no number of seconds above 0"),
        (["drain", "--timeout", "soon"], "--timeout: 'soon' is no number of seconds above 0"),
        (["drain", "--timeout", "nan"], "--timeout: 'nan' is no number of seconds above 0"),
        (["health", "api"], "'api' is no process with a pulse: give relay, worker, beat"),
        (["explode"], "invalid choice: 'explode'"),
    ],
)
def test_wrong_input_is_refused_in_one_line_that_names_it(arguments: list[str], named: str) -> None:
    with pytest.raises(CommandError) as refused:
        run(*arguments)
    assert named in str(refused.value)
    assert "\n" not in str(refused.value)


def test_drain_ends_at_once_when_nothing_is_due() -> None:
    enqueue("live_quiet", scheduled_at=timezone.now() + timedelta(hours=1))
    enqueue("live_note")
    ended("failed")
    assert run("drain", "--type", "live_quiet").endswith("No job is due or at work.\n")


def test_drain_gives_up_in_time_and_says_what_is_left() -> None:
    enqueue("live_quiet")
    enqueue("live_note")
    with pytest.raises(CommandError, match=r"After 0.1 s there are still left: 1 live_note, 1 live_quiet.") as gave_up:
        run("drain", "--timeout", "0.1")
    assert gave_up.value.returncode == 1


def test_drain_waits_for_what_gathers_into_a_batch_but_not_for_second_attempts() -> None:
    enqueue("live_note")
    Job.objects.update(attempts=1)
    enqueue("live_quiet")
    Job.objects.update(scheduled_at=TransactionNow() + timedelta(seconds=3))
    with pytest.raises(CommandError, match=r"After 0.1 s there are still left: 1 live_quiet."):
        run("drain", "--timeout", "0.1")


def test_drain_does_not_wait_for_what_cannot_start() -> None:
    enqueue("live_quiet")
    Lane.objects.filter(pk="live_quiet").update(paused=True)
    with pytest.raises(CommandError, match=r"would never end. live_quiet does not start: paused by an operator."):
        run("drain")


def test_drain_waits_for_what_runs_in_a_paused_lane() -> None:
    enqueue("live_quiet")
    Job.objects.update(status="claimed", claimed_at=Now())
    Lane.objects.filter(pk="live_quiet").update(paused=True)
    with pytest.raises(CommandError, match=r"After 0.1 s"):
        run("drain", "--timeout", "0.1")


def test_prune_deletes_what_is_old_and_tries_it_first() -> None:
    ended("completed", 3)
    Job.objects.update(completed_at=Now() - timedelta(days=15))
    kept = ended("completed")
    assert run("prune", "--dry-run") == "Would delete 3 completed, 0 failed, 0 dead_letter.\n"
    assert Job.objects.count() == 4
    assert run("prune") == "Deleted 3 completed, 0 failed, 0 dead_letter.\n"
    assert list(Job.objects.all()) == kept


def test_health_is_good_while_all_complete_their_rounds() -> None:
    beats("relay", "worker", "beat")
    rounds = r"Last completed a round: relay \d+ s ago, worker \d+ s ago, beat \d+ s ago\.\n"
    assert re.fullmatch(rounds, run("health"))
    assert re.fullmatch(rounds, run("health", "--within", "20"))


def test_health_is_bad_when_one_that_was_asked_for_does_not() -> None:
    beats("relay")
    assert re.fullmatch(r"Last completed a round: relay \d+ s ago\.\n", run("health", "relay"))
    for arguments in ([], ["beat"]):
        with pytest.raises(CommandError, match=r"beat long ago or never. More than 30 s is too long.") as ill:
            run("health", *arguments)
        assert ill.value.returncode == 1


def test_health_is_bad_when_a_round_takes_too_long() -> None:
    beats("relay", "worker", "beat")
    assert eventually(lambda: ill_within("0.05"))


def ill_within(seconds: str) -> bool:
    try:
        run("health", "--within", seconds)
    except CommandError:
        return True
    return False


def test_without_redis_health_is_unknown_which_is_not_the_same_as_bad(settings: Settings) -> None:
    settings.REDIS_URL = NOWHERE
    with pytest.raises(CommandError, match="Redis does not answer") as unknown:
        run("health")
    assert unknown.value.returncode == 2


@pytest.mark.slow
@pytest.mark.parametrize(("answer", "code", "pending"), [("y", 0, 2), ("n", 1, 0)])
@pytest.mark.django_db(transaction=True)
def test_requeue_asks_at_a_terminal(answer: str, code: int, pending: int) -> None:
    ended("failed", 2)
    here, there = pty.openpty()
    with os.fdopen(here, "wb", 0) as keyboard, os.fdopen(there) as terminal:
        keyboard.write(f"{answer}\n".encode())
        asked = subprocess.run(
            [sys.executable, "manage.py", "jobs", "requeue", "--type", "live_quiet", "--state", "failed"],
            stdin=terminal,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            cwd=settings.BASE_DIR,
            env={
                **os.environ,
                "DATABASE_URL": database_url("caferoam_worker"),
                "DJANGO_SETTINGS_MODULE": LIVE_SETTINGS,
            },
        )
    assert "2 jobs will be queued again. Go on? [y/N]" in asked.stdout
    assert (asked.returncode, Job.objects.filter(status="pending").count()) == (code, pending)


LIVE_SETTINGS = "caferoam.jobs.tests.live.settings"


@pytest.mark.slow
def test_beside_a_running_stack(live: Live, tmp_path: Path) -> None:
    live.worker()
    live.relay()
    live.beat()

    def manage(*arguments: str) -> Process:
        process = Process(tmp_path / "jobs.log", "manage.py", "jobs", *arguments, DJANGO_SETTINGS_MODULE=LIVE_SETTINGS)
        process.popen.wait(120)
        return process

    for _ in range(5):
        enqueue("live_note", {"seconds": "0.2"})
    drained = manage("drain", "--type", "live_note", "--timeout", "60")
    assert (drained.popen.returncode, drained.output()) == (0, "No job is due or at work.\n")
    assert Job.objects.filter(job_type="live_note", status="completed").count() == 5
    healthy = manage("health")
    assert healthy.popen.returncode == 0, healthy.output()
    status = manage("status")
    assert status.popen.returncode == 0
    assert "live_note" in status.output()
