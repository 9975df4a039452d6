"""A claimed upload becomes a photo without anything that its file told, or is refused; the original goes either way."""

import io
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import jwt
import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.contrib.postgres.functions import TransactionNow
from PIL import Image

from accounts.models import Upload
from accounts.models.upload import MAX_BYTES
from accounts.tests.racing import at_once
from accounts.uploads.tests import corpus, making
from accounts.uploads.tests.making import AVATAR, CHECKIN_PHOTO, MENU_PHOTO
from caferoam.api.principal import Principal
from caferoam.jobs import enqueue
from caferoam.jobs.models import Job, Lane
from caferoam.metrics.exposition import exposition
from caferoam.providers.storage import member_storage
from caferoam.providers.storage.buckets import MEMBER_BUCKETS
from caferoam.testing.jobs import drain
from caferoam.testing.metrics import samples
from caferoam.testing.storage import StorageStub
from caferoam.testing.tokens import SignToken

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worker_login")]

JOBS = ["process_upload", "delete_upload"]


def work() -> dict[str, int]:
    return dict(drain(JOBS))


def count_of(name: str, **labels: str) -> float:
    told = " ".join([f"caferoam_{name}", *(f"{label}={value}" for label, value in sorted(labels.items()))])
    return samples(exposition().decode()).get(told, 0)


def copies(upload: Upload) -> set[tuple[str, str]]:
    bucket = "avatars" if upload.purpose == AVATAR else upload.bucket
    return {(bucket, f"{upload.user_id}/{upload.id}/{name}.webp") for name in ("photo", "thumbnail")}


def let_jobs_be_due() -> None:
    Job.objects.filter(status="pending").update(scheduled_at=TransactionNow())


@pytest.mark.parametrize("purpose", [CHECKIN_PHOTO, MENU_PHOTO, AVATAR])
def test_a_claimed_upload_becomes_a_photo_and_a_thumbnail_and_its_original_goes(
    member: Principal, other_member: Principal, storage_stub: StorageStub, purpose: Upload.Purpose
) -> None:
    bystander = making.arrived(storage_stub, other_member, purpose)
    upload = making.claimed(storage_stub, member, purpose)
    before = count_of("uploads_processed_total", purpose=purpose)

    assert work() == {"completed": 2}

    upload.refresh_from_db()
    assert (upload.status, upload.refusal, upload.width, upload.height) == ("ready", None, 640, 400)
    assert upload.processed_at is not None
    assert {(upload.photo_bucket, upload.photo_path), (upload.photo_bucket, upload.thumbnail_path)} == copies(upload)
    objects = storage_stub.objects
    assert objects.pop((bystander.bucket, bystander.path)) == making.photo_file()
    assert objects.keys() == copies(upload)
    for (bucket, path), data in objects.items():
        assert storage_stub.content_type(bucket, path) == "image/webp"
        assert corpus.SECRET not in data
        assert not Image.open(io.BytesIO(data)).getexif()
    assert count_of("uploads_processed_total", purpose=purpose) == before + 1
    assert count_of("uploads_process_seconds_count", purpose=purpose) >= 1


@pytest.mark.parametrize("data", [corpus.png(mode="RGBA"), corpus.webp()], ids=["PNG", "WebP"])
def test_the_other_two_kinds_are_taken_whatever_was_announced(
    member: Principal, storage_stub: StorageStub, data: bytes
) -> None:
    upload = making.claimed(storage_stub, member, data=data)

    assert work() == {"completed": 2}

    assert storage_stub.objects.keys() == copies(upload)


def test_a_file_that_is_no_photo_is_refused_with_its_reason_and_goes(
    member: Principal, storage_stub: StorageStub
) -> None:
    upload = making.claimed(storage_stub, member, MENU_PHOTO, data=corpus.jpeg() + corpus.archive())
    before = count_of("uploads_refused_total", purpose=MENU_PHOTO, reason="embedded_content")

    assert work() == {"completed": 2}

    upload.refresh_from_db()
    assert (upload.status, upload.refusal, upload.photo_path) == ("refused", "embedded_content", None)
    assert upload.processed_at is not None
    assert storage_stub.objects == {}
    assert count_of("uploads_refused_total", purpose=MENU_PHOTO, reason="embedded_content") == before + 1


def test_a_file_that_never_arrived_or_grew_meanwhile_is_refused(member: Principal, storage_stub: StorageStub) -> None:
    missing, grown = making.claimed(storage_stub, member), making.claimed(storage_stub, member)
    storage_stub.remove(missing.bucket, missing.path)
    storage_stub.put(grown.bucket, grown.path, making.photo_file() + bytes(MAX_BYTES))

    assert work() == {"completed": 4}

    reasons = dict(Upload.objects.values_list("id", "refusal"))
    assert reasons == {missing.id: "missing", grown.id: "too_large"}
    assert storage_stub.objects == {}


@pytest.mark.parametrize("path", ["/object/info/", "/object/authenticated/", "/photo.webp", "/thumbnail.webp"])
def test_while_the_storage_is_down_the_photo_waits(member: Principal, storage_stub: StorageStub, path: str) -> None:
    upload = making.claimed(storage_stub, member)
    storage_stub.fail(503, path=path)

    assert work() == {"pending": 1}

    upload.refresh_from_db()
    assert upload.status == "claimed"
    assert (upload.bucket, upload.path) in storage_stub.objects, "nothing is lost"
    assert Job.objects.get(job_type="process_upload").attempts == 1
    storage_stub.heal()
    let_jobs_be_due()
    resume_lanes()
    assert work() == {"completed": 2}
    assert storage_stub.objects.keys() == copies(upload)


def resume_lanes() -> None:
    Lane.objects.update(paused_until=None)


def test_a_photo_that_is_given_up_while_it_is_made_leaves_nothing(member: Principal, storage_stub: StorageStub) -> None:
    upload = making.claimed(storage_stub, member)

    def give_up() -> None:
        in_a_thread_of_its_own(lambda: Upload.objects.filter(id=upload.id).update(status="discarded"))

    storage_stub.meanwhile(give_up, path="/thumbnail.webp", method="POST")

    assert work() == {"completed": 2}

    assert storage_stub.objects == {}
    assert not Upload.objects.exists()


def test_a_photo_whose_row_is_deleted_while_it_is_made_leaves_nothing(
    member: Principal, storage_stub: StorageStub
) -> None:
    upload = making.claimed(storage_stub, member, AVATAR)

    def erase() -> None:
        in_a_thread_of_its_own(lambda: Upload.objects.filter(id=upload.id).delete())

    storage_stub.meanwhile(erase, path="/thumbnail.webp", method="POST")

    assert work() == {"completed": 1}

    assert storage_stub.objects == {}


def in_a_thread_of_its_own(do: Callable[[], object]) -> None:
    """The stub answers in threads; what they open of the database must be closed with them."""
    for call in at_once(1, do):
        call.result()


@pytest.mark.parametrize("status", [None, "discarded"])
def test_a_repeat_tidies_up_after_an_attempt_that_was_killed_when_nothing_is_wanted_any_more(
    member: Principal, storage_stub: StorageStub, status: str | None
) -> None:
    upload = making.claimed(storage_stub, member, AVATAR)
    for bucket, path in copies(upload):
        storage_stub.put(bucket, path, b"written by the attempt that was killed")
    if status is None:
        Upload.objects.all().delete()
    else:
        Upload.objects.update(status=status)
        Job.objects.filter(job_type="delete_upload").delete()

    assert work() == {"completed": 1}

    assert storage_stub.objects == {}


@pytest.mark.parametrize("status", ["ready", "refused"])
def test_a_repeat_of_what_is_done_changes_nothing(member: Principal, storage_stub: StorageStub, status: str) -> None:
    good = status == "ready"
    upload = making.claimed(storage_stub, member, data=making.photo_file() if good else b"no photo")
    work()
    before, objects = Upload.objects.values().get(), storage_stub.objects
    assert before["status"] == status
    for job_type in JOBS:
        enqueue(job_type, {"upload_id": str(upload.id), "user_id": str(member.user_id)})

    assert work() == {"completed": 2}

    assert (Upload.objects.values().get(), storage_stub.objects) == (before, objects)


def test_jobs_of_uploads_that_are_still_waited_for_delete_nothing(member: Principal, storage_stub: StorageStub) -> None:
    pending, claimed = making.arrived(storage_stub, member), making.claimed(storage_stub, member)
    Job.objects.all().delete()
    for upload in (pending, claimed):
        enqueue("delete_upload", {"upload_id": str(upload.id), "user_id": str(member.user_id)})
    enqueue("process_upload", {"upload_id": str(pending.id), "user_id": str(member.user_id)})

    assert work() == {"completed": 3}

    assert len(storage_stub.objects) == 2
    assert set(Upload.objects.values_list("status", flat=True)) == {"pending", "claimed"}


def test_jobs_of_an_upload_that_is_gone_delete_what_may_be_left_of_it_and_nothing_else(
    member: Principal, other_member: Principal, storage_stub: StorageStub
) -> None:
    gone = uuid4()
    kept = {
        ("checkin-photos", f"{member.user_id}/{uuid4()}.jpg"),
        ("checkin-photos", f"{other_member.user_id}/{gone}.jpg"),
        ("exports", f"{member.user_id}/{gone}/export.zip"),
    }
    names = [f"{gone}.jpg", f"{gone}.png", f"{gone}.webp", f"{gone}/photo.webp", f"{gone}/thumbnail.webp"]
    buckets = set(MEMBER_BUCKETS) - {"exports"}
    for bucket, path in kept | {(bucket, f"{member.user_id}/{name}") for bucket in buckets for name in names}:
        storage_stub.put(bucket, path, b"something")
    enqueue("delete_upload", {"upload_id": str(gone), "user_id": str(member.user_id)})

    assert work() == {"completed": 1}

    assert storage_stub.objects.keys() == kept


@pytest.mark.parametrize("status", ["claimed", "discarded"])
def test_an_upload_is_never_worked_on_in_another_s_name(
    member: Principal, other_member: Principal, storage_stub: StorageStub, status: str
) -> None:
    upload = making.claimed(storage_stub, member)
    making.change(upload, status=status)
    Job.objects.all().delete()
    for job_type in JOBS:
        enqueue(job_type, {"upload_id": str(upload.id), "user_id": str(other_member.user_id)})

    assert work() == {"completed": 2}

    upload.refresh_from_db()
    assert upload.status == status
    assert storage_stub.objects.keys() == {(upload.bucket, upload.path)}


@pytest.mark.parametrize("end", ["ready", "refused", "discarded"])
def test_an_original_that_is_sent_once_more_while_its_url_is_good_goes_too(
    member: Principal, storage_stub: StorageStub, end: str
) -> None:
    upload = making.claimed(storage_stub, member, data=b"no photo" if end == "refused" else None)
    if end == "discarded":
        making.change(upload, status=Upload.Status.DISCARDED)
    work()
    left = storage_stub.objects
    assert (upload.bucket, upload.path) not in left

    storage_stub.put(upload.bucket, upload.path, making.photo_file())
    (again,) = Job.objects.filter(status="pending")
    assert again.job_type == "delete_upload"
    assert timedelta(hours=2) < again.scheduled_at - upload.expires_at < timedelta(hours=3)
    Upload.objects.update(expires_at=TransactionNow() - timedelta(hours=3))
    let_jobs_be_due()

    assert work() == {"completed": 1}
    assert storage_stub.objects == left
    assert not Job.objects.filter(status="pending").exists(), "once is enough"


def test_the_last_url_that_a_member_can_have_signed_ends_before_files_are_looked_for_again(
    member: Principal, storage_stub: StorageStub, sign_token: SignToken
) -> None:
    upload = making.ask(member)
    making.let_expire(upload, ago=-timedelta(seconds=20))
    url = member_storage(sign_token(member)).sign_upload(upload.bucket, upload.path)
    storage_stub.put(upload.bucket, upload.path, making.photo_file())
    making.change(upload, status=Upload.Status.CLAIMED)
    work()
    assert making.put(url, making.photo_file(), {"Content-Type": "image/jpeg"}) == 200, "once more, behind our back"

    (token,) = parse_qs(urlsplit(url).query)["token"]
    ends_at = jwt.decode(token, options={"verify_signature": False})["exp"]
    assert Job.objects.get(status="pending").scheduled_at.timestamp() > ends_at


def test_a_picture_that_takes_too_long_is_refused(
    member: Principal, storage_stub: StorageStub, alarm: Callable[[float], None]
) -> None:
    slow = corpus.jpeg(8000, 5000, progressive=True, subsampling=0)
    upload = making.claimed(storage_stub, member, data=slow)
    storage_stub.meanwhile(lambda: alarm(0.2), path="/object/authenticated/")

    assert work() == {"completed": 2}

    upload.refresh_from_db()
    assert (upload.status, upload.refusal) == ("refused", "too_slow")


@pytest.fixture
def alarm() -> Iterator[Callable[[float], None]]:
    """Lets the time limit strike after so many seconds, as a worker does: by a signal."""

    def strike(*_: object) -> None:
        raise SoftTimeLimitExceeded

    before = signal.signal(signal.SIGALRM, strike)

    def strike_after(seconds: float) -> None:
        signal.setitimer(signal.ITIMER_REAL, seconds)

    yield strike_after
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def test_a_cancelled_job_writes_nothing(member: Principal, storage_stub: StorageStub) -> None:
    upload = making.claimed(storage_stub, member)

    def cancel() -> None:
        in_a_thread_of_its_own(lambda: Job.objects.update(status="failed", claimed_at=None))

    storage_stub.meanwhile(cancel, path="/object/authenticated/")

    assert work() == {"lost": 1}

    upload.refresh_from_db()
    assert upload.status == "claimed"
    assert storage_stub.objects.keys() == {(upload.bucket, upload.path)}


def test_the_jobs_carry_whose_they_are(member: Principal, storage_stub: StorageStub) -> None:
    upload = making.claimed(storage_stub, member)
    work()

    payloads: list[dict[str, str]] = list(Job.objects.values_list("payload", flat=True))

    assert len(payloads) == 3
    for payload in payloads:
        assert (UUID(payload["upload_id"]), UUID(payload["user_id"])) == (upload.id, member.user_id)
