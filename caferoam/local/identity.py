"""As whom a server runs that refuses to run as root, as PostgreSQL does."""

import os
import pwd
import stat
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from caferoam.local.errors import LocalStackError
from caferoam.local.process import launch_command


@dataclass(frozen=True)
class ServerIdentity:
    """``launch`` is the word launch.py understands; ``owner`` is who must own the files, or None to leave them ours."""

    launch: str
    owner: tuple[int, int] | None = None

    def give(self, *paths: Path) -> None:
        """Hand files over to whom the server runs as."""
        if self.owner is not None:
            for path in paths:
                os.chown(path, *self.owner)

    def require_access(self, *paths: Path) -> None:
        """Fail with one clear line when the server could not reach one of the folders."""
        if self.owner is None:
            return
        for path in paths:
            for folder in (path, *path.parents):
                if (
                    folder.exists()
                    and folder.stat().st_uid != self.owner[0]
                    and not folder.stat().st_mode & stat.S_IXOTH
                ):
                    raise LocalStackError(
                        f"PostgreSQL refuses to run as root and the user nobody may not enter {folder}: run this as an"
                        " ordinary user, or move the checkout to a folder that everybody may enter"
                    )


@cache
def server_identity() -> ServerIdentity:
    """Find out once how to start a server that refuses root.

    An ordinary user is just that. Root goes into a user namespace without any mapping: there it is nobody in the
    server's own eyes, while the files still belong to root. Where the kernel forbids that (Docker's default profile
    does), the server runs as the real nobody and its files are handed over.
    """
    if os.geteuid() != 0:
        return ServerIdentity("same")
    probe = subprocess.run(
        launch_command([], identity="namespace", death_signal=None), capture_output=True, check=False, timeout=30
    )
    if probe.returncode == 0:
        return ServerIdentity("namespace")
    nobody = pwd.getpwnam("nobody")
    return ServerIdentity(f"{nobody.pw_uid}:{nobody.pw_gid}", (nobody.pw_uid, nobody.pw_gid))
