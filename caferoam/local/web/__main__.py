"""``python -m caferoam.local.web install|build``. CAFEROAM_WEB counts here as it does for ``make run``."""

import os
import sys
from typing import Final

from caferoam.local.stack import CHECKOUT
from caferoam.local.web.build import BuildFailed, WebBuilds
from caferoam.local.web.node import Node, NodeMissing

STEPS: Final = {"install": WebBuilds.install, "build": WebBuilds.build}
LEFT_OUT: Final = 3
"""The exit code where there is no Node that would do, or CAFEROAM_WEB is ``off``."""


def main(arguments: list[str], choice: str) -> int:
    if len(arguments) != 1 or arguments[0] not in STEPS:
        print(f"usage: python -m caferoam.local.web {'|'.join(STEPS)}", file=sys.stderr)
        return 2
    if choice == "off":
        print("CafeRoam: the web app is left out: CAFEROAM_WEB is off", file=sys.stderr)
        return LEFT_OUT
    try:
        STEPS[arguments[0]](WebBuilds(CHECKOUT), Node.find())
    except NodeMissing as exc:
        print(f"CafeRoam: the web app is left out: {exc}", file=sys.stderr)
        return 1 if choice == "on" else LEFT_OUT
    except BuildFailed:
        print("CafeRoam: that failed (see above)", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ.get("CAFEROAM_WEB") or "auto"))
