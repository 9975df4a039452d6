"""Why a check-in was not made."""

from collections.abc import Sequence
from http import HTTPStatus

from caferoam.errors import CafeRoamError


class UploadNotAvailable(CafeRoamError):
    """An upload was claimed by something else while this request was looked at, or has expired since."""

    code = "upload_not_available"

    def __init__(self, fields: Sequence[str]) -> None:
        message = "This upload is not available any more. Ask for a new one."
        super().__init__(message, errors={field: [message] for field in fields})


class UrlNotOurs(CafeRoamError):
    """Only objects in our own storage can be named by URL, and only by whom they belong to."""

    code = "url_not_ours"

    def __init__(self, fields: Sequence[str]) -> None:
        message = "This is not the URL of an upload of yours."
        super().__init__(message, errors={field: [message] for field in fields})


class ShopNotFound(CafeRoamError):
    """There is no such café, or none that is live. 400, as it is the body that names it, not the path."""

    code = "shop_not_found"

    def __init__(self) -> None:
        message = "There is no such café, or it is not open to check-ins."
        super().__init__(message, errors={"shop_id": [message]})


class IdempotencyKeyReused(CafeRoamError):
    """The key stands for another request."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "idempotency_key_reused"

    def __init__(self) -> None:
        message = "This key was sent before with another body. A new request needs a new key."
        super().__init__(message, errors={"Idempotency-Key": [message]})


class FirstAnswerGone(CafeRoamError):
    """The same request was answered at the same time, and what it made was taken back before this one could see it."""

    status = HTTPStatus.CONFLICT
    code = "idempotency_conflict"

    def __init__(self) -> None:
        message = "The check-in that this key made was deleted just now."
        super().__init__(message, errors={"Idempotency-Key": [message]})
