"""What an edition says, as plain data: read once, and the same for everybody who gets it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.conf import settings

from accounts.models import Profile
from digest.models import Edition, Pick
from shops import summary
from shops.models import Shop, ShopPhoto
from shops.search.areas import english_name

ZH = Profile.Locale.ZH_TW.value
EN = Profile.Locale.EN.value
LOCALES = (ZH, EN)


@dataclass(frozen=True)
class Photo:
    """A picture anybody may load, and its size in pixels."""

    url: str
    width: int
    height: int


@dataclass(frozen=True)
class Story:
    """One café of an edition. ``label`` says why it is in it, or is ''."""

    name: str
    place: Mapping[str, str]
    blurb: Mapping[str, str]
    url: str
    label: str = ""
    photo: Photo | None = None


@dataclass(frozen=True)
class Content:
    """All texts by locale; what is missing in one language is there in the other's."""

    week: date
    is_automatic: bool
    subject: Mapping[str, str]
    intro: Mapping[str, str]
    stories: tuple[Story, ...]


def content_of(edition: Edition) -> Content:
    """Read an edition. Cafés that are closed, or not to be seen, are left out."""
    picks = list(
        Pick.objects.filter(edition_id=edition.pk, shop__status=Shop.Status.LIVE)
        .select_related("shop")
        .order_by("position", "id")
    )
    photos = _first_photos([pick.shop_id for pick in picks])
    return Content(
        week=edition.week,
        is_automatic=edition.is_automatic,
        subject=_either(_one_line(edition.subject_zh), _one_line(edition.subject_en)),
        intro=_either(edition.intro_zh.strip(), edition.intro_en.strip()),
        stories=tuple(_story(pick, photos.get(pick.shop_id)) for pick in picks),
    )


def _story(pick: Pick, photo: Photo | None) -> Story:
    shop = pick.shop
    blurb_zh = pick.blurb_zh.strip() or shop.summary_zh
    blurb_en = pick.blurb_en.strip() or shop.summary_en
    return Story(
        name=_one_line(shop.name),
        place={
            ZH: "・".join(filter(None, (f"{shop.city}{shop.district}", _one_line(shop.mrt)))),
            EN: " · ".join(filter(None, (english_name(shop.city, shop.district), _one_line(shop.mrt)))),
        },
        blurb=_either(blurb_zh.strip(), blurb_en.strip()),
        url=f"{settings.WEB_URL}/shops/{shop.pk}",
        label=pick.label,
        photo=photo,
    )


def _first_photos(shop_ids: list[UUID]) -> dict[UUID, Photo]:
    photos = ShopPhoto.objects.filter(shop_id__in=shop_ids).order_by("shop_id", "position", "id").distinct("shop_id")
    return {
        photo.shop_id: Photo(
            str(summary.photo(photo.bucket, photo.path, photo.width, photo.height)["url"]), photo.width, photo.height
        )
        for photo in photos
    }


def _either(zh: str, en: str) -> dict[str, str]:
    return {ZH: zh or en, EN: en or zh}


def _one_line(text: str) -> str:
    return " ".join(text.split())
