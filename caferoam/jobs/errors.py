"""How a job ends other than well."""


class PermanentError(Exception):
    """The job cannot succeed, however often it is tried. ``str()`` tells an operator why."""


class PayloadError(PermanentError):
    """The payload does not fit the job type. ``field`` is the one to blame."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"payload field {field!r} {problem}")
        self.field = field


class LaneClosed(Exception):
    """The lane was paused while the job was on its way: it goes back as it was, and no attempt is counted.

    Whoever raises it has paused the lane.
    """


class LeaseLost(Exception):
    """The row is no longer this attempt's, so nothing that it wrote may stay."""
