"""The one family of errors that CafeRoam raises on purpose."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import ClassVar


class CafeRoamError(Exception):
    """An expected refusal. ``str(error)`` is the sentence a person reads.

    A subclass states its HTTP status and stable code once, on the class. ``errors`` maps the fields to blame, if any,
    to their messages; ``extensions`` are further members of the answer, for programs.
    """

    status: ClassVar[int] = HTTPStatus.BAD_REQUEST
    code: ClassVar[str] = "bad_request"

    def __init__(
        self,
        detail: str,
        *,
        errors: Mapping[str, Sequence[str]] | None = None,
        extensions: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail)
        self.errors = {field: list(messages) for field, messages in (errors or {}).items()}
        self.extensions = dict(extensions or {})
