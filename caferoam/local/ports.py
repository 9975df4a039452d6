"""TCP ports on the loopback address, the only one that anything of the local stack listens on."""

import os
import random
import socket
from typing import Final

HOST: Final = "127.0.0.1"
_OURS: Final = range(20_000, 32_000)
_SHARES: Final = 8
_given: Final[set[int]] = set()


def is_free(port: int) -> bool:
    """Whether a server could listen on ``port`` now. Ports in TIME_WAIT count as free, as they do for the servers."""
    try:
        _bind(port).close()
    except OSError:
        return False
    return True


def free_port() -> int:
    """A port that nothing listens on. Another program may be quicker to take it, but not by chance.

    None is given twice by one process, nor by those that were started right after another, which look for ports at the
    same time.

    It lies below those that Linux and macOS hand to outgoing connections, of which a starting stack makes many: one
    that the kernel picks is often somebody else's by the time a server has started.
    """
    share = [port for port in _OURS[os.getpid() % _SHARES :: _SHARES] if port not in _given]
    port = next(port for port in random.sample(share, len(share)) if is_free(port))
    _given.add(port)
    return port


def _bind(port: int) -> socket.socket:
    holder = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind((HOST, port))
    except OSError:
        holder.close()
        raise
    return holder
