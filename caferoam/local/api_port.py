"""Which port the API gets: the one asked for, held from the moment of choice until the API takes it over."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from caferoam.local import ports
from caferoam.local.errors import LocalStackError, PortInUseError
from caferoam.local.stack import try_lock

VARIABLE: Final = "CAFEROAM_API_PORT"
DEFAULT: Final = 8000


class ApiPort:
    """Chooses and holds the port.

    A port that was asked for by name is that one or an error. The default one gives way when it is another CafeRoam of
    the same user that has it, so that two checkouts run side by side; for any other program it is an error as well.

    Raises:
        LocalStackError: the setting is no port.
        PortInUseError: another program has it.
    """

    def __init__(self, setting: str | None) -> None:
        wanted = _parse(setting) if setting else DEFAULT
        self.gave_way = False
        try:
            self._holder = ports.reserve(wanted)
        except OSError as exc:
            if setting or not _belongs_to_caferoam(wanted):
                remedy = (
                    f"stop the program that uses it, or choose another port with {VARIABLE}=8001 (0 takes any free one)"
                )
                raise PortInUseError(wanted, remedy) from exc
            self.gave_way = True
            self._holder = ports.reserve(0)
        self.number: int = self._holder.getsockname()[1]
        self._claim = _claim(self.number)

    def hand_over(self) -> None:
        """Free the port for the API, which is about to listen on it."""
        self._holder.close()

    def release(self) -> None:
        """Give it up altogether."""
        self._holder.close()
        if self._claim is not None:
            self._claim.close()


def _parse(setting: str) -> int:
    if not setting.isdecimal() or int(setting) > 65535:
        raise LocalStackError(f"{VARIABLE} must be a port from 1 to 65535, or 0 for any free one, not {setting!r}")
    return int(setting)


def _claim_file(port: int) -> Path:
    """Locked while a CafeRoam of this user has the port, in whatever checkout."""
    return Path(tempfile.gettempdir()) / f"caferoam-{os.getuid()}" / f"{port}.lock"


def _claim(port: int) -> IO[bytes] | None:
    with suppress(OSError):  # only a courtesy to other checkouts
        _claim_file(port).parent.mkdir(mode=0o700, exist_ok=True)
        return try_lock(_claim_file(port))
    return None


def _belongs_to_caferoam(port: int) -> bool:
    try:
        lock = try_lock(_claim_file(port))
    except OSError:
        return False
    if lock is None:
        return True
    lock.close()
    return False
