"""TCP ports on the loopback address, the only one that anything of the local stack listens on."""

import random
import socket
from typing import Final

HOST: Final = "127.0.0.1"
_OURS: Final = range(20_000, 32_000)


def is_free(port: int) -> bool:
    """Whether a server could listen on ``port`` now. Ports in TIME_WAIT count as free, as they do for the servers."""
    try:
        _bind(port).close()
    except OSError:
        return False
    return True


def free_port() -> int:
    """A port that nothing listens on. Another program may be quicker to take it, but not by chance.

    It lies below those that Linux and macOS hand to outgoing connections, of which a starting stack makes many: one
    that the kernel picks is often somebody else's by the time a server has started.
    """
    return next(port for port in random.sample(_OURS, len(_OURS)) if is_free(port))


def _bind(port: int) -> socket.socket:
    holder = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind((HOST, port))
    except OSError:
        holder.close()
        raise
    return holder
