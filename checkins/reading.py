"""A member's check-ins as they are shown to them.

Two steps: rows are read while the database knows the member; then, with no transaction open, the storage is asked for
URLs of the photos. A storage that is down costs the URLs and nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.http import Http404

from accounts.models import Upload
from accounts.uploads.reading import describe
from caferoam.api.pagination import Keyset
from caferoam.providers.storage import Storage
from checkins.models import CheckIn
from checkins.pages import newest_first
from checkins.visited import VisitedShops, shop_fields, visited_shops

_COLUMNS: Final = (
    "id",
    "shop_id",
    "photo_upload_ids",
    "menu_upload_id",
    "note",
    "created_at",
    "stamp__id",  # of an app above this one; the database sees to it that there is one
    "stamp__design_url",
)


@dataclass(frozen=True)
class ReadCheckIns:
    """Check-ins with all that is in the database about them."""

    rows: Sequence[dict[str, Any]]
    uploads: Sequence[Upload]
    shops: VisitedShops


def page_of_check_ins(*, member: UUID, limit: int, cursor: str | None) -> tuple[ReadCheckIns, str | None]:
    """One page, the newest first, and the cursor of the next. Three statements.

    Raises:
        ValidationError: on ``cursor``.
    """
    rows, following = newest_first(
        CheckIn.objects.filter(user_id=member).values(*_COLUMNS),
        at="created_at",
        key="id",
        keyset=Keyset("checkins", {"member": str(member)}),
        limit=limit,
        cursor=cursor,
    )
    return _read(rows), following


def one_check_in(check_in_id: UUID, *, member: UUID) -> ReadCheckIns:
    """One check-in, in three statements.

    Raises:
        Http404: the member has no such check-in.
    """
    rows = list(CheckIn.objects.filter(id=check_in_id, user_id=member).values(*_COLUMNS))
    if not rows:
        raise Http404
    return _read(rows)


def shown(read: ReadCheckIns, storage: Storage) -> list[dict[str, object]]:
    """The check-ins as they are answered. Asks the storage once for each bucket, so no transaction may be open."""
    photos = describe(read.uploads, storage)
    return [
        {
            "id": row["id"],
            **shop_fields(row["shop_id"], read.shops),
            "note": row["note"],
            "photos": [photos[upload_id] for upload_id in row["photo_upload_ids"] if upload_id in photos],
            "menu_photo": photos.get(row["menu_upload_id"]),
            "stamp": {"id": row["stamp__id"], "design_url": row["stamp__design_url"]},
            "created_at": row["created_at"],
        }
        for row in read.rows
    ]


def _read(rows: Sequence[dict[str, Any]]) -> ReadCheckIns:
    if not rows:
        return ReadCheckIns([], [], {})
    upload_ids = {upload_id for row in rows for upload_id in (*row["photo_upload_ids"], row["menu_upload_id"])}
    uploads = Upload.objects.filter(id__in=upload_ids - {None})
    return ReadCheckIns(rows, list(uploads), visited_shops({row["shop_id"] for row in rows}))
