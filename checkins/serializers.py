"""What the routes of check-ins take and give, as the API describes it. Answers are plain data, held to it by tests."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from accounts.uploads.serializers import PhotoSerializer
from caferoam.api.bodies import RequestBody
from caferoam.api.params import QueryParams
from caferoam.api.texts import ProseField
from checkins.models import NOTE_MAX_LENGTH, PHOTOS
from checkins.own_objects import own_object, refuse_urls
from checkins.pages import PAGE_MAX
from checkins.services import NewCheckIn, Photo

KEY_MAX_LENGTH: Final = 200
URL_MAX_LENGTH: Final = 4_000
_OTHER_FORM: Final = "Name all photos by id, or all by URL."
_ABSENT: Final[dict[str, object]] = {"not": {}}


class PageParams(QueryParams):
    """Of a list that is read page by page."""

    limit = serializers.IntegerField(required=False, default=20, min_value=1, max_value=PAGE_MAX)
    cursor = serializers.CharField(required=False, help_text="`next_cursor` of the page before.")


class NewCheckInBody(RequestBody):
    """POST /checkins. Photos are named by `upload_ids`, or else by `photo_urls`."""

    shop_id = serializers.UUIDField()
    upload_ids = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        min_length=PHOTOS[0],
        max_length=PHOTOS[1],
        help_text="Uploads for `checkin_photo`, in the order in which they are to be shown.",
    )
    menu_upload_id = serializers.UUIDField(required=False, allow_null=True, help_text="An upload for `menu_photo`.")
    photo_urls = serializers.ListField(
        child=serializers.CharField(max_length=URL_MAX_LENGTH),
        required=False,
        min_length=PHOTOS[0],
        max_length=PHOTOS[1],
        help_text="In place of `upload_ids`: the URLs of the same objects in our storage. No other URL is taken.",
    )
    menu_photo_url = serializers.CharField(
        required=False, allow_null=True, max_length=URL_MAX_LENGTH, help_text="In place of `menu_upload_id`, likewise."
    )
    note = ProseField(required=False, default="", max_length=NOTE_MAX_LENGTH, help_text="For the member alone.")

    also_described = {
        "oneOf": [
            {
                "title": "by id",
                "required": ["upload_ids"],
                "properties": {"photo_urls": _ABSENT, "menu_photo_url": {"type": "null"}},
            },
            {
                "title": "by URL",
                "required": ["photo_urls"],
                "properties": {"upload_ids": _ABSENT, "menu_upload_id": {"type": "null"}},
            },
        ]
    }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One way of naming photos, and each photo once."""
        by_id = {name: attrs[name] for name in ("upload_ids", "menu_upload_id") if attrs.get(name) is not None}
        by_url = {name: attrs[name] for name in ("photo_urls", "menu_photo_url") if attrs.get(name) is not None}
        if by_id and by_url:
            raise ValidationError({name: [_OTHER_FORM] for name in by_url})
        if "upload_ids" not in by_id and "photo_urls" not in by_url:
            raise ValidationError({"photo_urls" if by_url else "upload_ids": ["A check-in has at least one photo."]})
        return attrs


def new_check_in(body: Mapping[str, Any]) -> NewCheckIn:
    """What a valid ``NewCheckInBody`` asks for.

    Raises:
        UrlNotOurs: naming each URL that is none of our own storage's.
        ValidationError: naming each photo that was named before.
    """
    photos = _photos(body)
    seen: set[object] = set()
    repeated: dict[str, list[str]] = {}
    for photo in photos:
        if photo.upload_id in seen:
            repeated[photo.field] = ["This photo is named twice."]
        seen.add(photo.upload_id)
    if repeated:
        raise ValidationError(repeated)
    menus = [photo for photo in photos if photo.field.startswith("menu_")]
    return NewCheckIn(
        shop_id=body["shop_id"],
        photos=[photo for photo in photos if photo not in menus],
        menu=menus[0] if menus else None,
        note=body["note"],
    )


def _photos(body: Mapping[str, Any]) -> Sequence[Photo]:
    """Every photo of the request, the menu's last."""
    if "upload_ids" in body:
        named = _fields("upload_ids", "menu_upload_id", body)
        return [Photo(field, upload_id) for field, upload_id in named.items()]
    urls = _fields("photo_urls", "menu_photo_url", body)
    objects = {field: own_object(url) for field, url in urls.items()}
    if foreign := [field for field, known in objects.items() if known is None]:
        refuse_urls(foreign)
    return [Photo(field, known.upload_id, known) for field, known in objects.items() if known]


def _fields(several: str, one: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Values by the name of the field that errors blame, such as ``upload_ids.0``."""
    fields = {f"{several}.{position}": value for position, value in enumerate(body[several])}
    return fields if body.get(one) is None else {**fields, one: body[one]}


class _Shape(serializers.Serializer[None]):
    pass  # a docstring here would describe every shape


class VisitedShopSerializer(_Shape):
    id = serializers.UUIDField()
    name = serializers.CharField()
    city = serializers.CharField()
    district = serializers.CharField()


class OfShopSerializer(_Shape):
    shop_id = serializers.UUIDField()
    shop_status = serializers.ChoiceField(
        choices=("live", "closed", "unavailable"),
        help_text="closed: for good. unavailable: taken out of the directory, perhaps for a while.",
    )
    shop = VisitedShopSerializer(allow_null=True, help_text="null while it is unavailable.")


class EarnedStampSerializer(_Shape):
    id = serializers.UUIDField()
    design_url = serializers.CharField(help_text="A path of this API.")


class CheckInSerializer(OfShopSerializer):
    id = serializers.UUIDField()
    note = serializers.CharField()
    photos = PhotoSerializer(many=True, help_text="Those refused since say why.")
    menu_photo = PhotoSerializer(allow_null=True)
    stamp = EarnedStampSerializer()
    created_at = serializers.DateTimeField()


class CheckInPageSerializer(_Shape):
    results = CheckInSerializer(many=True, help_text="The newest first.")
    next_cursor = serializers.CharField(allow_null=True)
