"""The folder in which the stand-in keeps objects: whole ones, where they belong, and nothing of those that are gone."""

import io
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from caferoam.local.supabase.http import Readable
from caferoam.local.supabase.objects import AlreadyThere, BucketRow, InvalidKey, ObjectStore, TooLarge
from caferoam.local.supabase.standin import SupabaseStandIn
from caferoam.local.tokens import SigningKey
from caferoam.providers.storage import service_storage
from caferoam.providers.storage.buckets import BUCKETS, CHECKIN_PHOTOS
from caferoam.testing.storage import KEYS, StorageStub

BUCKET = BucketRow("photos", public=False, file_size_limit=10, allowed_mime_types=None)


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    store = ObjectStore(tmp_path / "storage")
    store.save_bucket(BUCKET)
    return store


def put(store: ObjectStore, path: str, data: bytes = b"jpeg", *, overwrite: bool = False) -> None:
    store.put(BUCKET, path, io.BytesIO(data), content_type="image/jpeg", overwrite=overwrite)


def files(store_folder: Path) -> set[str]:
    return {str(file.relative_to(store_folder)) for file in store_folder.rglob("*") if file.is_file()}


class Breaking(io.RawIOBase):
    """An upload whose client goes away."""

    def __init__(self) -> None:
        self._parts: Iterator[bytes] = iter([b"half"])

    def read(self, size: int = -1, /) -> bytes:
        for part in self._parts:
            return part
        raise ConnectionResetError


class Endless(io.RawIOBase):
    def read(self, size: int = -1, /) -> bytes:
        return b"x" * size


def test_objects_are_plain_files_in_a_folder_of_their_bucket(store: ObjectStore, tmp_path: Path) -> None:
    put(store, "a/b.jpg")
    assert (tmp_path / "storage" / "photos" / "a" / "b.jpg").read_bytes() == b"jpeg"
    assert [(bucket, found.name) for bucket, found in store.all_objects()] == [("photos", "a/b.jpg")]


@pytest.mark.parametrize(("source", "error"), [(Breaking(), ConnectionResetError), (Endless(), TooLarge)])
def test_of_an_upload_that_ends_badly_nothing_is_left(
    source: Readable, error: type[Exception], store: ObjectStore, tmp_path: Path
) -> None:
    with pytest.raises(error):
        store.put(BUCKET, "a/b.jpg", source, content_type="image/jpeg", overwrite=True)
    assert store.find("photos", "a/b.jpg") is None
    assert files(tmp_path / "storage") == {"buckets.json"}


@pytest.mark.parametrize(
    "path",
    [
        "../x", "a/../../x", "/etc/x", "a//b", "a/", "", ".", "a/..", "a\x00b", "a\\b", "a\nb", "安", "a" * 201,
        "a/" * 500 + "a",
    ],
)  # fmt: skip
def test_no_name_leads_out_of_the_folder(path: str, store: ObjectStore, tmp_path: Path) -> None:
    with pytest.raises(InvalidKey):
        put(store, path)
    assert store.find("photos", path) is None
    assert store.find("..", path) is None
    assert not store.delete("photos", path)
    assert files(tmp_path) == {"storage/buckets.json"}


@pytest.mark.parametrize("name", ["..", ".types", "a/b", "", "a" * 101])
def test_no_bucket_s_name_leads_out_of_the_folder(name: str, store: ObjectStore) -> None:
    with pytest.raises(InvalidKey):
        store.save_bucket(BucketRow(name, public=True, file_size_limit=None, allowed_mime_types=None))


def test_what_is_a_folder_cannot_be_a_file_and_the_other_way_round(store: ObjectStore) -> None:
    put(store, "a/b.jpg")
    for path in ("a", "a/b.jpg/c.jpg"):
        with pytest.raises(InvalidKey):
            put(store, path, overwrite=True)
    assert store.find("photos", "a") is None
    assert not store.delete("photos", "a")
    assert [found.name for _, found in store.all_objects()] == ["a/b.jpg"]


def test_of_two_who_put_the_same_at_once_one_is_refused(store: ObjectStore) -> None:
    outcomes: list[str] = []
    ready = threading.Barrier(8)

    def try_it(data: bytes) -> None:
        ready.wait(30)
        try:
            put(store, "a/b.jpg", data)
            outcomes.append(data.decode())
        except AlreadyThere:
            outcomes.append("refused")

    threads = [threading.Thread(target=try_it, args=(str(number).encode(),)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [winner] = [outcome for outcome in outcomes if outcome != "refused"]
    found = store.find("photos", "a/b.jpg")
    assert found is not None
    assert found.file.read_text() == winner


def test_a_deleted_object_leaves_neither_type_nor_folder(store: ObjectStore, tmp_path: Path) -> None:
    put(store, "a/b/c.jpg")
    assert store.delete("photos", "a/b/c.jpg")
    assert not store.delete("photos", "a/b/c.jpg")
    assert files(tmp_path / "storage") == {"buckets.json"}
    assert store.entries("photos", "") == {}


def start(folder: Path) -> SupabaseStandIn:
    nowhere: Callable[[], str] = lambda: pytest.fail("the database is not asked")  # noqa: E731 - two places want it
    return SupabaseStandIn(SigningKey.generate(), KEYS, folder=folder, api_dsn=nowhere, worker_dsn=nowhere)


def test_buckets_objects_and_signed_urls_outlive_a_restart(tmp_path: Path, settings: Settings) -> None:
    settings.SUPABASE_SECRET_KEY = KEYS.secret
    with start(tmp_path) as first:
        settings.SUPABASE_URL = first.url
        call_command("ensure_buckets", stdout=io.StringIO())
        service_storage().write(CHECKIN_PHOTOS, "a/b.jpg", b"jpeg", "image/jpeg")
        upload = service_storage().sign_upload(CHECKIN_PHOTOS, "a/c.jpg")
    with start(tmp_path) as second:
        settings.SUPABASE_URL = second.url
        put_later = httpx.put(
            upload.replace(first.url, second.url), content=b"2", headers={"Content-Type": "image/png"}
        )
        assert put_later.status_code == 200
        assert [found.path for found in service_storage().list(CHECKIN_PHOTOS, "a")] == ["a/b.jpg", "a/c.jpg"]


def test_the_command_makes_all_buckets_and_changes_what_differs(storage_stub: StorageStub) -> None:
    def ensure() -> list[str]:
        said = io.StringIO()
        call_command("ensure_buckets", stdout=said)
        return said.getvalue().splitlines()

    assert ensure() == [f"bucket {bucket.name}: kept" for bucket in BUCKETS]
    storage_stub.save_bucket(BucketRow(CHECKIN_PHOTOS, public=True, file_size_limit=None, allowed_mime_types=None))
    assert ensure()[0] == f"bucket {CHECKIN_PHOTOS}: changed"
    assert ensure()[0] == f"bucket {CHECKIN_PHOTOS}: kept"


def test_the_command_says_what_keeps_it(storage_stub: StorageStub) -> None:
    storage_stub.fail(500)
    with pytest.raises(CommandError, match="The buckets are not all there: Storage is broken"):
        call_command("ensure_buckets")


def test_a_form_as_browsers_send_it_is_taken_apart(storage_stub: StorageStub) -> None:
    form = {"": ("b.png", b"png", "image/png")}
    url = f"{storage_stub.url}/storage/v1/object/{CHECKIN_PHOTOS}/a/b.png"
    answer = httpx.post(url, data={"cacheControl": "3600"}, files=form, headers={"apikey": KEYS.secret})
    assert answer.status_code == 200, answer.text
    assert storage_stub.objects == {(CHECKIN_PHOTOS, "a/b.png"): b"png"}
    assert storage_stub.content_type(CHECKIN_PHOTOS, "a/b.png") == "image/png"
    nothing = httpx.post(f"{url}2", files={"x": (None, "y")}, headers={"apikey": KEYS.secret})
    assert nothing.json()["message"] == "No content provided"


def test_who_does_not_say_how_much_comes_is_refused(storage_stub: StorageStub) -> None:
    url = f"{storage_stub.url}/storage/v1/object/{CHECKIN_PHOTOS}/a/b.png"
    in_chunks = httpx.post(url, content=iter([b"png"]), headers={"apikey": KEYS.secret, "Content-Type": "image/png"})
    assert in_chunks.json()["error"] == "MissingContentLength"


@pytest.mark.parametrize(
    ("wanted", "status", "body"),
    [
        ("bytes=0-3", 206, b"0123"),
        ("bytes=8-", 206, b"89"),
        ("bytes=8-99", 206, b"89"),
        ("bytes=10-", 400, None),
        ("bytes=-2", 200, b"0123456789"),
        ("lines=1-2", 200, b"0123456789"),
    ],
)
def test_ranges_are_served(wanted: str, status: int, body: bytes | None, storage_stub: StorageStub) -> None:
    storage_stub.put(CHECKIN_PHOTOS, "a", b"0123456789")
    url = f"{storage_stub.url}/storage/v1/object/authenticated/{CHECKIN_PHOTOS}/a"
    answer = httpx.get(url, headers={"apikey": KEYS.secret, "Range": wanted})
    assert answer.status_code == status
    if body is None:
        assert answer.json()["statusCode"] == "416"
    else:
        assert answer.content == body
