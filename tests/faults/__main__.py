"""``python -m tests.faults [NAME ...]``: play experiments one after another and say how each went."""

import argparse
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.faults.catalogue import catalogue
from tests.faults.experiment import Experiment, Failed, Skipped, Verdict
from tests.faults.servers import Servers
from tests.faults.stage import Stage


def main() -> int:
    """Play them; the exit code is 0 when all passed."""
    arguments = _arguments()
    if arguments.list:
        for experiment in catalogue.values():
            print(f"{experiment.name}\n    {experiment.what}\n")
        return 0
    if unknown := [name for name in arguments.names if name not in catalogue]:
        sys.exit(f"There is no experiment {', '.join(unknown)}; --list names them.")
    chosen = [catalogue[name] for name in arguments.names] or list(catalogue.values())
    home = Path(tempfile.mkdtemp(prefix="caferoam-faults-"))
    home.chmod(0o711)  # Postgres may run as another user
    failures = 0
    with Servers(home) as servers:
        for round_number in range(arguments.repeat):
            begun = time.monotonic()
            failed = [
                e.name for n, e in enumerate(chosen) if not _play(e, servers, home / f"{round_number}-{n}-{e.name}")
            ]
            failures += len(failed)
            print(
                f"{len(chosen) - len(failed)} of {len(chosen)} passed in {time.monotonic() - begun:.0f} s"
                + (f"; failed: {', '.join(failed)}" if failed else ""),
                flush=True,
            )
    if failures:
        print(f"What the processes said is in {home}")
        return 1
    shutil.rmtree(home)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="all, unless some are named")
    parser.add_argument("--repeat", type=int, default=1, metavar="N", help="play them all so often")
    parser.add_argument("--list", action="store_true", help="say what there is, and what passes")
    return parser.parse_args()


def _play(experiment: Experiment, servers: Servers, folder: Path) -> bool:
    folder.mkdir()
    begun = time.monotonic()
    try:
        with Stage(servers, folder) as stage:
            result = _in_words(experiment.play(stage))
        word = "PASS"
    except Skipped as exc:
        word, result = "SKIP", str(exc)
    except Failed as exc:
        word, result = "FAIL", str(exc)
    except Exception as exc:  # noqa: BLE001 - an experiment that breaks has failed, and the others are played all the same
        (folder / "traceback.txt").write_text(traceback.format_exc())
        word, result = "FAIL", f"{type(exc).__name__}: {exc}; see {folder / 'traceback.txt'}"
    print(f"{word}  {experiment.name:<36} {time.monotonic() - begun:5.1f} s  {result}", flush=True)
    return word != "FAIL"


def _in_words(verdict: Verdict) -> str:
    recovered = "" if verdict.recovered_s is None else f"recovered in {verdict.recovered_s:.1f} s; "
    burned = f", {verdict.burned} attempts burned" if verdict.burned else ", no attempt burned"
    return f"{recovered}{verdict.jobs} jobs, {verdict.starts} starts{burned}" + (verdict.note and f"; {verdict.note}")


if __name__ == "__main__":
    sys.exit(main())
