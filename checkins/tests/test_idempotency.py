"""The same request with the same Idempotency-Key is done once, however often and however simultaneously it is sent."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from threading import Barrier
from typing import Any

import psycopg
import pytest
from django.db import connections
from django.test import Client

from accounts.models import Upload
from accounts.uploads.refusals import UploadRefused
from accounts.uploads.tests.making import MENU_PHOTO, arrived
from caferoam.api import identity
from caferoam.api.principal import Principal
from caferoam.jobs.models import Job
from caferoam.local.provision import API
from caferoam.providers.errors import ProviderUnavailable
from caferoam.providers.storage import Storage, StoredObject, member_storage
from caferoam.testing.database import logged_in_as
from caferoam.testing.storage import StorageStub
from caferoam.testing.tokens import SignToken
from checkins.errors import FirstAnswerGone, IdempotencyKeyReused, ShopNotFound, UploadNotAvailable
from checkins.models import CheckIn
from checkins.reading import ReadCheckIns
from checkins.services import NewCheckIn, Photo, check_in
from checkins.tests.conftest import Post
from checkins.tests.making import Stamp, make_check_in, process
from checkins.tests.test_checking_in import refusal
from shops.models import Shop
from shops.tests.making import make_shop


class TestRepeated:
    def test_it_is_answered_as_the_first_time_and_done_once(
        self, post: Post, storage_stub: StorageStub, member: Principal, shop: Shop
    ) -> None:
        photo, menu = arrived(storage_stub, member), arrived(storage_stub, member, MENU_PHOTO)
        body = {"shop_id": str(shop.id), "upload_ids": [str(photo.id)], "menu_upload_id": str(menu.id), "note": "a"}
        first = post(body, key="key-1")
        asked = len(storage_stub.requests)
        again = post(dict(reversed([*body.items()])), key="key-1")
        assert (first.status_code, again.status_code) == (201, 201)
        assert again.json() == first.json()
        assert again["Location"] == first["Location"]
        assert len(storage_stub.requests) == asked, "what is known is not verified again"
        assert (CheckIn.objects.count(), Stamp.objects.count()) == (1, 1)
        assert Job.objects.filter(job_type="enrich_menu_photo").count() == 1

    def test_its_photos_are_shown_as_they_are_by_then(
        self, post: Post, storage_stub: StorageStub, member: Principal, shop: Shop
    ) -> None:
        photo = arrived(storage_stub, member)
        body = {"shop_id": str(shop.id), "upload_ids": [str(photo.id)]}
        first = post(body, key="k").json()
        for path in process(photo.id):
            storage_stub.put(photo.bucket, path, b"x")
        storage_stub.remove(photo.bucket, photo.path)
        again = post(body, key="k").json()
        assert (first["photos"][0]["url"], again["id"]) == (None, first["id"])
        assert again["photos"][0]["url"].startswith(storage_stub.url)
        storage_stub.fail(503)
        down = post(body, key="k")
        assert (down.status_code, down.json()["id"], down.json()["photos"][0]["url"]) == (201, first["id"], None)

    def test_another_request_needs_another_key(
        self, post: Post, storage_stub: StorageStub, member: Principal, shop: Shop
    ) -> None:
        photos = [str(arrived(storage_stub, member).id) for _ in range(2)]
        menu = str(arrived(storage_stub, member, MENU_PHOTO).id)
        fresh = str(arrived(storage_stub, member).id)
        body = {"shop_id": str(shop.id), "upload_ids": photos, "menu_upload_id": menu, "note": "a"}
        assert post(body, key="k").status_code == 201
        for change in (
            {"note": "b"},
            {"note": ""},
            {"shop_id": str(make_shop("青鳥").id)},
            {"upload_ids": photos[::-1]},
            {"upload_ids": photos[:1]},
            {"upload_ids": [fresh]},
            {"menu_upload_id": None},
        ):
            answer = post({**body, **change}, key="k")
            assert refusal(answer) == (422, "idempotency_key_reused", ["Idempotency-Key"]), change
        assert CheckIn.objects.count() == 1
        assert Upload.objects.get(id=fresh).status == "pending"

    def test_keys_of_different_members_are_different(
        self, post: Post, storage_stub: StorageStub, member: Principal, other_member: Principal, shop: Shop
    ) -> None:
        ids = set()
        for somebody in (member, other_member):
            photo = arrived(storage_stub, somebody)
            answer = post({"shop_id": str(shop.id), "upload_ids": [str(photo.id)]}, key="k", by=somebody)
            assert answer.status_code == 201
            ids.add(answer.json()["id"])
        assert len(ids) == 2

    def test_without_a_key_it_is_a_new_request(
        self, post: Post, storage_stub: StorageStub, member: Principal, shop: Shop
    ) -> None:
        photo = arrived(storage_stub, member)
        body = {"shop_id": str(shop.id), "upload_ids": [str(photo.id)]}
        assert post(body).status_code == 201
        answer = post(body)
        assert (answer.status_code, answer.json()["reasons"]) == (400, {"upload_ids.0": "already_used"})

    def test_urls_may_carry_other_tokens(
        self, post: Post, storage_stub: StorageStub, member: Principal, shop: Shop
    ) -> None:
        photo = arrived(storage_stub, member)
        url = f"{storage_stub.url}/storage/v1/object/sign/{photo.bucket}/{photo.path}"
        answers = [post({"shop_id": str(shop.id), "photo_urls": [f"{url}?token={n}"]}, key="k") for n in range(2)]
        assert [answer.status_code for answer in answers] == [201, 201]
        assert answers[0].json() == answers[1].json()

    def test_a_key_is_free_again_when_its_check_in_was_taken_back(
        self, post: Post, storage_stub: StorageStub, member: Principal, shop: Shop
    ) -> None:
        bodies = [{"shop_id": str(shop.id), "upload_ids": [str(arrived(storage_stub, member).id)]} for _ in range(2)]
        assert post(bodies[0], key="k").status_code == 201
        CheckIn.objects.all().delete()
        assert post(bodies[0], key="k").json()["reasons"] == {"upload_ids.0": "already_used"}
        assert post(bodies[1], key="k").status_code == 201

    def test_a_key_of_two_hundred_characters_is_taken(
        self, post: Post, storage_stub: StorageStub, member: Principal, shop: Shop
    ) -> None:
        photo = arrived(storage_stub, member)
        key = "".join(map(chr, range(0x21, 0x7F))) * 3
        assert post({"shop_id": str(shop.id), "upload_ids": [str(photo.id)]}, key=key[:200]).status_code == 201


def at_once(count: int, threads: int, call: Callable[[], Any]) -> list[Any]:
    """The answers to so many calls, the first of each thread made when all threads are there."""
    together = Barrier(threads, timeout=30)

    def work(calls: int) -> list[Any]:
        try:
            together.wait()
            return [call() for _ in range(calls)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        shares = [count // threads + (number < count % threads) for number in range(threads)]
        return [answer for answers in pool.map(work, shares) for answer in answers]


@pytest.mark.slow
class TestAtOnce:
    def test_a_hundred_with_one_key_leave_one_check_in_and_one_stamp(
        self, sign_token: SignToken, storage_stub: StorageStub, member: Principal, shop: Shop
    ) -> None:
        photo, menu = arrived(storage_stub, member), arrived(storage_stub, member, MENU_PHOTO)
        body = {"shop_id": str(shop.id), "upload_ids": [str(photo.id)], "menu_upload_id": str(menu.id)}
        headers = {"Authorization": f"Bearer {sign_token(member)}", "Idempotency-Key": "one"}

        def send() -> tuple[int, Any]:
            answer = Client().post("/checkins", json.dumps(body), content_type="application/json", headers=headers)
            return answer.status_code, answer.json()

        with logged_in_as(API):
            answers = at_once(100, 40, send)
        assert {status for status, _ in answers} == {201}, [body for status, body in answers if status != 201]
        made = CheckIn.objects.get()
        assert {answer["id"] for _, answer in answers} == {str(made.id)}
        assert Stamp.objects.get().check_in_id == made.id
        assert Job.objects.filter(job_type="process_upload").count() == 2, "each photo was claimed once"
        assert Job.objects.filter(job_type="enrich_menu_photo").count() == 1

    def test_of_many_that_want_one_photo_one_gets_it(
        self, sign_token: SignToken, storage_stub: StorageStub, member: Principal, shop: Shop
    ) -> None:
        photos = [str(arrived(storage_stub, member).id) for _ in range(3)]
        headers = {"Authorization": f"Bearer {sign_token(member)}"}
        orders = iter([photos, photos[::-1], [photos[1], photos[0]], [photos[2], photos[1]]] * 5)

        def send() -> tuple[int, Any]:
            body = json.dumps({"shop_id": str(shop.id), "upload_ids": next(orders)})
            answer = Client().post("/checkins", body, content_type="application/json", headers=headers)
            return answer.status_code, answer.json()

        with logged_in_as(API):
            answers = at_once(20, 20, send)
        assert [status for status, _ in answers].count(201) == 1
        assert {body.get("code") for _, body in answers} <= {None, "upload_refused", "upload_not_available"}
        assert CheckIn.objects.count() == Stamp.objects.count() == 1


class InBetween:
    """The storage, as one finds it who was overtaken: before it answers for the first time, ``act`` happens."""

    def __init__(self, storage: Storage, act: Callable[[], object]) -> None:
        self._storage = storage
        self._acts = [act]

    def info(self, bucket: str, path: str) -> StoredObject | None:
        while self._acts:
            self._acts.pop()()
        return self._storage.info(bucket, path)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._storage, name)


class TestOvertaken:
    """What happened between the two transactions is found out by the second one."""

    @pytest.fixture
    def storage(self, storage_stub: StorageStub, sign_token: SignToken, member: Principal) -> Storage:
        return member_storage(sign_token(member))

    @pytest.fixture
    def wanted(self, storage_stub: StorageStub, member: Principal, shop: Shop) -> NewCheckIn:
        photos = [Photo(f"upload_ids.{n}", arrived(storage_stub, member).id) for n in range(2)]
        return NewCheckIn(shop.id, photos, Photo("menu_upload_id", arrived(storage_stub, member, MENU_PHOTO).id), "")

    @pytest.fixture
    def make(self, member: Principal, storage: Storage) -> Callable[..., ReadCheckIns]:
        """Ask for a check-in while ``act`` happens on the way."""

        def ask(wanted: NewCheckIn, key: str | None, act: Callable[[], object] = lambda: None) -> ReadCheckIns:
            with logged_in_as(API):
                return check_in(
                    wanted,
                    member=member.user_id,
                    key=key,
                    as_member=lambda: identity.as_member(member),
                    storage=InBetween(storage, act),
                )

        return ask

    def test_the_winners_answer_is_given(self, make: Any, wanted: NewCheckIn) -> None:
        won: list[ReadCheckIns] = []
        lost = make(wanted, "k", lambda: won.append(make(wanted, "k")))
        assert lost.rows == won[0].rows
        assert CheckIn.objects.count() == 1

    def test_also_when_its_originals_are_gone_by_then(
        self, make: Any, wanted: NewCheckIn, storage_stub: StorageStub
    ) -> None:
        won: list[ReadCheckIns] = []

        def overtake() -> None:
            won.append(make(wanted, "k"))
            for bucket, path in storage_stub.objects:
                storage_stub.remove(bucket, path)

        assert make(wanted, "k", overtake).rows == won[0].rows
        with pytest.raises(UploadRefused):
            make(wanted, "another", overtake)

    def test_also_when_the_storage_is_down_by_then(
        self, make: Any, wanted: NewCheckIn, storage_stub: StorageStub
    ) -> None:
        won: list[ReadCheckIns] = []

        def overtake() -> None:
            won.append(make(wanted, "k"))
            storage_stub.fail(503)

        assert make(wanted, "k", overtake).rows == won[0].rows

    def test_a_storage_that_is_down_is_told_to_whoever_has_no_winner(
        self, make: Any, wanted: NewCheckIn, storage_stub: StorageStub
    ) -> None:
        with pytest.raises(ProviderUnavailable):
            make(wanted, "k", lambda: storage_stub.fail(503))
        assert not CheckIn.objects.exists()

    def test_a_winner_with_another_body_holds_the_key(self, make: Any, wanted: NewCheckIn) -> None:
        other = NewCheckIn(wanted.shop_id, wanted.photos, None, "another")
        with pytest.raises(IdempotencyKeyReused):
            make(wanted, "k", lambda: make(other, "k"))

    @pytest.mark.parametrize("key", [None, "k"])
    def test_photos_that_another_check_in_has_claimed_are_named(
        self, make: Any, wanted: NewCheckIn, key: str | None
    ) -> None:
        other = NewCheckIn(wanted.shop_id, wanted.photos[:1], None, "another")
        with pytest.raises(UploadNotAvailable) as refused:
            make(wanted, key, lambda: make(other, "another"))
        assert [*refused.value.errors] == ["upload_ids.0", "upload_ids.1"]
        assert CheckIn.objects.count() == 1
        assert Upload.objects.get(id=wanted.photos[1].upload_id).status == "pending", "all or none"

    def test_a_menu_that_another_check_in_has_claimed_is_named(self, make: Any, wanted: NewCheckIn) -> None:
        other = NewCheckIn(wanted.shop_id, wanted.photos[:1], wanted.menu, "another")
        with pytest.raises(UploadNotAvailable) as refused:
            make(NewCheckIn(wanted.shop_id, wanted.photos[1:], wanted.menu, ""), None, lambda: make(other, None))
        assert [*refused.value.errors] == ["menu_upload_id"]
        assert Upload.objects.get(id=wanted.photos[1].upload_id).status == "pending"

    def test_a_menu_that_has_expired_is_named(self, make: Any, wanted: NewCheckIn, owner: psycopg.Connection) -> None:
        expire = "UPDATE uploads SET expires_at = now() WHERE purpose = 'menu_photo'"
        with pytest.raises(UploadNotAvailable) as refused:
            make(wanted, None, lambda: owner.execute(expire))
        assert [*refused.value.errors] == ["menu_upload_id"]
        assert {*Upload.objects.values_list("status", flat=True)} == {"pending"}

    def test_a_cafe_that_has_closed_takes_no_check_in(
        self, make: Any, wanted: NewCheckIn, owner: psycopg.Connection
    ) -> None:
        with pytest.raises(ShopNotFound):
            make(wanted, None, lambda: owner.execute("UPDATE shops SET status = 'closed'"))

    def test_a_winner_that_is_gone_before_it_is_found_is_told(
        self, member: Principal, storage: Storage, make: Any, wanted: NewCheckIn, owner: psycopg.Connection
    ) -> None:
        entered = 0
        wanted = replace(wanted, menu=None)  # of which there may be one as well, and then that is what is in the way

        @contextmanager
        def as_member() -> Iterator[None]:
            nonlocal entered
            entered += 1
            if entered == 3:  # after the insert was refused, before the winner is looked for
                owner.execute("DELETE FROM check_ins")
            with identity.as_member(member):
                yield

        overtaken = InBetween(storage, lambda: make(wanted, "k"))
        with logged_in_as(API), pytest.raises(FirstAnswerGone):
            check_in(wanted, member=member.user_id, key="k", as_member=as_member, storage=overtaken)


def test_what_the_database_refuses_for_a_reason_of_ours_is_no_fault_of_the_members(
    member: Principal, shop: Shop, storage_stub: StorageStub, sign_token: SignToken, owner: psycopg.Connection
) -> None:
    """A missing grant, say: it must not pass for a café that is not there."""
    make_check_in(member, shop)
    photo = arrived(storage_stub, member)
    wanted = NewCheckIn(shop.id, [Photo("upload_ids.0", photo.id)], None, "")
    owner.execute("REVOKE INSERT (note) ON check_ins FROM authenticated")
    try:
        with logged_in_as(API), pytest.raises(Exception, match="permission denied"):
            check_in(
                wanted,
                member=member.user_id,
                key=None,
                as_member=lambda: identity.as_member(member),
                storage=member_storage(sign_token(member)),
            )
    finally:
        owner.execute("GRANT INSERT (note) ON check_ins TO authenticated")
