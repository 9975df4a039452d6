"""Which ports the web app, the API and the admin get."""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from caferoam.local import ports
from caferoam.local.errors import LocalStackError, PortInUseError
from caferoam.local.stack import try_lock


@dataclass(frozen=True)
class PortChoice:
    """What may be asked for, in which variable, and what is taken where nothing is."""

    whose: str
    variable: str
    default: int


WEB: Final = PortChoice("web app", "CAFEROAM_WEB_PORT", 3000)
API: Final = PortChoice("API", "CAFEROAM_API_PORT", 8000)
ADMIN: Final = PortChoice("admin", "CAFEROAM_ADMIN_PORT", 8001)


class PublicPort:
    """Chooses the port and claims it among all checkouts of this user until released.

    A port that was asked for by name is that one or an error. The default one gives way when another checkout has it,
    so that two run side by side; for any other program it is an error as well. ``said`` is what to tell about that.

    Raises:
        LocalStackError: the setting is no port.
        PortInUseError: another program has it.
    """

    def __init__(self, choice: PortChoice, environment: Mapping[str, str]) -> None:
        setting = environment.get(choice.variable)
        wanted = _parse(choice.variable, setting) if setting else choice.default
        claim = _claim(wanted) if wanted else None
        gave_way = claim is None and not setting
        if wanted and not gave_way and (claim is None or not ports.is_free(wanted)):
            if claim is not None:
                claim.close()
            another = f"{choice.variable}={wanted + 10}"
            remedy = f"stop the program that uses it, or choose another with {another} (0 takes any free one)"
            raise PortInUseError(wanted, remedy)
        self.number = wanted if claim is not None else ports.free_port()
        self.said = ""
        if gave_way:
            self.said = f"another checkout's {choice.whose} has port {wanted}, so this one takes {self.number}"
        self._claim = claim or _claim(self.number)

    @property
    def url(self) -> str:
        return f"http://{ports.HOST}:{self.number}"

    def release(self) -> None:
        """Let other checkouts have it."""
        if self._claim is not None:
            self._claim.close()


def _parse(variable: str, setting: str) -> int:
    if not (setting.isascii() and setting.isdecimal() and int(setting) <= 65535):
        raise LocalStackError(f"{variable} must be a port from 1 to 65535, or 0 for any free one, not {setting!r}")
    return int(setting)


def _claim(port: int) -> IO[bytes] | None:
    """A file that stays locked while a checkout of this user has the port, or None when another one has it locked."""
    folder = Path(tempfile.gettempdir()) / f"caferoam-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        return try_lock(folder / f"{port}.lock")
    except PermissionError:  # somebody else made that folder: then there is no telling, and nobody is in the way
        return Path(os.devnull).open("rb")
