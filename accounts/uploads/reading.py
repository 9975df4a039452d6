"""How an upload is shown to its owner: its state, what is wrong with it, and where its photo can be seen."""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final, TypedDict
from uuid import UUID

from accounts.models import Upload
from accounts.uploads.refusals import Reason
from caferoam.providers.errors import ProviderRefused, ProviderUnavailable
from caferoam.providers.storage import Storage
from caferoam.providers.storage.buckets import BUCKETS

logger = logging.getLogger(__name__)

URL_TTL: Final = timedelta(minutes=10)
_PUBLIC: Final = frozenset(bucket.name for bucket in BUCKETS if bucket.public)


class RefusalView(TypedDict):
    """Why it was refused."""

    code: str
    message: str


class PhotoView(TypedDict):
    """``url`` and ``thumbnail_url`` are for now: null while there is no photo, or the storage cannot be asked."""

    id: UUID
    status: str
    refusal: RefusalView | None
    url: str | None
    thumbnail_url: str | None
    width: int | None
    height: int | None


def describe(uploads: Sequence[Upload], storage: Storage) -> dict[UUID, PhotoView]:
    """Each upload by its id; the URLs are good for ``URL_TTL``.

    One request to the storage for each private bucket, so call it with no transaction open. A storage that cannot be
    asked is no error: what is known without it is still worth showing.
    """
    urls = _urls([upload for upload in uploads if upload.status == Upload.Status.READY], storage)
    return {
        upload.id: {
            "id": upload.id,
            "status": upload.status,
            "refusal": _refusal(upload),
            "url": urls.get((upload.photo_bucket, upload.photo_path)),
            "thumbnail_url": urls.get((upload.photo_bucket, upload.thumbnail_path)),
            "width": upload.width,
            "height": upload.height,
        }
        for upload in uploads
    }


def _urls(ready: Sequence[Upload], storage: Storage) -> Mapping[tuple[str | None, str | None], str]:
    wanted: defaultdict[str, list[str]] = defaultdict(list)
    for upload in ready:
        if upload.photo_bucket:
            wanted[upload.photo_bucket] += [path for path in (upload.photo_path, upload.thumbnail_path) if path]
    urls: dict[tuple[str | None, str | None], str] = {}
    for bucket, paths in wanted.items():
        found = {path: storage.public_url(bucket, path) for path in paths} if bucket in _PUBLIC else {}
        if bucket not in _PUBLIC:
            try:
                found = storage.sign_reads(bucket, paths, ttl=URL_TTL)
            except (ProviderUnavailable, ProviderRefused) as exc:
                logger.warning("No URLs for %d photos: %s: %s", len(paths) // 2, type(exc).__name__, exc)
        urls |= {(bucket, path): url for path, url in found.items()}
    return urls


def _refusal(upload: Upload) -> RefusalView | None:
    if upload.refusal is None:
        return None
    reason = Reason(upload.refusal)
    return {"code": reason.value, "message": reason.message}
