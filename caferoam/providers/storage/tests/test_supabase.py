"""The adapter for Supabase Storage over real HTTP, with every right.

What a member's token opens is tried beside the stand-in.
"""

import io
import os
from datetime import timedelta

import httpx
import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django.fixtures import Settings

from caferoam.local.supabase.http import Reply, json_reply
from caferoam.providers.errors import ProviderRefused, ProviderUnavailable
from caferoam.providers.storage import Storage, StoredObject, member_storage, service_storage
from caferoam.providers.storage.buckets import AVATARS, CHECKIN_PHOTOS, EXPORTS
from caferoam.testing.live import eventually
from caferoam.testing.storage import KEYS, StorageStub

SOON = timedelta(minutes=10)
JPEG = {"Content-Type": "image/jpeg"}


@pytest.fixture
def storage(storage_stub: StorageStub) -> Storage:
    return service_storage()


# --- what it does


def test_what_is_written_can_be_read_and_takes_the_place_of_what_was_there(storage: Storage) -> None:
    storage.write(CHECKIN_PHOTOS, "a/b.jpg", b"one", "image/jpeg")
    storage.write(CHECKIN_PHOTOS, "a/b.jpg", b"two!", "image/png")
    assert storage.read(CHECKIN_PHOTOS, "a/b.jpg", max_bytes=4) == b"two!"
    assert storage.info(CHECKIN_PHOTOS, "a/b.jpg") == StoredObject("a/b.jpg", 4, "image/png")


def test_a_file_is_sent_from_its_beginning_and_its_length_is_announced(
    storage: Storage, storage_stub: StorageStub
) -> None:
    file = io.BytesIO(b"zip" * 100_000)
    file.seek(7)
    storage.write_file(EXPORTS, "a/all.zip", file, "application/zip")
    assert storage_stub.objects == {(EXPORTS, "a/all.zip"): b"zip" * 100_000}
    assert storage_stub.requests[-1].headers["content-length"] == "300000"


def test_what_is_not_there_is_none(storage: Storage) -> None:
    assert storage.info(CHECKIN_PHOTOS, "a/b.jpg") is None
    assert storage.read(CHECKIN_PHOTOS, "a/b.jpg", max_bytes=4) is None
    assert storage.sign_reads(CHECKIN_PHOTOS, ["a/b.jpg"], ttl=SOON) == {}
    assert list(storage.list(CHECKIN_PHOTOS, "a")) == []
    assert storage.delete(CHECKIN_PHOTOS, ["a/b.jpg"]) == 0


def test_names_with_characters_of_urls_are_kept_apart(storage: Storage, storage_stub: StorageStub) -> None:
    names = ["a/b?token=c", "a/b&c=d", "a/b c", "a/b+c", "a/100;c", "a/b:c@d"]
    for name in names:
        storage.write(CHECKIN_PHOTOS, name, name.encode(), "image/jpeg")
    assert {path for _, path in storage_stub.objects} == set(names)
    for name in names:
        assert storage.read(CHECKIN_PHOTOS, name, max_bytes=100) == name.encode()
    safe = names[1:]  # Storage's own answer does not tell a question mark in a name from the query's
    urls = storage.sign_reads(CHECKIN_PHOTOS, safe, ttl=SOON)
    assert [httpx.get(urls[name]).text for name in safe] == safe


def test_only_the_start_is_fetched_where_only_the_start_is_wanted(storage: Storage, storage_stub: StorageStub) -> None:
    storage_stub.put(CHECKIN_PHOTOS, "a/long.jpg", b"0123456789")
    storage_stub.put(CHECKIN_PHOTOS, "a/empty.jpg", b"")
    assert storage.read(CHECKIN_PHOTOS, "a/long.jpg", max_bytes=4, start_only=True) == b"0123"
    assert storage_stub.requests[-1].headers["range"] == "bytes=0-3"
    assert storage.read(CHECKIN_PHOTOS, "a/long.jpg", max_bytes=40, start_only=True) == b"0123456789"
    assert storage.read(CHECKIN_PHOTOS, "a/empty.jpg", max_bytes=4, start_only=True) == b""
    assert storage.read(CHECKIN_PHOTOS, "a/none.jpg", max_bytes=4, start_only=True) is None
    storage_stub.reply_with(Reply(200, b"0123456789"))  # from one who knows no ranges
    assert storage.read(CHECKIN_PHOTOS, "a/long.jpg", max_bytes=4, start_only=True) == b"0123"


def test_an_object_of_more_bytes_than_allowed_is_refused(storage: Storage, storage_stub: StorageStub) -> None:
    storage_stub.put(CHECKIN_PHOTOS, "a/b.jpg", b"12345")
    assert storage.read(CHECKIN_PHOTOS, "a/b.jpg", max_bytes=5) == b"12345"
    with pytest.raises(ProviderRefused, match="more than 4 bytes"):
        storage.read(CHECKIN_PHOTOS, "a/b.jpg", max_bytes=4)


def test_reads_are_signed_in_one_call_and_absent_paths_are_left_out(
    storage: Storage, storage_stub: StorageStub
) -> None:
    for name in ("a/1.jpg", "a/2.jpg"):
        storage_stub.put(CHECKIN_PHOTOS, name, name.encode())
    urls = storage.sign_reads(CHECKIN_PHOTOS, ["a/1.jpg", "a/none.jpg", "a/2.jpg", "a/1.jpg"], ttl=SOON)
    assert len(storage_stub.requests) == 1
    assert {path: httpx.get(url).text for path, url in urls.items()} == {"a/1.jpg": "a/1.jpg", "a/2.jpg": "a/2.jpg"}


def test_nothing_wanted_is_nothing_asked(storage: Storage, storage_stub: StorageStub) -> None:
    assert storage.sign_reads(CHECKIN_PHOTOS, [], ttl=SOON) == {}
    assert storage.delete(CHECKIN_PHOTOS, []) == 0
    assert storage_stub.requests == []


@pytest.mark.slow
def test_a_signed_url_lives_as_long_as_was_asked(storage: Storage, storage_stub: StorageStub) -> None:
    storage_stub.put(CHECKIN_PHOTOS, "a/1.jpg", b"jpeg")
    long, short = (
        storage.sign_reads(CHECKIN_PHOTOS, ["a/1.jpg"], ttl=ttl)["a/1.jpg"]
        for ttl in (timedelta(hours=1), timedelta(seconds=1))
    )
    assert eventually(lambda: httpx.get(short).status_code != 200)
    assert httpx.get(short).json()["message"] == "Signature has expired"
    assert httpx.get(long).text == "jpeg"


def test_a_public_url_needs_no_token(storage: Storage, storage_stub: StorageStub) -> None:
    storage_stub.put(AVATARS, "a/b c.webp", b"webp", "image/webp")
    answer = httpx.get(storage.public_url(AVATARS, "a/b c.webp"))
    assert (answer.content, answer.headers["Content-Type"]) == (b"webp", "image/webp")
    storage_stub.put(CHECKIN_PHOTOS, "a/b.jpg", b"private")
    assert httpx.get(storage.public_url(CHECKIN_PHOTOS, "a/b.jpg")).status_code == 400


def test_a_listing_tells_of_everything_in_folders_in_folders_and_of_nothing_beside_them(
    storage: Storage, storage_stub: StorageStub
) -> None:
    for name in ("a/1.jpg", "a/b/2.jpg", "a/b/c/3.jpg", "ab/4.jpg", "5.jpg"):
        storage_stub.put(CHECKIN_PHOTOS, name, name.encode())
    assert [found.path for found in storage.list(CHECKIN_PHOTOS, "a")] == ["a/1.jpg", "a/b/2.jpg", "a/b/c/3.jpg"]
    assert [found.path for found in storage.list(CHECKIN_PHOTOS, "a/b/c")] == ["a/b/c/3.jpg"]
    assert {found.path for found in storage.list(CHECKIN_PHOTOS, "")} == {path for _, path in storage_stub.objects}
    assert next(iter(storage.list(CHECKIN_PHOTOS, "a"))) == StoredObject("a/1.jpg", 7, "image/jpeg")


def entries(begin: int, end: int) -> list[dict[str, object]]:
    metadata = {"size": 1, "mimetype": "image/jpeg"}
    return [{"name": f"{number:04}.jpg", "id": str(number), "metadata": metadata} for number in range(begin, end)]


def test_a_folder_of_many_pages_is_listed_to_its_end(storage: Storage, storage_stub: StorageStub) -> None:
    for page in (entries(0, 1000), entries(1000, 2000), entries(2000, 2001)):
        storage_stub.reply_with(json_reply(200, page), times=1)
    assert len({found.path for found in storage.list(CHECKIN_PHOTOS, "a")}) == 2001
    assert len(storage_stub.requests) == 3


def test_a_page_that_is_just_full_is_not_taken_for_the_last(storage: Storage, storage_stub: StorageStub) -> None:
    for page in (entries(0, 1000), []):
        storage_stub.reply_with(json_reply(200, page), times=1)
    assert len(list(storage.list(CHECKIN_PHOTOS, "a"))) == 1000


@pytest.mark.slow
def test_who_deletes_what_is_listed_meanwhile_skips_nothing(storage: Storage, storage_stub: StorageStub) -> None:
    for number in range(1_001):
        storage_stub.put(CHECKIN_PHOTOS, f"a/{number:04}.jpg", b"")
    for found in storage.list(CHECKIN_PHOTOS, "a"):
        storage_stub.remove(CHECKIN_PHOTOS, found.path)
    assert storage_stub.objects == {}


def test_a_listing_that_breaks_off_is_no_short_listing(storage: Storage, storage_stub: StorageStub) -> None:
    storage_stub.reply_with(json_reply(200, entries(0, 1000)), times=1)
    storage_stub.fail(500)
    with pytest.raises(ProviderUnavailable):
        list(storage.list(CHECKIN_PHOTOS, "a"))


@pytest.mark.slow
def test_more_than_a_thousand_are_deleted_in_several_calls_and_counted(
    storage: Storage, storage_stub: StorageStub
) -> None:
    for number in range(3):
        storage_stub.put(CHECKIN_PHOTOS, f"a/{number}.jpg", b"")
    paths = [f"a/{number}.jpg" for number in range(2_001)]
    assert storage.delete(CHECKIN_PHOTOS, paths + paths) == 3
    assert len(storage_stub.requests) == 3
    assert storage_stub.objects == {}


# --- who asks


def test_a_member_asks_with_their_own_token_and_workers_with_the_secret_key(storage_stub: StorageStub) -> None:
    service_storage().info(CHECKIN_PHOTOS, "a")
    with pytest.raises(ProviderRefused, match="403 Unauthorized"):
        member_storage("no-token-at-all").info(CHECKIN_PHOTOS, "a")
    worker, member = (request.headers for request in storage_stub.requests)
    assert (worker["apikey"], worker["authorization"]) == (KEYS.secret, f"Bearer {KEYS.secret}")
    assert (member["apikey"], member["authorization"]) == (KEYS.publishable, "Bearer no-token-at-all")


def test_one_member_s_cookies_do_not_go_with_another_s_request(storage_stub: StorageStub, storage: Storage) -> None:
    storage_stub.reply_with(json_reply(200, [], {"Set-Cookie": "session=of-one-member; Path=/"}), times=1)
    storage.delete(CHECKIN_PHOTOS, ["a"])
    storage.delete(CHECKIN_PHOTOS, ["a"])
    assert "cookie" not in storage_stub.requests[-1].headers


def test_without_a_secret_key_there_is_no_storage_with_every_right(settings: Settings) -> None:
    settings.SUPABASE_SECRET_KEY = ""
    with pytest.raises(ImproperlyConfigured, match="the API never"):
        service_storage()


def test_a_forked_process_opens_connections_of_its_own(storage: Storage, storage_stub: StorageStub) -> None:
    storage.write(CHECKIN_PHOTOS, "a/b.jpg", b"jpeg", "image/jpeg")
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, storage.read(CHECKIN_PHOTOS, "a/b.jpg", max_bytes=4) or b"none")
        os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    assert os.read(reader, 10) == b"jpeg"
    os.close(reader)
    assert storage.read(CHECKIN_PHOTOS, "a/b.jpg", max_bytes=4) == b"jpeg"
