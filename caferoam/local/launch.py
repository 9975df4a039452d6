"""Become another program, after the preparations that only the child itself can make.

Run as a script, isolated (``python -I -S launch.py PARENT_PID DEATH_SIGNAL IDENTITY PROGRAM ARGUMENT...``) and built on
the standard library alone. It takes the place of ``preexec_fn``, which runs Python between fork and exec and may
deadlock in a program that has threads, as the supervisor and a test run both have.

IDENTITY is ``same``, ``namespace`` (a user namespace of its own, in which root is nobody in particular) or ``UID:GID``.
Without PROGRAM it exits with 0 once the preparations worked: a probe for what this kernel allows.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1
CANNOT_PREPARE = 126
CANNOT_EXECUTE = 127


def take_identity(identity: str) -> None:
    if identity == "namespace":
        os.unshare(os.CLONE_NEWUSER)
    elif identity != "same":
        uid, gid = (int(number) for number in identity.split(":"))
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)


def die_with_parent(parent: int, death_signal: int) -> None:
    """Have the kernel send ``death_signal`` when the parent is gone, even by kill -9. Linux only; elsewhere nothing."""
    if not sys.platform.startswith("linux") or not death_signal:
        return
    # After the change of identity: the kernel forgets the wish when credentials change.
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(CANNOT_PREPARE)  # the parent died before the wish was made


def main(arguments: list[str]) -> None:
    parent, death_signal, identity, *command = arguments
    try:
        take_identity(identity)
    except OSError as exc:
        sys.exit(f"cannot change to identity {identity}: {exc.strerror}")
    die_with_parent(int(parent), int(death_signal))
    if not command:
        return
    try:
        os.execv(command[0], command)  # noqa: S606 - to become that program is what this script is for
    except OSError as exc:
        print(f"cannot start {command[0]}: {exc.strerror}", file=sys.stderr)
        sys.exit(CANNOT_EXECUTE)


if __name__ == "__main__":
    main(sys.argv[1:])
