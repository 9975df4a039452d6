"""``python -m caferoam.local.web install|build``."""

import sys

from caferoam.local.stack import CHECKOUT
from caferoam.local.web.build import BuildFailed, WebBuilds
from caferoam.local.web.node import Node, NodeMissing

STEPS = {"install": WebBuilds.install, "build": WebBuilds.build}
NO_NODE = 3
"""The exit code where there is no Node that would do."""


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in STEPS:
        print(f"usage: python -m caferoam.local.web {'|'.join(STEPS)}", file=sys.stderr)
        return 2
    try:
        STEPS[arguments[0]](WebBuilds(CHECKOUT), Node.find())
    except NodeMissing as exc:
        print(f"CafeRoam: the web app is left out: {exc}", file=sys.stderr)
        return NO_NODE
    except BuildFailed:
        print("CafeRoam: that failed (see above)", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
