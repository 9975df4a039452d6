"""Beats: two at once, killed, late, and without Valkey."""

import time
from collections.abc import Iterator
from hashlib import md5
from uuid import UUID

from tests.faults.clocks import AFTER_A_LOSS_S
from tests.faults.experiment import Verdict, experiment
from tests.faults.processes import Process
from tests.faults.stage import Stage, require

KILLS = 4
INTERVAL_S = 2
OFTEN = "often"
MISSED = ("missed in Taipei", "missed in New York")


@experiment
def beats_killed_and_late(stage: Stage) -> Verdict:
    """Two beats and no Valkey. One entry is due every 2 s; two had their turn ten minutes ago, when no beat was there,
    in Taipei and in New York, where clocks change. Four times a beat is killed and replaced; then Valkey is back.

    Passes if every turn has exactly one row, the missed ones too, and each is done once.
    """
    stage.cast()
    stage.servers.kill_valkey()
    stage.probe("schedule", OFTEN, str(INTERVAL_S), *MISSED)
    beats = [stage.beat(), stage.beat()]
    _until_they_work(stage, beats)
    begun_at = time.time()
    for number in range(KILLS):
        beats[number % 2].kill()
        beats[number % 2] = stage.again(beats[number % 2])
        _until_they_work(stage, beats)
    stage.fault()
    stage.let_pass(INTERVAL_S)
    ended_at = time.time()
    stage.servers.valkey.start()
    stage.fault()
    for beat in beats:
        beat.kill()
    rows = {row[0] for row in stage.sql("SELECT id FROM job_queue")}
    must = set(_turns(begun_at, ended_at - 1))
    may = set(_turns(begun_at - 60, ended_at + 60))
    require(must <= rows, f"{len(must - rows)} of {len(must)} turns have no row")
    require(
        len(rows - may) == len(MISSED), f"{len(rows - may)} rows are there for {len(MISSED)} turns that were missed"
    )
    recovered_s = stage.until_ended(rows, AFTER_A_LOSS_S)
    return stage.verdict(rows, recovered_s=recovered_s, note=f"{KILLS} beats killed")


def _until_they_work(stage: Stage, beats: list[Process]) -> None:
    stage.until(lambda: all("beat: Starting" in beat.output() for beat in beats), 30, "both beats have started")
    stage.until(lambda: {beat.name for beat in beats} <= set(stage.servers.sessions()), 30, "both beats work")


def _turns(first: float, last: float) -> Iterator[UUID]:
    """The ids of the rows for the turns between two moments, as the queue makes them."""
    slots = range(int(first // INTERVAL_S + 1) * INTERVAL_S, int(last) + 1, INTERVAL_S)
    for slot in slots:
        text = f"cron:{OFTEN}:{time.strftime('%Y-%m-%dT%H:%M:%S+00:00', time.gmtime(slot))}"
        yield UUID(md5(text.encode()).hexdigest())  # noqa: S324 - as the queue does; it is no secret
