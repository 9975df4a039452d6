"""Before anything claims an upload, its row and its file's beginning are looked at, with the member's own rights."""

import uuid
from collections.abc import Callable
from uuid import UUID

import pytest

from accounts.models import Upload
from accounts.models.upload import MAX_BYTES
from accounts.uploads.refusals import UploadRefused
from accounts.uploads.tests import corpus, making
from accounts.uploads.tests.making import AVATAR, CHECKIN_PHOTO, MENU_PHOTO
from accounts.uploads.verification import HEADER_MAX_BYTES, pending_uploads, verify_uploads
from caferoam.api.principal import Principal
from caferoam.local.supabase.http import json_reply
from caferoam.metrics.exposition import exposition
from caferoam.providers.errors import ProviderUnavailable
from caferoam.providers.storage import Storage, member_storage
from caferoam.testing.metrics import samples
from caferoam.testing.storage import StorageStub
from caferoam.testing.tokens import SignToken

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def storage(storage_stub: StorageStub, sign_token: SignToken, member: Principal) -> Storage:
    return member_storage(sign_token(member))


def named(upload_id: UUID) -> str:
    return f"field of {upload_id}"


def faults_of(check: Callable[[], object]) -> dict[str, str]:
    """The reasons that a check gives, by field."""
    with pytest.raises(UploadRefused) as refusal:
        check()
    assert refusal.value.errors.keys() == refusal.value.reasons.keys()
    assert refusal.value.extensions == {"reasons": refusal.value.reasons}
    return {field: reason.value for field, reason in refusal.value.reasons.items()}


def refused(purpose: Upload.Purpose, reason: str) -> float:
    name = f"caferoam_uploads_refused_total purpose={purpose} reason={reason}"
    return samples(exposition().decode()).get(name, 0)


def test_uploads_that_wait_are_found_in_the_order_asked_for(member: Principal) -> None:
    uploads = [making.ask(member, purpose) for purpose in (CHECKIN_PHOTO, MENU_PHOTO, CHECKIN_PHOTO)]
    wanted = {upload.id: Upload.Purpose(upload.purpose) for upload in reversed(uploads)}

    assert pending_uploads(wanted, member=member.user_id, field_of=named) == uploads[::-1]


def test_each_row_that_cannot_be_used_is_named_with_its_reason(member: Principal, other_member: Principal) -> None:
    good, expired, theirs, avatar = (
        making.ask(member),
        making.ask(member),
        making.ask(other_member),
        making.ask(member, AVATAR),
    )
    making.let_expire(expired)
    used = {status: making.ask(member) for status in ("claimed", "refused", "discarded")}
    for status, upload in used.items():
        making.change(upload, status=status, refusal="damaged" if status == "refused" else None)
    nobodys = uuid.uuid4()
    everything = [good.id, expired.id, theirs.id, avatar.id, nobodys, *(upload.id for upload in used.values())]
    before = refused(CHECKIN_PHOTO, "unknown_upload")

    faults = faults_of(
        lambda: pending_uploads(dict.fromkeys(everything, CHECKIN_PHOTO), member=member.user_id, field_of=named)
    )

    assert faults == {
        named(expired.id): "expired",
        named(theirs.id): "unknown_upload",
        named(avatar.id): "wrong_purpose",
        named(nobodys): "unknown_upload",
        **{named(upload.id): "already_used" for upload in used.values()},
    }
    assert refused(CHECKIN_PHOTO, "unknown_upload") == before + 2


@pytest.mark.parametrize("make", [corpus.jpeg, corpus.png, corpus.webp])
def test_honest_files_pass_whatever_type_was_announced(
    storage: Storage, storage_stub: StorageStub, member: Principal, make: Callable[[], bytes]
) -> None:
    uploads = [making.arrived(storage_stub, member, purpose, data=make()) for purpose in (CHECKIN_PHOTO, MENU_PHOTO)]

    verify_uploads(storage, uploads, field_of=named)

    assert len(storage_stub.requests) == 4


def test_each_file_that_cannot_be_used_is_named_with_its_reason(
    storage: Storage, storage_stub: StorageStub, member: Principal, other_member: Principal
) -> None:
    file = making.photo_file()
    of_reason = {
        "missing": making.ask(member),
        "too_large": making.arrived(storage_stub, member, data=file),
        "type_heic": making.arrived(storage_stub, member, data=corpus.isobmff(b"heic")),
        "type_svg": making.arrived(storage_stub, member, MENU_PHOTO, data=b"<svg></svg>"),
        "too_many_pixels": making.arrived(storage_stub, member, data=corpus.jpeg_of_size(9000, 9000)),
        "animated": making.arrived(storage_stub, member, data=corpus.animated("PNG")),
    }
    too_large = of_reason["too_large"]
    storage_stub.put(too_large.bucket, too_large.path, file + bytes(MAX_BYTES))
    good = making.arrived(storage_stub, member)
    before = refused(MENU_PHOTO, "type_svg")

    faults = faults_of(lambda: verify_uploads(storage, [good, *of_reason.values()], field_of=named))

    assert faults == {named(upload.id): reason for reason, upload in of_reason.items()}
    assert refused(MENU_PHOTO, "type_svg") == before + 1


def test_another_member_s_file_looks_absent(
    storage: Storage, storage_stub: StorageStub, member: Principal, other_member: Principal
) -> None:
    theirs = making.arrived(storage_stub, other_member)

    assert faults_of(lambda: verify_uploads(storage, [theirs], field_of=named)) == {named(theirs.id): "missing"}


@pytest.mark.parametrize(("off_by", "passes"), [(-101, False), (-100, True), (100, True), (101, False)])
def test_the_size_must_be_about_what_was_announced(
    storage: Storage, storage_stub: StorageStub, member: Principal, off_by: int, passes: bool
) -> None:
    file = corpus.jpeg(64, 64)
    upload = making.ask(member, size_bytes=10_000)
    storage_stub.put(upload.bucket, upload.path, file + bytes(10_000 + off_by - len(file)))

    if passes:
        verify_uploads(storage, [upload], field_of=named)
    else:
        assert faults_of(lambda: verify_uploads(storage, [upload], field_of=named)) == {
            named(upload.id): "size_differs"
        }


def test_only_the_beginning_of_a_file_is_read(storage: Storage, storage_stub: StorageStub, member: Principal) -> None:
    upload = making.arrived(storage_stub, member, data=corpus.jpeg() + bytes(2_000_000))

    verify_uploads(storage, [upload], field_of=named)

    ranges = [request.headers["range"] for request in storage_stub.requests if "range" in request.headers]
    assert ranges == [f"bytes=0-{HEADER_MAX_BYTES - 1}"]


def test_a_file_that_goes_between_two_questions_is_missing(
    storage: Storage, storage_stub: StorageStub, member: Principal
) -> None:
    upload = making.arrived(storage_stub, member)
    gone = {"statusCode": "404", "error": "not_found", "message": "Object not found"}
    storage_stub.reply_with(json_reply(400, gone), path=f"/object/authenticated/{upload.bucket}")

    assert faults_of(lambda: verify_uploads(storage, [upload], field_of=named)) == {named(upload.id): "missing"}


def test_a_storage_that_is_down_refuses_nobody(storage: Storage, storage_stub: StorageStub, member: Principal) -> None:
    uploads = [making.arrived(storage_stub, member), making.arrived(storage_stub, member)]
    storage_stub.fail(503)

    with pytest.raises(ProviderUnavailable):
        verify_uploads(storage, uploads, field_of=named)
