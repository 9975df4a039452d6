"""The buckets: what each may hold, and who may read it."""

from dataclasses import dataclass
from typing import Final

CHECKIN_PHOTOS: Final = "checkin-photos"
MENU_PHOTOS: Final = "menu-photos"
AVATAR_UPLOADS: Final = "avatar-uploads"
AVATARS: Final = "avatars"
SHOP_PHOTOS: Final = "shop-photos"
EXPORTS: Final = "exports"

_MIB: Final = 1024 * 1024
_PHOTOS: Final = ("image/jpeg", "image/png", "image/webp")


@dataclass(frozen=True)
class Bucket:
    """``public``: readable by anybody who knows the path. Storage itself enforces the two limits."""

    name: str
    public: bool
    max_bytes: int
    content_types: tuple[str, ...]


BUCKETS: Final = (
    Bucket(CHECKIN_PHOTOS, public=False, max_bytes=5 * _MIB, content_types=_PHOTOS),
    Bucket(MENU_PHOTOS, public=False, max_bytes=5 * _MIB, content_types=_PHOTOS),
    Bucket(AVATAR_UPLOADS, public=False, max_bytes=5 * _MIB, content_types=_PHOTOS),
    Bucket(AVATARS, public=True, max_bytes=5 * _MIB, content_types=_PHOTOS),
    Bucket(SHOP_PHOTOS, public=True, max_bytes=10 * _MIB, content_types=_PHOTOS),
    Bucket(EXPORTS, public=False, max_bytes=2048 * _MIB, content_types=("application/zip",)),
)

MEMBER_BUCKETS: Final = (CHECKIN_PHOTOS, MENU_PHOTOS, AVATAR_UPLOADS, AVATARS, EXPORTS)
"""Those in which everything of a member lies under ``{user_id}/``."""
