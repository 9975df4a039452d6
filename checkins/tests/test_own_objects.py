"""A photo may be named by URL only as another spelling of the member's own object. No URL is ever fetched."""

import pytest
from pytest_django import Settings

from accounts.uploads.tests.making import MENU_PHOTO, arrived
from caferoam.api.principal import Principal
from caferoam.metrics.exposition import exposition
from caferoam.testing.metrics import samples
from caferoam.testing.storage import StorageStub
from caferoam.testing.tokens import Issuer, JwksServer
from checkins.models import CheckIn
from checkins.own_objects import own_object
from checkins.tests.conftest import Post
from checkins.tests.test_checking_in import refusal
from shops.models import Shop

OURS = "https://project.supabase.co"
PLACE = "checkin-photos/11111111-1111-4111-8111-111111111111/22222222-2222-4222-8222-222222222222.jpg"
_USER, _FILE = PLACE.split("/", 1)[1].split("/")

ATTACKS = [
    "",
    " ",
    PLACE,
    f"/storage/v1/object/sign/{PLACE}",
    f"//project.supabase.co/storage/v1/object/sign/{PLACE}",
    "http://169.254.169.254/latest/meta-data/iam/security-credentials/",
    f"http://169.254.169.254/storage/v1/object/sign/{PLACE}",
    f"http://[::ffff:169.254.169.254]/storage/v1/object/sign/{PLACE}",
    f"http://2852039166/storage/v1/object/sign/{PLACE}",
    f"http://localhost/storage/v1/object/sign/{PLACE}",
    f"file:///storage/v1/object/sign/{PLACE}",
    "file:///etc/passwd",
    f"gopher://project.supabase.co/storage/v1/object/sign/{PLACE}",
    "data:image/jpeg;base64,AAAA",
    "javascript:alert(1)",
    f"https://other.supabase.co/storage/v1/object/sign/{PLACE}",
    f"https://project.supabase.co.evil.test/storage/v1/object/sign/{PLACE}",
    f"https://project.supabase.coevil.test/storage/v1/object/sign/{PLACE}",
    f"https://evil.test/{OURS}/storage/v1/object/sign/{PLACE}",
    f"https://evil.test?{OURS}/storage/v1/object/sign/{PLACE}",
    f"https://evil.test#{OURS}/storage/v1/object/sign/{PLACE}",
    f"https://project.supabase.co@evil.test/storage/v1/object/sign/{PLACE}",
    f"https://evil.test@project.supabase.co/storage/v1/object/sign/{PLACE}",
    f"https://user:password@project.supabase.co/storage/v1/object/sign/{PLACE}",
    f"https://project.supabase.co:443/storage/v1/object/sign/{PLACE}",
    f"https://project.supabase.co:8443/storage/v1/object/sign/{PLACE}",
    f"https://project.supabase.co:/storage/v1/object/sign/{PLACE}",
    f"https://project.supabase.co./storage/v1/object/sign/{PLACE}",
    f"https://projеct.supabase.co/storage/v1/object/sign/{PLACE}",  # a Cyrillic e
    f"https://xn--projct-4of.supabase.co/storage/v1/object/sign/{PLACE}",
    f"https://project。supabase。co/storage/v1/object/sign/{PLACE}",
    f"https://ｐroject.supabase.co/storage/v1/object/sign/{PLACE}",
    f"http://project.supabase.co/storage/v1/object/sign/{PLACE}",
    f"HTTPS://PROJECT.SUPABASE.CO/storage/v1/object/sign/{PLACE}",
    f"https:project.supabase.co/storage/v1/object/sign/{PLACE}",
    f"https:\\\\project.supabase.co\\storage\\v1\\object\\sign\\{PLACE}",
    f"https://evil.test\\@project.supabase.co/storage/v1/object/sign/{PLACE}",
    f" {OURS}/storage/v1/object/sign/{PLACE}",
    f"\t{OURS}/storage/v1/object/sign/{PLACE}",
    f"{OURS}/storage/v1/object/sign/{PLACE}\n",
    f"{OURS}/storage/v1/object/sign/{PLACE}\r\nHost: evil.test",
    f"{OURS}//storage/v1/object/sign/{PLACE}",
    f"{OURS}/storage/v1/object//sign/{PLACE}",
    f"{OURS}/storage/v1/object/sign//{PLACE}",
    f"{OURS}/storage/v1/object/sign/{PLACE}/",
    f"{OURS}/storage/v1/object/sign/{PLACE}/..",
    f"{OURS}/storage/v1/object/sign/../sign/{PLACE}",
    f"{OURS}/storage/v1/object/sign/./{PLACE}",
    f"{OURS}/storage/v1/object/sign/checkin-photos/../{PLACE}",
    f"{OURS}/storage/v1/object/sign/checkin-photos/{_USER}/../{_USER}/{_FILE}",
    f"{OURS}/storage/v1/object/sign/checkin-photos/{_USER}/%2e%2e/{_USER}/{_FILE}",
    f"{OURS}/storage/v1/object/sign/checkin-photos/{_USER}%2f{_FILE}",
    f"{OURS}/storage/v1/object/sign/checkin-photos/{_USER}/{_FILE.replace('.', '%2e')}",
    f"{OURS}/storage/v1/object/sign/checkin%2dphotos/{_USER}/{_FILE}",
    f"{OURS}/storage/v1/object/sign/checkin-photos\\{_USER}\\{_FILE}",
    f"{OURS}/storage/v1/object/sign/checkin-photos/{_USER}/{_FILE};a=b",
    f"{OURS}/storage/v1/object/sign/{PLACE}#",
    f"{OURS}/storage/v1/object/sign/{PLACE}#?token=x",
    f"{OURS}/storage/v1/object/sign/{PLACE}%00",
    f"{OURS}/storage/v1/object/sign/{PLACE}%3ftoken=x",
    f"{OURS}/storage/v1/object/{PLACE}",
    f"{OURS}/storage/v1/object/info/{PLACE}",
    f"{OURS}/storage/v1/object/move/{PLACE}",
    f"{OURS}/storage/v1/object/upload/{PLACE}",
    f"{OURS}/storage/v1/object/list/checkin-photos",
    f"{OURS}/storage/v1/render/image/sign/{PLACE}",
    f"{OURS}/storage/v2/object/sign/{PLACE}",
    f"{OURS}/rest/v1/object/sign/{PLACE}",
    f"{OURS}/storage/v1/object/sign/?{PLACE}",
    f"{OURS}/storage/v1/object/sign?/{PLACE}",
    f"{OURS}?/storage/v1/object/sign/{PLACE}",
    f"{OURS}/storage/v1/object/sign/checkin-photos/{_USER}/{_USER}",
    f"{OURS}/storage/v1/object/sign/checkin-photos/{_USER}/photo.jpg",
    f"{OURS}/storage/v1/object/sign/checkin-photos/{_USER}/{_FILE[:-4]}/photo.jpg",
    f"{OURS}/storage/v1/object/sign/checkin-photos/{_USER}/{_FILE[:-4]}.svg",
    f"{OURS}/storage/v1/object/sign/checkin-photos/{_USER}/{_FILE[:-4]}.jpg.html",
    f"{OURS}/storage/v1/object/sign/checkin-photos/{_USER}/{_FILE.upper()}",
    f"{OURS}/storage/v1/object/sign/checkin-photos/{_USER}/{{{_FILE[:-4]}}}.jpg",
    f"{OURS}/storage/v1/object/sign/checkin-photos/{_USER}/{_FILE[:-4].replace('2', '２')}.jpg",
]


@pytest.mark.parametrize("form", ["sign", "authenticated", "public", "upload/sign"])
@pytest.mark.parametrize("query", ["", "?", "?token=abc", "?token=a&download=", "?x=?/../#"])
def test_an_object_of_ours_is_recognised_in_each_of_its_urls(settings: Settings, form: str, query: str) -> None:
    settings.SUPABASE_URL = OURS
    known = own_object(f"{OURS}/storage/v1/object/{form}/{PLACE}{query}")
    assert known is not None
    assert (known.bucket, known.path, str(known.upload_id)) == ("checkin-photos", f"{_USER}/{_FILE}", _FILE[:-4])


@pytest.mark.parametrize("url", ATTACKS)
def test_nothing_else_is(settings: Settings, url: str) -> None:
    settings.SUPABASE_URL = OURS
    assert own_object(url) is None


def test_a_check_in_may_name_its_photos_by_url(
    post: Post, storage_stub: StorageStub, member: Principal, shop: Shop
) -> None:
    photos, menu = [arrived(storage_stub, member) for _ in range(2)], arrived(storage_stub, member, MENU_PHOTO)
    objects = f"{storage_stub.url}/storage/v1/object"
    answer = post(
        {
            "shop_id": str(shop.id),
            "photo_urls": [
                f"{objects}/upload/sign/{photos[0].bucket}/{photos[0].path}?token=x",
                f"{objects}/public/{photos[1].bucket}/{photos[1].path}",
            ],
            "menu_photo_url": f"{objects}/sign/{menu.bucket}/{menu.path}?token=y",
            "note": "早",
        }
    )
    assert answer.status_code == 201, answer.content
    kept = CheckIn.objects.get(id=answer.json()["id"])
    assert (kept.photo_upload_ids, kept.menu_upload_id) == ([photo.id for photo in photos], menu.id)


def test_no_other_url_is_taken_and_none_is_fetched(
    post: Post, storage_stub: StorageStub, member: Principal, other_member: Principal, shop: Shop
) -> None:
    good = arrived(storage_stub, member)
    foreign = arrived(storage_stub, other_member)
    menu = arrived(storage_stub, member, MENU_PHOTO)
    objects = f"{storage_stub.url}/storage/v1/object/sign"
    place = f"{good.bucket}/{good.path}"
    with JwksServer(Issuer()) as elsewhere:
        port = elsewhere.url.split(":")[2].split("/")[0]
        attempts = {
            f"http://127.0.0.1:{port}/storage/v1/object/sign/{place}": "url_not_ours",
            f"{storage_stub.url}@127.0.0.1:{port}/storage/v1/object/sign/{place}": "url_not_ours",
            f"http://169.254.169.254/storage/v1/object/sign/{place}": "url_not_ours",
            f"{objects}/{good.bucket}/{other_member.user_id}/{good.id}.jpg": "url_not_ours",
            f"{objects}/menu-photos/{good.path}": "url_not_ours",
            f"{objects}/exports/{good.path}": "url_not_ours",
            f"{objects}/{place.replace('.jpg', '.png')}": "url_not_ours",
            f"{objects}/{foreign.bucket}/{foreign.path}": "upload_refused",
            f"{objects}/{menu.bucket}/{menu.path}": "upload_refused",
        }
        for url, code in attempts.items():
            answer = post({"shop_id": str(shop.id), "photo_urls": [url]})
            assert refusal(answer) == (400, code, ["photo_urls.0"]), url
        answer = post({"shop_id": str(shop.id), "photo_urls": [f"{objects}/{place}"], "menu_photo_url": "file:///x"})
        assert refusal(answer) == (400, "url_not_ours", ["menu_photo_url"])
        answer = post({"shop_id": str(shop.id), "photo_urls": [f"{objects}/{place}", f"{objects}/{place}?again"]})
        assert refusal(answer) == (400, "invalid_request", ["photo_urls.1"])
        assert elsewhere.requests == []
    assert storage_stub.requests == []
    assert not CheckIn.objects.exists()


def test_each_url_that_is_refused_is_counted(post: Post, shop: Shop) -> None:
    def counted(purpose: str) -> float:
        name = f"caferoam_uploads_refused_total purpose={purpose} reason=url_not_ours"
        return samples(exposition().decode()).get(name, 0)

    before = counted("checkin_photo"), counted("menu_photo")
    foreign = "http://169.254.169.254/latest"
    post({"shop_id": str(shop.id), "photo_urls": [foreign, foreign + "/"], "menu_photo_url": foreign})
    assert (counted("checkin_photo"), counted("menu_photo")) == (before[0] + 2, before[1] + 1)
