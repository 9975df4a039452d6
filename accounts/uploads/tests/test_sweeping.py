"""What came to nothing goes by itself: after a day if nobody used it, after 30 if it was refused."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Profile, Upload
from accounts.uploads import sweeping
from accounts.uploads.tests import making
from accounts.uploads.tests.making import AVATAR
from caferoam.api.principal import Principal
from caferoam.jobs import enqueue
from caferoam.testing.jobs import drain
from caferoam.testing.storage import StorageStub

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worker_login")]


def sweep() -> None:
    enqueue("sweep_uploads")
    assert drain(["sweep_uploads", "delete_upload"])["completed"] >= 1


def test_an_upload_that_nothing_used_within_a_day_goes_with_its_file(
    member: Principal, storage_stub: StorageStub
) -> None:
    kept = [making.arrived(storage_stub, member) for _ in range(2)]
    making.let_expire(kept[1], ago=timedelta(hours=23, minutes=59))
    old, never_sent = making.arrived(storage_stub, member), making.ask(member)
    for upload in (old, never_sent):
        making.let_expire(upload, ago=timedelta(hours=24, minutes=1))

    sweep()

    assert set(Upload.objects.all()) == set(kept)
    assert storage_stub.objects.keys() == {(upload.bucket, upload.path) for upload in kept}


@pytest.mark.parametrize("status", ["claimed", "ready"])
def test_what_was_used_stays(member: Principal, storage_stub: StorageStub, status: str) -> None:
    upload = making.claimed(storage_stub, member)
    if status == "ready":
        drain(["process_upload", "delete_upload"])
    making.let_expire(upload, ago=timedelta(days=400))
    Upload.objects.update(processed_at=timezone.now() - timedelta(days=399))
    before = storage_stub.objects

    sweep()

    assert Upload.objects.get().status == status
    assert storage_stub.objects == before


def test_the_reason_of_a_refusal_is_kept_for_thirty_days(member: Principal, storage_stub: StorageStub) -> None:
    recent, old = (making.claimed(storage_stub, member, AVATAR, data=b"no photo") for _ in range(2))
    drain(["process_upload", "delete_upload"])
    now = timezone.now()
    making.change(recent, processed_at=now - timedelta(days=29, hours=23))
    making.change(old, processed_at=now - timedelta(days=30, hours=1))

    sweep()

    assert list(Upload.objects.values_list("id", "status", "refusal")) == [(recent.id, "refused", "type_unknown")]


def test_a_profile_whose_picture_was_refused_long_ago_has_none(member: Principal, storage_stub: StorageStub) -> None:
    upload = making.arrived(storage_stub, member, AVATAR, data=b"no photo")
    Profile.objects.update(avatar_upload=upload)
    drain(["process_upload", "delete_upload"])
    Upload.objects.update(processed_at=timezone.now() - timedelta(days=31))

    sweep()

    assert not Upload.objects.exists()
    assert Profile.objects.get().avatar_upload_id is None


def test_a_sweep_takes_so_many_at_most_and_the_oldest_first(
    member: Principal, storage_stub: StorageStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "ROWS_AT_MOST", 2)
    uploads = [making.ask(member) for _ in range(3)]
    for days, upload in enumerate(uploads, 2):
        making.let_expire(upload, ago=timedelta(days=days))

    assert sweeping.sweep() == (2, 0)
    assert list(Upload.objects.filter(status="pending")) == uploads[:1]
    assert sweeping.sweep() == (1, 0)
    assert sweeping.sweep() == (0, 0)
