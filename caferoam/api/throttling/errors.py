"""How a request is refused that came too often, or that cannot be counted."""

from http import HTTPStatus

from rest_framework.exceptions import APIException


class TooManyRequests(APIException):
    """One of the limits is used up. Nothing was done, and nothing was counted."""

    status_code = HTTPStatus.TOO_MANY_REQUESTS
    default_code = "throttled"

    def __init__(self, *, wait_s: int) -> None:
        seconds = "1 second" if wait_s == 1 else f"{wait_s} seconds"
        super().__init__(f"Too many requests. Try again in {seconds}.")
        self.wait = wait_s
        """Seconds for the Retry-After header."""


class LimitsUnavailable(APIException):
    """Not the caller's fault: what must not be done without limit cannot be counted."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    default_detail = "This is not available at the moment. Try again shortly."
    default_code = "limits_unavailable"

    def __init__(self, *, wait_s: int) -> None:
        super().__init__()
        self.wait = wait_s
        """Seconds for the Retry-After header."""
