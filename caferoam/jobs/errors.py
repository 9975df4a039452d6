"""How a job ends other than well."""


class PermanentError(Exception):
    """The job cannot succeed, however often it is tried. ``str()`` tells an operator why."""


class PayloadError(PermanentError):
    """The payload does not fit the job type. ``field`` is the one to blame."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"payload field {field!r} {problem}")
        self.field = field


class LeaseLost(Exception):
    """The row is no longer this attempt's, so nothing that it wrote may stay."""
