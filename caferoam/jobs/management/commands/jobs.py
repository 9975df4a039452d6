"""``manage.py jobs``: what runs, what failed, and what to do about it."""

import getpass
import json
import os
import sys
import time
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Collection
from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final, NoReturn
from uuid import UUID

import redis
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, OutputWrapper
from tqdm import tqdm

from caferoam.jobs import operations, overview_text, pruning
from caferoam.jobs.discovery import discover_job_types
from caferoam.jobs.models import Job
from caferoam.jobs.overview import TypeOverview, read_overview
from caferoam.pulse import NAMES, read_pulses

LOOK_EVERY_S: Final = 0.5
INTERRUPTED: Final = 130
"""The exit code of a program that SIGINT ended."""
CANNOT_SAY: Final = 2
_HEALTH: Final = (
    "Exit code 1: one does not get on, so restart it. 2: Redis does not answer, so nobody can say; that is no reason to"
    " restart anything. Workers share one pulse, so `worker` says whether any of them gets on, not which."
)


class Watch:
    """Shows how jobs become fewer, and says once what holds them up."""

    def __init__(self, bar: "tqdm[NoReturn]", stderr: OutputWrapper) -> None:
        self._bar = bar
        self._stderr = stderr
        self._most = 0
        self._told: set[str] = set()

    def show(self, left: Collection[TypeOverview]) -> None:
        """Raises CommandError when none of it can start by itself."""
        count = sum(of_type.left for of_type in left)
        self._most = max(self._most, count)
        self._bar.total, self._bar.n = self._most, self._most - count
        self._bar.set_postfix_str(overview_text.counts((of_type.job_type, of_type.left) for of_type in left))
        obstacles = overview_text.attention(left)
        if left and all(
            of_type.obstacle is not None and of_type.left == of_type.ready + of_type.gathering for of_type in left
        ):
            raise CommandError(" ".join(["This would never end.", *obstacles]))
        for line in obstacles:
            self.tell(line)

    def tell(self, line: str) -> None:
        """Above the bar, once."""
        if line not in self._told:
            self._told.add(line)
            self._bar.clear()
            self._stderr.write(line)
            self._bar.refresh()


class Command(BaseCommand):
    help = "See how the queue stands, queue jobs again that ended badly, wait for it to empty, delete what is old."

    def add_arguments(self, parser: ArgumentParser) -> None:
        steps = parser.add_subparsers(dest="step", required=True, metavar="status|requeue|drain|prune|health")

        status = steps.add_parser("status", help="count jobs by type and state, and say what stands still")
        status.add_argument("--json", action="store_true", dest="as_json", help="for programs")

        requeue = steps.add_parser("requeue", help="let jobs that ended badly run again, with three more attempts")
        requeue.add_argument("--type", dest="job_type", metavar="TYPE", help="the jobs of this type")
        requeue.add_argument("--state", choices=["failed", "dead_letter"], help="how they ended")
        requeue.add_argument("--id", dest="job_id", type=_job_id, metavar="ID", help="this one job")
        requeue.add_argument("--yes", action="store_true", help="do not ask")

        drain = steps.add_parser("drain", help="wait until no job is due or at work")
        drain.add_argument("--type", dest="job_type", metavar="TYPE", help="only jobs of this type")
        drain.add_argument("--timeout", type=_seconds, metavar="S", help="give up after so many seconds")

        prune = steps.add_parser("prune", help="delete jobs that ended long ago, as the schedule does every hour")
        prune.add_argument("--dry-run", action="store_true", help="only count them")

        health = steps.add_parser(
            "health", help="whether relay, worker and beat get on with their work", description=_HEALTH
        )
        health.add_argument("process", nargs="*", metavar="relay|worker|beat", help="only these", default=[])
        health.add_argument("--within", type=_seconds, metavar="S", default=30.0, help="in so many seconds (30)")

    def handle(self, *, step: str, **options: Any) -> None:
        getattr(self, step)(**options)

    def status(self, *, as_json: bool, **_: object) -> None:
        """A line for each type, then what needs somebody's attention."""
        types, ages = read_overview(discover_job_types()), _pulse_ages()
        if as_json:
            told = {"types": [asdict(of_type) for of_type in types], "seconds_since_round": ages}
            self.stdout.write(json.dumps(told, default=_plain, indent=2))
            return
        for line in [*overview_text.table(types), "", *overview_text.attention(types), overview_text.pulses(ages)]:
            self.stdout.write(line)

    def requeue(self, *, job_type: str | None, state: str | None, job_id: UUID | None, yes: bool, **_: object) -> None:
        """Says how many, asks, and does it under the operator's name."""
        jobs = Job.objects.filter(status__in=["failed", "dead_letter"])
        if job_id is not None:
            jobs = jobs.filter(pk=job_id)
        elif job_type is None or state is None:
            raise CommandError("Say which jobs: --type and --state together, or --id.")
        if job_type is not None:
            jobs = jobs.filter(job_type=_existing(job_type))
        if state is not None:
            jobs = jobs.filter(status=state)
        count = jobs.count()
        if not count:
            self.stdout.write("No such job ended badly: nothing to queue again.")
            return
        if not yes:
            self._ask(f"{count} {'job' if count == 1 else 'jobs'} will be queued again")
        self.stdout.write(f"{operations.requeue(jobs, by=_operator())} queued again.")

    def drain(self, *, job_type: str | None, timeout: float | None, **_: object) -> None:
        """With a bar of what is done of the most that was seen to be left."""
        wanted = None if job_type is None else _existing(job_type)
        deadline = float("inf") if timeout is None else time.monotonic() + timeout
        known = discover_job_types()
        with tqdm(total=0, unit=" jobs", file=self.stderr, disable=None) as bar:
            watch = Watch(bar, self.stderr)
            if (_pulse_ages() or {}).get("relay") is None:
                watch.tell("No relay is known to go round: what is due starts when one does.")
            try:
                while left := [of_type for of_type in read_overview(known) if _is_left(of_type, wanted)]:
                    watch.show(left)
                    if time.monotonic() >= deadline:
                        counts = overview_text.counts((of_type.job_type, of_type.left) for of_type in left)
                        raise CommandError(f"After {timeout:g} s there are still left: {counts}.")
                    time.sleep(min(LOOK_EVERY_S, max(0.0, deadline - time.monotonic())))
            except KeyboardInterrupt:
                raise CommandError("Stopped. The jobs go on.", returncode=INTERRUPTED) from None
            watch.show([])
        self.stdout.write("No job is due or at work.")

    def prune(self, *, dry_run: bool, **_: object) -> None:
        """Each chunk is a transaction of its own, so it can be stopped at any time."""
        old = pruning.prunable()
        if dry_run:
            self.stdout.write(f"Would delete {overview_text.counts(old.items())}.")
            return
        gone = dict.fromkeys(old, 0)
        with tqdm(total=old.total(), unit=" jobs", file=self.stderr, disable=None) as bar:
            for state, count in pruning.prune():
                gone[state] += count
                bar.update(count)
        self.stdout.write(f"Deleted {overview_text.counts(gone.items())}.")

    def health(self, *, process: Collection[str], within: float, **_: object) -> None:
        """Progress, not life: a process that hangs has no pulse."""
        if wrong := [name for name in process if name not in NAMES]:
            raise CommandError(f"{wrong[0]!r} is no process with a pulse: give {', '.join(NAMES)}.")
        ages = _pulse_ages()
        if ages is None:
            raise CommandError("Redis does not answer, so nobody can say.", returncode=CANNOT_SAY)
        asked = {name: age_s for name, age_s in ages.items() if name in (process or NAMES)}
        told = overview_text.pulses(asked)
        if any(age_s is None or age_s > within for age_s in asked.values()):
            raise CommandError(f"{told} More than {within:g} s is too long.")
        self.stdout.write(told)

    def _ask(self, what: str) -> None:
        if not sys.stdin.isatty():
            raise CommandError(f"{what}. There is nobody to ask: add --yes.")
        if input(f"{what}. Go on? [y/N] ").strip().lower() not in {"y", "yes"}:
            raise CommandError("Nothing was changed.")


def _existing(job_type: str) -> str:
    known = discover_job_types()
    if job_type in known or Job.objects.filter(job_type=job_type).exists():
        return job_type
    raise CommandError(f"--type: no job type is called {job_type!r}; there are {', '.join(sorted(known))}.")


def _operator() -> str:
    try:
        return f"{getpass.getuser()} by manage.py"
    except OSError:  # a container's user has a number only
        return f"user {os.getuid()} by manage.py"


def _pulse_ages() -> dict[str, float | None] | None:
    """Seconds since each process completed a round, None for long ago or never; None when Redis does not answer."""
    try:
        ages = read_pulses(settings.REDIS_URL)
    except redis.RedisError:
        return None
    return {name: None if age is None else age.total_seconds() for name, age in ages.items()}


def _is_left(of_type: TypeOverview, wanted: str | None) -> bool:
    return bool(of_type.left) and wanted in {None, of_type.job_type}


def _plain(value: object) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _job_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no job's id: those look like {UUID(int=0)}") from None


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < timedelta.max.total_seconds():
        raise ArgumentTypeError(f"{text!r} is no number of seconds above 0")
    return seconds
