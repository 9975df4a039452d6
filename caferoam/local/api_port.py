"""Which port the API gets."""

import os
import tempfile
from pathlib import Path
from typing import IO, Final

from caferoam.local import ports
from caferoam.local.errors import LocalStackError, PortInUseError
from caferoam.local.stack import try_lock

VARIABLE: Final = "CAFEROAM_API_PORT"
DEFAULT: Final = 8000


class ApiPort:
    """Chooses the port and claims it among all checkouts of this user until released.

    A port that was asked for by name is that one or an error. The default one gives way when another checkout has it,
    so that two run side by side; for any other program it is an error as well.

    Raises:
        LocalStackError: the setting is no port.
        PortInUseError: another program has it.
    """

    def __init__(self, setting: str | None) -> None:
        wanted = _parse(setting) if setting else DEFAULT
        claim = _claim(wanted) if wanted else None
        self.gave_way = claim is None and not setting
        if wanted and not self.gave_way and (claim is None or not ports.is_free(wanted)):
            if claim is not None:
                claim.close()
            remedy = f"stop the program that uses it, or choose another with {VARIABLE}=8001 (0 takes any free one)"
            raise PortInUseError(wanted, remedy)
        self.number = wanted if claim is not None else ports.free_port()
        self._claim = claim or _claim(self.number)

    def release(self) -> None:
        """Let other checkouts have it."""
        if self._claim is not None:
            self._claim.close()


def _parse(setting: str) -> int:
    if not (setting.isascii() and setting.isdecimal() and int(setting) <= 65535):
        raise LocalStackError(f"{VARIABLE} must be a port from 1 to 65535, or 0 for any free one, not {setting!r}")
    return int(setting)


def _claim(port: int) -> IO[bytes] | None:
    """A file that stays locked while a checkout of this user has the port, or None when another one has it locked."""
    folder = Path(tempfile.gettempdir()) / f"caferoam-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        return try_lock(folder / f"{port}.lock")
    except PermissionError:  # somebody else made that folder: then there is no telling, and nobody is in the way
        return Path(os.devnull).open("rb")
