"""Photos named by URL: one counts only as another spelling of an object in our own storage.

It is compared letter by letter and never fetched; nothing in it is decoded, resolved or followed. So what a URL parser
would make of user names, ports, backslashes or dots does not matter.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple, NoReturn
from uuid import UUID

from django.conf import settings

from accounts.models import Upload
from accounts.uploads import metrics
from checkins.errors import UrlNotOurs

_ID: Final = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_OBJECT: Final = re.compile(
    rf"(?:sign|authenticated|public|upload/sign)/(?P<bucket>[a-z-]+)/(?P<path>{_ID}/(?P<id>{_ID})\.(?:jpg|png|webp))",
    re.ASCII,
)


class OwnObject(NamedTuple):
    """An object as an upload keeps it. Whose it is, only the upload's row can tell."""

    bucket: str
    path: str
    upload_id: UUID


def own_object(url: str) -> OwnObject | None:
    """The object that a URL of our own storage names; None for every other URL. What stands behind ``?`` is ignored."""
    prefix = f"{settings.SUPABASE_URL}/storage/v1/object/"
    if not url.startswith(prefix):
        return None
    named = _OBJECT.fullmatch(url.removeprefix(prefix).partition("?")[0])
    return OwnObject(named["bucket"], named["path"], UUID(named["id"])) if named else None


def refuse_urls(fields: Sequence[str]) -> NoReturn:
    """Refuse the URLs in these fields of a request, and count them: somebody may want us to fetch what is not ours.

    Raises:
        UrlNotOurs: always.
    """
    for field in fields:
        purpose = Upload.Purpose.MENU_PHOTO if field.startswith("menu_") else Upload.Purpose.CHECKIN_PHOTO
        metrics.refused.add(purpose.value, UrlNotOurs.code)
    raise UrlNotOurs(fields)
