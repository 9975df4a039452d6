"""TCP ports on the loopback address, the only one that anything of the local stack listens on."""

import socket

HOST = "127.0.0.1"


def is_free(port: int) -> bool:
    """Whether a server could listen on ``port`` now. Ports in TIME_WAIT count as free, as they do for the servers."""
    try:
        _bind(port).close()
    except OSError:
        return False
    return True


def free_port() -> int:
    """One that the kernel picks. Another program may be quicker to take it."""
    with _bind(0) as holder:
        port: int = holder.getsockname()[1]
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
