"""``python -m caferoam.local run`` and ``reset``: what ``make run`` and ``make reset`` call."""

import os
import shutil
import sys

from caferoam.local.stack import LocalFiles, is_running


def run() -> int:
    from caferoam.local.console import Console  # noqa: PLC0415 - `reset` must work where nothing is installed
    from caferoam.local.supervisor import Supervisor  # noqa: PLC0415 - as above

    return Supervisor(LocalFiles.here(), os.environ, Console()).run()


def reset() -> int:
    """Remove the local stack's data, after asking."""
    root = LocalFiles.here().root
    if not root.exists():
        print(f"make reset: there is no {root}, so nothing to remove")
        return 0
    if is_running(LocalFiles.here()):
        print("make reset: the stack is running: stop it first (Ctrl-C in its terminal)")
        return 1
    try:
        answer = input(f"Remove {root} with its database, keys and logs? [y/N] ")
    except EOFError:
        answer = ""
    if answer.strip().lower() not in {"y", "yes"}:
        print("make reset: nothing removed")
        return 1
    shutil.rmtree(root)
    print(f"make reset: {root} is gone; the next `make run` makes it anew")
    return 0


COMMANDS = {"run": run, "reset": reset}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:
        sys.exit(f"usage: python -m caferoam.local {'|'.join(COMMANDS)}")
    sys.exit(COMMANDS[sys.argv[1]]())
