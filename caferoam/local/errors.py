"""What goes wrong on a laptop, said in one line that ends with what to do."""


class LocalStackError(Exception):
    """The local stack cannot start or go on. ``str()`` is one line for a person, with the remedy in it."""


class PortInUseError(LocalStackError):
    """Another program listens where a server was told to listen."""

    def __init__(self, port: int, remedy: str) -> None:
        self.port = port
        super().__init__(f"port {port} is already in use: {remedy}")
