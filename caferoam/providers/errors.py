"""The two ways in which a provider may let a caller down. Adapters raise nothing else."""

from datetime import timedelta


class ProviderUnavailable(Exception):
    """The provider cannot answer now: try again, after ``retry_after`` where it said so."""

    def __init__(self, message: str = "", *, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ProviderRefused(Exception):
    """The provider will never take this request: do not try it again."""
