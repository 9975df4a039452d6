"""Whether a process of the table is well, asked from beside it: ``python -m caferoam.healthcheck relay``.

Ends with 0 if it is, with 1 if not. For one with a port it needs the standard library only, as it is asked every half a
minute, and with the variables of that process, so that the API knows the host by which it is asked.
"""

import os
import subprocess
import sys
import urllib.request
from http import HTTPStatus
from typing import Final

from caferoam.processes import CommandHealth, HttpHealth, Process, process

_PATIENCE_S: Final = 8
_NOBODY_CAN_TELL: Final = 2


def is_well(subject: Process) -> bool:
    """Ask it, or those who see its work. One that runs once is never unwell."""
    match subject.health:
        case HttpHealth(path):
            return _answers(f"http://127.0.0.1:{subject.port}{path}")
        case CommandHealth(argv):
            # A restart mends none of it when Redis is away.
            return subprocess.run(argv, check=False).returncode in {0, _NOBODY_CAN_TELL}  # noqa: S603 - our own table
        case None:
            return True


def _answers(url: str) -> bool:
    # Django answers only to the hosts that it is told, which are those that people use.
    host = os.environ.get("ALLOWED_HOSTS", "").partition(",")[0].strip().lstrip(".")
    headers = {"Host": host} if host else {}
    try:
        asked = urllib.request.Request(url, headers=headers)  # noqa: S310 - our own http:// address
        with urllib.request.urlopen(asked, timeout=_PATIENCE_S) as answer:  # noqa: S310 - as above
            return bool(answer.status == HTTPStatus.OK)
    except OSError:  # refused, timed out, or an HTTP error status
        return False


if __name__ == "__main__":
    sys.exit(0 if is_well(process(sys.argv[1])) else 1)
