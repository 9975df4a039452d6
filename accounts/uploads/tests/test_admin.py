"""Operators see what became of uploads and why. They see no photo, and change nothing."""

import re
from uuid import UUID

import pytest
from django.test import Client

from accounts.models import Upload
from accounts.uploads.refusals import Reason
from accounts.uploads.tests import making
from accounts.uploads.tests.making import AVATAR, MENU_PHOTO
from caferoam.api.principal import Principal
from caferoam.testing.desk import operator
from caferoam.testing.jobs import drain
from caferoam.testing.storage import StorageStub

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("desk_settings"), pytest.mark.slow]

UPLOADS = "/accounts/upload/"


def page(upload: Upload) -> str:
    return f"{UPLOADS}{upload.id}/change/"


def texts(client: Client, url: str, **headers: str) -> str:
    """What one reads there."""
    response = client.get(url, headers=headers)
    assert response.status_code == 200
    main = response.content.decode().split("<main")[1]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def listed(client: Client, **query: str) -> set[str]:
    """The uploads that a list shows."""
    found: list[str] = re.findall(rf"{UPLOADS}([0-9a-f-]{{36}})/change/", client.get(UPLOADS, query).content.decode())
    return set(found)


def test_the_list_tells_what_became_of_uploads_and_finds_them(
    admin: Client, member: Principal, other_member: Principal, storage_stub: StorageStub
) -> None:
    waits, ready = making.ask(member), making.claimed(storage_stub, member, AVATAR)
    refused = making.claimed(storage_stub, other_member, MENU_PHOTO, data=b"no photo")
    drain(["process_upload"])
    told = texts(admin, UPLOADS)
    for text in ("Waits to be used", "Ready", "Refused", "type_unknown", "Menu", "Profile picture"):
        assert text in told
    assert listed(admin) == {str(waits.id), str(ready.id), str(refused.id)}
    assert listed(admin, status="refused") == listed(admin, purpose="menu_photo") == {str(refused.id)}
    assert listed(admin, refusal="type_unknown") == listed(admin, q=str(other_member.user_id)) == {str(refused.id)}
    assert listed(admin, q=str(waits.id)) == {str(waits.id)}
    assert listed(admin, q="somebody") == listed(admin, status="odd") == set()
    assert listed(admin, q="  ") == listed(admin)
    assert "已拒絕" in texts(admin, UPLOADS, **{"Accept-Language": "zh-TW"})


def test_nobody_searches_by_what_is_not_shown(admin: Client, member: Principal) -> None:
    upload = making.ask(member)
    for hidden in ("user__display_name__isnull", "path__contains", "content_type"):
        assert admin.get(UPLOADS, {hidden: "1"}).status_code == 400
    assert listed(admin, status="pending") == {str(upload.id)}


def test_one_upload_shows_its_reason_its_times_and_its_jobs_but_no_photo(
    admin: Client, member: Principal, storage_stub: StorageStub
) -> None:
    ready, refused = making.claimed(storage_stub, member), making.claimed(storage_stub, member, data=b"no photo")
    assert "Looked at –" in texts(admin, page(ready))
    drain(["process_upload", "delete_upload"])
    requests = len(storage_stub.requests)
    told = texts(admin, page(ready))
    assert "640 × 400" in told
    assert told.count("process_upload") == 1
    assert told.count("delete_upload") == 2, "one of them for when its URL has ended"
    assert Reason.TYPE_UNKNOWN.message in texts(admin, page(refused))
    html = admin.get(page(ready)).content.decode()
    assert "photo.webp" not in html
    assert storage_stub.url not in html
    assert len(storage_stub.requests) == requests, "the storage is not even asked"


def test_whoever_may_look_looks_and_nobody_changes_anything(member: Principal) -> None:
    upload = making.ask(member)
    looker = operator("looker", "accounts.view_upload")
    assert "Waits to be used" in texts(looker, page(upload))
    assert "process_upload" not in texts(looker, page(upload)), "jobs are for those who may look at them"
    assert looker.post(page(upload)).status_code == 405
    stranger = operator("stranger", "jobs.view_job")
    assert [stranger.get(url).status_code for url in (UPLOADS, page(upload))] == [403, 403]
    superuser = operator()
    for wrong in (f"{UPLOADS}add/", f"{UPLOADS}{upload.id}/delete/", f"{UPLOADS}{UUID(int=0)}/change/"):
        assert superuser.get(wrong).status_code == 404
    assert Upload.objects.get() == upload
