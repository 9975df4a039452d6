"""The ways in which a provider may let a caller down. Adapters raise nothing else.

``usage`` is what the vendor is paid for all the same; whoever catches one notes it.
"""

from datetime import timedelta

from caferoam.providers.usage import NOTHING, Usage


class ProviderUnavailable(Exception):
    """The provider cannot answer now: try again, after ``retry_after`` where it said so."""

    def __init__(self, message: str = "", *, retry_after: timedelta | None = None, usage: Usage = NOTHING) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.usage = usage


class TurnedAway(ProviderUnavailable):
    """The provider has answered that it does nothing for us now, so what was asked was surely not done.

    A limit is reached, or a key, a bill or a setting is not in order, which somebody must mend.
    """


class ProviderRefused(Exception):
    """The provider will never take this request: do not try it again."""

    def __init__(self, message: str = "", *, usage: Usage = NOTHING) -> None:
        super().__init__(message)
        self.usage = usage


class AnswerUnusable(ProviderRefused):
    """The model answered, and is paid for it, but with nothing that can be used.

    Models waver, and so may what stands between them and us: unlike after other refusals a second try may do better.
    """

    def __init__(self, message: str, usage: Usage) -> None:
        super().__init__(message, usage=usage)
