"""The web app as a process of the stack, or why it is none."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from caferoam.local import ports
from caferoam.local.errors import LocalStackError
from caferoam.local.programs import Program, answers_http
from caferoam.local.stack import CHECKOUT
from caferoam.local.web.build import RunnableBuild, WebBuilds
from caferoam.local.web.node import Node, NodeMissing
from caferoam.processes import HttpHealth, process

_CHOICES: Final = ("auto", "on", "off")


class WebApp:
    """One run's web app.

    ``why_not`` says why there is none, once that is known.

    Raises:
        LocalStackError: CAFEROAM_WEB is none of the choices, or wants one where there can be none.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        choice = environment.get("CAFEROAM_WEB") or "auto"
        if choice not in _CHOICES:
            raise LocalStackError(f"CAFEROAM_WEB must be one of {', '.join(_CHOICES)}, not {choice!r}")
        self.is_required: Final = choice == "on"
        self.why_not = "CAFEROAM_WEB is off" if choice == "off" else ""
        self._node: Node | None = None
        self._build: RunnableBuild | None = None
        if choice == "off":
            return
        try:
            self._node = Node.find()
        except NodeMissing as exc:
            if self.is_required:
                raise LocalStackError(f"CAFEROAM_WEB is on, but {exc}") from exc
            self.why_not = str(exc)

    @property
    def is_wanted(self) -> bool:
        """Whether it is to be built and started."""
        return self._node is not None

    def build_program(self) -> Program:
        """Builds it, where it is not built."""
        command = (sys.executable, "-m", "caferoam.local.web", "build")
        return Program("build", None, command, is_ready=lambda: True, grace_s=6)

    def take_build(self) -> None:
        """Keep the build that was just made until it is released."""
        self._build = WebBuilds(CHECKOUT).last()

    def release(self) -> None:
        """Let the build be removed when there is a newer one."""
        if self._build is not None:
            self._build.release()

    def program(self, *, port: int, api_url: str, common: Mapping[str, str]) -> Program:
        """What was built, on this port."""
        if self._node is None or self._build is None:
            raise LocalStackError("the web app is not built")
        told = {**common, "BACKEND_INTERNAL_URL": api_url}
        return web_program(self._node, self._build.folder, port=port, told=told)


def web_program(node: Node, folder: Path, *, port: int, told: Mapping[str, str]) -> Program:
    """It gets of ``told`` what its row in the table says it needs: addresses, and no secret."""
    known = process("web")
    path = known.health.path if isinstance(known.health, HttpHealth) else "/"
    return Program(
        known.name,
        known.login,
        (node.node, *known.command()[1:]),
        lambda: answers_http(f"http://{ports.HOST}:{port}{path}"),
        grace_s=known.grace_s,
        variables={
            **known.addressed(port=port, host=ports.HOST),
            **{name: told[name] for name in known.needs},
            "NODE_ENV": "production",
            "NEXT_TELEMETRY_DISABLED": "1",
        },
        directory=folder,
    )
