"""How an upload begins: with a row, which the storage's own rules then look at."""

from http import HTTPStatus
from typing import Final
from uuid import UUID

from django.db import IntegrityError, connection

from accounts.models import Upload
from caferoam.database.errors import violated_constraint
from caferoam.errors import CafeRoamError

PENDING_CAP: Final = 20
_PENDING_CAP_CONSTRAINT: Final = "uploads_pending_cap"


class TooManyPendingUploads(CafeRoamError):
    """The member has asked for uploads and not used them. Those that expire count no longer."""

    status = HTTPStatus.CONFLICT
    code = "too_many_pending_uploads"

    def __init__(self) -> None:
        super().__init__(f"{PENDING_CAP} of your uploads wait to be used. Use them, or wait until they expire.")


def ask_for_upload(*, owner: UUID, purpose: Upload.Purpose, content_type: str, size_bytes: int) -> Upload:
    """A new row that waits for its file, with the place that the database has chosen for it.

    Raises:
        TooManyPendingUploads: the database counts, so two requests cannot both be the last one.
    """
    # In SQL because a member may give only these columns a value, and Django would name them all.
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO uploads (user_id, purpose, content_type, bytes) VALUES (%s, %s, %s, %s) RETURNING id",
                [owner, purpose, content_type, size_bytes],
            )
            (upload_id,) = cursor.fetchone()
    except IntegrityError as exc:
        if violated_constraint(exc) != _PENDING_CAP_CONSTRAINT:
            raise
        raise TooManyPendingUploads from exc
    return Upload.objects.get(id=upload_id)


def take_back(upload_id: UUID) -> None:
    """Forget an upload whose URL could not be had: nobody can put a file there."""
    Upload.objects.filter(id=upload_id, status=Upload.Status.PENDING).delete()
