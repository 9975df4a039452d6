"""``python -m tests.faults [NAME ...]``: play experiments and say how each went."""

import argparse
import os
import queue
import random
import shutil
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from tests.faults.catalogue import catalogue
from tests.faults.experiment import Experiment, Failed, Skipped, Verdict
from tests.faults.servers import Servers
from tests.faults.stage import Stage

LONE = "storm"
"""It needs the whole machine, so it comes last and alone."""


def main() -> int:
    """Play them; the exit code is 0 when all passed."""
    arguments = _arguments()
    if arguments.list:
        for each in catalogue.values():
            print(f"{each.name}\n    {each.what}\n")
        return 0
    if unknown := [name for name in arguments.names if name not in catalogue]:
        sys.exit(f"There is no experiment {', '.join(unknown)}; --list names them.")
    chosen = [catalogue[name] for name in arguments.names] or list(catalogue.values())
    home = Path(tempfile.mkdtemp(prefix="caferoam-faults-"))
    home.chmod(0o711)  # Postgres may run as another user
    rounds = (Round(home / f"round{number}", seed=arguments.seed) for number in range(1, arguments.repeat + 1))
    try:
        failures = sum(each.play(chosen, side_by_side=arguments.side_by_side) for each in rounds)
    except KeyboardInterrupt:
        os._exit(130)  # without waiting for the players; all that they have started dies with us
    if failures:
        print(f"What the processes said is in {home}")
        return 1
    shutil.rmtree(home)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="all, unless some are named")
    parser.add_argument("--repeat", type=int, default=1, metavar="N", help="play them all so often")
    parser.add_argument("--side-by-side", type=int, default=3, metavar="N", help="so many at a time (3)")
    seed = random.randrange(10_000)  # noqa: S311 - no secret: it is printed, so that a storm can be repeated
    parser.add_argument("--seed", type=int, default=seed, help="of the storm, to repeat one")
    parser.add_argument("--list", action="store_true", help="say what there is, and what passes")
    return parser.parse_args()


class Round:
    """Each experiment once, on servers that are made for the round."""

    def __init__(self, home: Path, *, seed: int) -> None:
        self._home = home
        self._seed = seed
        self._failed: list[str] = []
        self._waiting: queue.SimpleQueue[Experiment] = queue.SimpleQueue()

    def play(self, experiments: Sequence[Experiment], *, side_by_side: int) -> int:
        """Play them, say how it went, and return how many failed."""
        begun = time.monotonic()
        self._home.mkdir(mode=0o711)
        for lone in (False, True):
            some = [each for each in experiments if (each.name == LONE) == lone]
            for each in some:
                self._waiting.put(each)
            players = [
                threading.Thread(target=self._play_on, args=[self._home / f"{'lone' if lone else number}"])
                for number in range(min(len(some), 1 if lone else side_by_side))
            ]
            for player in players:
                player.start()
            for player in players:
                player.join()
            while not self._waiting.empty():  # where servers could not be started
                self._failed.append(self._waiting.get().name)
        print(
            f"{len(experiments) - len(self._failed)} of {len(experiments)} passed in {time.monotonic() - begun:.0f} s"
            + (f"; failed: {', '.join(self._failed)}" if self._failed else ""),
            flush=True,
        )
        return len(self._failed)

    def _play_on(self, folder: Path) -> None:
        """Play what waits, one after another, on servers in ``folder``."""
        folder.mkdir(mode=0o711)
        with Servers(folder) as servers:
            while True:
                try:
                    experiment = self._waiting.get_nowait()
                except queue.Empty:
                    return
                if not _passes(experiment, servers, folder / experiment.name, self._seed):
                    self._failed.append(experiment.name)


def _passes(experiment: Experiment, servers: Servers, folder: Path, seed: int) -> bool:
    folder.mkdir()
    begun = time.monotonic()
    try:
        with Stage(servers, folder, seed=seed) as stage:
            result = _in_words(experiment.play(stage))
        word = "PASS"
    except Skipped as exc:
        word, result = "SKIP", str(exc)
    except Failed as exc:
        word, result = "FAIL", str(exc)
    except Exception as exc:  # noqa: BLE001 - an experiment that breaks has failed, and the others are played all the same
        (folder / "traceback.txt").write_text(traceback.format_exc())
        word, result = "FAIL", f"{type(exc).__name__}: {exc}; see {folder / 'traceback.txt'}"
    print(f"{word}  {experiment.name:<50} {time.monotonic() - begun:5.1f} s  {result}", flush=True)
    return word != "FAIL"


def _in_words(verdict: Verdict) -> str:
    recovered = "" if verdict.recovered_s is None else f"recovered in {verdict.recovered_s:.1f} s; "
    burned = f", {verdict.burned} attempts burned" if verdict.burned else ", no attempt burned"
    return f"{recovered}{verdict.jobs} jobs, {verdict.starts} starts{burned}" + (verdict.note and f"; {verdict.note}")


if __name__ == "__main__":
    sys.exit(main())
