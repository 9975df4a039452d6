"""What the adapter for Supabase Storage makes of a Storage that is busy, broken, silent or talks nonsense."""

import io
import logging
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from pytest_django.fixtures import Settings

from caferoam.local.ports import free_port
from caferoam.local.supabase.http import Reply, json_reply
from caferoam.providers.errors import ProviderRefused, ProviderUnavailable
from caferoam.providers.storage import Storage, service_storage
from caferoam.providers.storage.buckets import CHECKIN_PHOTOS
from caferoam.testing.live import eventually
from caferoam.testing.storage import KEYS, StorageStub

SOON = timedelta(minutes=10)

CALLS: dict[str, Callable[[Storage], object]] = {
    "sign_upload": lambda storage: storage.sign_upload(CHECKIN_PHOTOS, "a/b.jpg"),
    "sign_reads": lambda storage: storage.sign_reads(CHECKIN_PHOTOS, ["a/b.jpg"], ttl=SOON),
    "info": lambda storage: storage.info(CHECKIN_PHOTOS, "a/b.jpg"),
    "read": lambda storage: storage.read(CHECKIN_PHOTOS, "a/b.jpg", max_bytes=10),
    "write": lambda storage: storage.write(CHECKIN_PHOTOS, "a/b.jpg", b"jpeg", "image/jpeg"),
    "write_file": lambda storage: storage.write_file(CHECKIN_PHOTOS, "a/b.jpg", io.BytesIO(b"jpeg"), "image/jpeg"),
    "list": lambda storage: list(storage.list(CHECKIN_PHOTOS, "a")),
    "delete": lambda storage: storage.delete(CHECKIN_PHOTOS, ["a/b.jpg"]),
}
every_call = pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)


@pytest.fixture
def storage(storage_stub: StorageStub) -> Storage:
    return service_storage()


@pytest.mark.slow
@every_call
def test_a_service_that_is_busy_for_a_moment_is_asked_again(
    call: Callable[[Storage], object], storage: Storage, storage_stub: StorageStub
) -> None:
    storage_stub.put(CHECKIN_PHOTOS, "a/c.jpg", b"")
    storage_stub.fail(503, times=2)
    call(storage)
    assert len({(request.method, request.path) for request in storage_stub.requests}) == 1
    assert len(storage_stub.requests) == 3


@pytest.mark.slow
@every_call
@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_one_that_stays_busy_is_unavailable(
    call: Callable[[Storage], object], status: int, storage: Storage, storage_stub: StorageStub
) -> None:
    storage_stub.fail(status)
    with pytest.raises(ProviderUnavailable, match=f"^Storage is busy: {status}"):
        call(storage)
    assert len(storage_stub.requests) == 3


@every_call
def test_one_that_is_broken_is_unavailable_and_not_asked_again(
    call: Callable[[Storage], object], storage: Storage, storage_stub: StorageStub
) -> None:
    storage_stub.fail(500)
    with pytest.raises(ProviderUnavailable, match=r"^Storage is broken: 500"):
        call(storage)
    assert len(storage_stub.requests) == 1


@every_call
def test_a_database_that_timed_out_behind_it_is_unavailable(
    call: Callable[[Storage], object], storage: Storage, storage_stub: StorageStub
) -> None:
    storage_stub.reply_with(json_reply(400, {"statusCode": "544", "error": "DatabaseTimeout", "message": "timed out"}))
    with pytest.raises(ProviderUnavailable, match=r"^Storage is broken: 544"):
        call(storage)


@pytest.mark.slow
@every_call
def test_one_that_cannot_be_reached_is_unavailable(
    call: Callable[[Storage], object], storage_stub: StorageStub, settings: Settings
) -> None:
    settings.SUPABASE_URL = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(ProviderUnavailable, match=r"^Storage cannot be reached: ConnectError\."):
        call(service_storage())


@every_call
def test_one_that_is_silent_is_unavailable(
    call: Callable[[Storage], object], storage_stub: StorageStub, storage: Storage, settings: Settings
) -> None:
    settings.SUPABASE_TIMEOUT = timedelta(milliseconds=200)
    storage_stub.slow(2)
    with pytest.raises(ProviderUnavailable, match=r"^Storage does not answer: ReadTimeout\."):
        call(storage)
    assert eventually(lambda: len(storage_stub.requests)) == 1


class Drip(io.RawIOBase):
    """A file that gives a byte now and then, and never ends."""

    def read(self, size: int = -1, /) -> bytes:
        time.sleep(0.01)
        return b" "


@pytest.mark.slow
def test_an_answer_that_drips_in_is_not_waited_for(
    storage: Storage, storage_stub: StorageStub, settings: Settings
) -> None:
    settings.SUPABASE_TIMEOUT = timedelta(milliseconds=200)
    storage_stub.reply_with(Reply(200, Drip(), length=10_000))  # type: ignore[arg-type]  # of a file it has what is used
    with pytest.raises(ProviderUnavailable, match="takes longer than"):
        storage.read(CHECKIN_PHOTOS, "a/b.jpg", max_bytes=100_000)


def test_a_connection_that_was_closed_meanwhile_is_opened_again(
    tmp_path_factory: pytest.TempPathFactory, storage: Storage, storage_stub: StorageStub
) -> None:
    storage.write(CHECKIN_PHOTOS, "a/b.jpg", b"jpeg", "image/jpeg")
    storage_stub.hang_up()
    assert storage.read(CHECKIN_PHOTOS, "a/b.jpg", max_bytes=4) == b"jpeg"


@pytest.mark.slow
@pytest.mark.parametrize("said", ["2", None])
def test_how_long_to_wait_is_heeded_where_it_is_short(
    said: str | None, storage: Storage, storage_stub: StorageStub
) -> None:
    storage_stub.fail(429, retry_after=int(said) if said else None, times=1)
    began_at = time.monotonic()
    storage.info(CHECKIN_PHOTOS, "a")
    assert (time.monotonic() - began_at >= 2) is bool(said)


def test_how_long_to_wait_is_handed_on_where_it_is_long(storage: Storage, storage_stub: StorageStub) -> None:
    storage_stub.fail(503, retry_after=120)
    with pytest.raises(ProviderUnavailable) as trouble:
        storage.info(CHECKIN_PHOTOS, "a")
    assert trouble.value.retry_after == timedelta(minutes=2)
    assert len(storage_stub.requests) == 1


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Wed, 21 Oct 2015 07:28:00 GMT", timedelta()),
        ("Wed, 21 Oct 2015 07:28:00", None),  # of no time zone
        ("9999999999", timedelta(days=1)),
        ("-5", None),
        ("²", None),
        ("soon", None),
    ],
)
def test_a_wait_may_be_a_date_and_may_be_nonsense(
    said: str, meant: timedelta | None, storage: Storage, storage_stub: StorageStub
) -> None:
    storage_stub.reply_with(json_reply(500, {}, {"Retry-After": said}))
    with pytest.raises(ProviderUnavailable) as trouble:
        storage.info(CHECKIN_PHOTOS, "a")
    assert trouble.value.retry_after == meant


@every_call
def test_a_redirect_is_not_followed(
    call: Callable[[Storage], object], storage: Storage, storage_stub: StorageStub
) -> None:
    storage_stub.reply_with(Reply(307, headers={"Location": f"{storage_stub.url}/storage/v1/bucket"}))
    with pytest.raises(ProviderUnavailable, match="answered with 307, which it never does"):
        call(storage)
    assert len(storage_stub.requests) == 1


NONSENSE = [b"<html>", b"", b"\xff", b"null", b"7", b'"text"', b"[null]", b'[{"name": 7}]', b"{}"]


@pytest.mark.parametrize(
    ("name", "body"),
    [
        (name, body)
        for name in ("sign_upload", "sign_reads", "info", "list", "delete")
        for body in NONSENSE
        if (name, body) != ("delete", b'[{"name": 7}]')  # what was deleted is only counted
    ],
)
def test_an_answer_of_another_form_is_unavailable(
    name: str, body: bytes, storage: Storage, storage_stub: StorageStub
) -> None:
    storage_stub.reply_with(Reply(200, body))
    with pytest.raises(ProviderUnavailable, match=r"^Storage answered with"):
        CALLS[name](storage)


def test_a_url_that_leads_elsewhere_is_not_handed_on(storage: Storage, storage_stub: StorageStub) -> None:
    storage_stub.reply_with(json_reply(200, {"url": "https://elsewhere.example/put", "token": "x"}))
    with pytest.raises(ProviderUnavailable, match="a URL of another form"):
        storage.sign_upload(CHECKIN_PHOTOS, "a/b.jpg")


def test_an_endless_listing_ends(storage: Storage, storage_stub: StorageStub) -> None:
    storage_stub.reply_with(json_reply(200, [{"name": "folder", "id": None, "metadata": None}]))
    with pytest.raises(ProviderUnavailable, match="folders in folders"):
        list(storage.list(CHECKIN_PHOTOS, "a"))


def test_an_answer_that_is_too_long_is_refused(storage: Storage, storage_stub: StorageStub) -> None:
    storage_stub.reply_with(Reply(200, b" " * (8 * 1024 * 1024 + 1)))
    with pytest.raises(ProviderRefused, match="more than 8388608 bytes"):
        storage.sign_upload(CHECKIN_PHOTOS, "a/b.jpg")


def test_a_compressed_answer_is_not_unpacked(storage: Storage, storage_stub: StorageStub) -> None:
    storage_stub.reply_with(Reply(200, b"\x1f\x8b", {"Content-Encoding": "gzip"}))
    with pytest.raises(ProviderUnavailable, match="a compressed body"):
        storage.read(CHECKIN_PHOTOS, "a/b.jpg", max_bytes=100)
    assert storage_stub.requests[-1].headers["accept-encoding"] == "identity"


@every_call
def test_without_its_bucket_an_object_does_not_look_absent(
    call: Callable[[Storage], object], storage: Storage, storage_stub: StorageStub
) -> None:
    missing = {"statusCode": "404", "error": "Bucket not found", "message": "Bucket not found"}
    storage_stub.reply_with(json_reply(400, missing))
    with pytest.raises((ProviderUnavailable, ProviderRefused), match=r"(?i)bucket"):
        call(storage)


@every_call
def test_with_a_wrong_key_of_ours_work_waits_for_the_right_one(
    call: Callable[[Storage], object], storage_stub: StorageStub, settings: Settings
) -> None:
    settings.SUPABASE_SECRET_KEY = "sb_secret_of_another_project_001"
    with pytest.raises(ProviderUnavailable, match="401 Invalid API key"):
        call(service_storage())


def test_what_is_too_large_or_of_a_wrong_type_is_refused_for_good(storage: Storage) -> None:
    with pytest.raises(ProviderRefused, match="415 invalid_mime_type"):
        storage.write(CHECKIN_PHOTOS, "a/b.svg", b"<svg/>", "image/svg+xml")
    with pytest.raises(ProviderRefused, match="413 Payload too large"):
        storage.write(CHECKIN_PHOTOS, "a/b.jpg", bytes(5 * 1024 * 1024 + 1), "image/jpeg")


@pytest.mark.parametrize("path", ["../avatars/b.jpg", "a/../../b.jpg", "a//b.jpg", "/a", "a/", "", "a/./b.jpg"])
def test_a_path_out_of_the_bucket_is_not_asked_for(path: str, storage: Storage, storage_stub: StorageStub) -> None:
    for ask in (
        lambda: storage.write(CHECKIN_PHOTOS, path, b"jpeg", "image/jpeg"),
        lambda: storage.read(CHECKIN_PHOTOS, path, max_bytes=1),
        lambda: storage.sign_upload(CHECKIN_PHOTOS, path),
        lambda: storage.public_url(CHECKIN_PHOTOS, path),
        lambda: storage.info(f"{CHECKIN_PHOTOS}/..", "b.jpg"),
    ):
        with pytest.raises(ProviderRefused, match="nothing at such a path"):
            ask()
    assert storage_stub.requests == []


def test_a_path_that_storage_does_not_take_is_refused(storage: Storage, storage_stub: StorageStub) -> None:
    for path in ("a\x00b", "a/%2e%2e/b.jpg", "安.jpg", "a\\b", "a" * 300):
        with pytest.raises(ProviderRefused, match="InvalidKey"):
            storage.write(CHECKIN_PHOTOS, path, b"jpeg", "image/jpeg")
    assert storage_stub.objects == {}


def test_neither_key_nor_token_nor_signed_url_is_in_a_log_or_an_error(
    storage_stub: StorageStub, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    storage = service_storage()
    storage_stub.put(CHECKIN_PHOTOS, "a/b.jpg", b"jpeg")
    urls = storage.sign_reads(CHECKIN_PHOTOS, ["a/b.jpg"], ttl=SOON)
    upload = storage.sign_upload(CHECKIN_PHOTOS, "a/c.jpg")
    storage_stub.reply_with(json_reply(400, {"statusCode": "400", "message": f"no: {upload} of {KEYS.secret}"}))
    with pytest.raises(ProviderRefused) as refusal:
        storage.info(CHECKIN_PHOTOS, "a/b.jpg")
    told = f"{caplog.text}{refusal.value}{refusal.value!r}{storage!r}{vars(storage)!r}"
    for secret in (KEYS.secret, urls["a/b.jpg"].partition("token=")[2], upload.partition("token=")[2]):
        assert secret not in told
