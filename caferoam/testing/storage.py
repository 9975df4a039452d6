"""Supabase for tests: the local stand-in on a free port and a temporary folder, which can be looked into and broken."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Self
from uuid import UUID

import pytest
from pytest_django.fixtures import Settings

from caferoam.api.principal import Principal
from caferoam.local.provision import API, WORKER
from caferoam.local.supabase.accounts import AccountBook, User
from caferoam.local.supabase.auth import AuthRoutes, SignAccessToken
from caferoam.local.supabase.callers import Gate, ProjectKeys, verify_with
from caferoam.local.supabase.http import Asked, Reply, Server, answer, json_reply
from caferoam.local.supabase.objects import BucketRow, ObjectStore
from caferoam.local.supabase.recovery import Recoveries
from caferoam.local.supabase.rights import DatabaseRights
from caferoam.local.supabase.standin import SupabaseStandIn
from caferoam.local.supabase.storage import StorageRoutes
from caferoam.local.tokens import SigningKey
from caferoam.providers.storage.buckets import BUCKETS
from caferoam.testing.database import database_url
from caferoam.testing.tokens import Issuer, usual_claims

KEYS = ProjectKeys(
    publishable="sb_publishable_of_the_tests_0001",
    secret="sb_secret_of_the_tests_000000001",
    signing="signs-urls-of-objects-in-tests-only",
)


@dataclass(frozen=True)
class SeenRequest:
    """A request that came. Header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, str] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


@dataclass
class _Fault:
    reply: Callable[[], Reply | None]
    times: int | None
    method: str
    path: str

    def strikes(self, asked: Asked) -> bool:
        return self.times != 0 and self.method in {"", asked.method} and self.path in asked.path


class StorageStub:
    """Storage and Auth of a project of its own, over real HTTP."""

    def __init__(self, folder: Path, issuer: Issuer) -> None:
        self.requests: list[SeenRequest] = []
        """Every request that came, in order."""
        self._faults: list[_Fault] = []
        self._store = ObjectStore(folder)
        self._rights = DatabaseRights(lambda: database_url(API))
        gate = Gate(KEYS, verify_with(issuer.private_key.public_key()))
        self.users = AccountBook(folder / "auth.json", lambda: database_url(WORKER))
        self._routes = [
            *StorageRoutes(self._store, gate=gate, rights=self._rights, keys=KEYS).routes,
            *AuthRoutes(
                self.users,
                gate=gate,
                sign=_signing_with(issuer),
                key_set={"keys": [issuer.jwk]},
                recoveries=Recoveries(folder / "mail"),
            ).routes,
        ]
        self._server = Server(self._answer)
        for bucket in BUCKETS:
            self.save_bucket(BucketRow(bucket.name, bucket.public, bucket.max_bytes, list(bucket.content_types)))

    @property
    def url(self) -> str:
        """What SUPABASE_URL must be to ask here."""
        return self._server.url

    @property
    def environment(self) -> dict[str, str]:
        """For processes that are to use it: ``live.worker(**storage_stub.environment)``."""
        return {
            "SUPABASE_URL": self.url,
            "SUPABASE_PUBLISHABLE_KEY": KEYS.publishable,
            "SUPABASE_SECRET_KEY": KEYS.secret,
        }

    @property
    def objects(self) -> dict[tuple[str, str], bytes]:
        """Everything that is stored, by bucket and path."""
        return {(bucket, found.name): found.file.read_bytes() for bucket, found in self._store.all_objects()}

    def save_bucket(self, bucket: BucketRow) -> None:
        """Make a bucket, or change one."""
        self._store.save_bucket(bucket)

    def content_type(self, bucket: str, path: str) -> str:
        """What the object was said to be."""
        found = self._store.find(bucket, path)
        assert found is not None, f"{bucket}/{path} is not there"
        return found.content_type

    def put(self, bucket: str, path: str, data: bytes, content_type: str = "image/jpeg") -> None:
        """Store an object as if somebody had, past all limits."""
        anything = BucketRow(bucket, public=False, file_size_limit=None, allowed_mime_types=None)
        self._store.put(anything, path, BytesIO(data), content_type=content_type, overwrite=True)

    def remove(self, bucket: str, path: str) -> None:
        """Let the object be gone."""
        self._store.delete(bucket, path)

    def fail(
        self,
        status: int = 503,
        *,
        retry_after: int | None = None,
        times: int | None = None,
        method: str = "",
        path: str = "",
    ) -> None:
        """Answer with this status, from now on or so many times; all requests, or those with this method and in whose
        path this occurs.
        """
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        self.reply_with(json_reply(status, {"message": "out of order"}, headers), times=times, method=method, path=path)

    def reply_with(self, reply: Reply, *, times: int | None = None, method: str = "", path: str = "") -> None:
        """Answer with exactly this."""
        self._faults.append(_Fault(lambda: reply, times, method, path))

    def slow(self, seconds: float, *, times: int | None = None, method: str = "", path: str = "") -> None:
        """Answer as ever, but only after a pause."""
        self._faults.append(_Fault(lambda: time.sleep(seconds), times, method, path))

    def meanwhile(self, do: Callable[[], object], *, times: int | None = 1, method: str = "", path: str = "") -> None:
        """Answer as ever, but only after this was done."""

        def reply() -> None:
            do()

        self._faults.append(_Fault(reply, times, method, path))

    def heal(self) -> None:
        """Answer as ever again."""
        self._faults.clear()

    def hang_up(self) -> None:
        """Close the connections that clients keep open."""
        self._server.hang_up()

    def _answer(self, asked: Asked) -> Reply:
        self.requests.append(SeenRequest(asked.method, asked.path, asked.query, asked.headers))
        for fault in list(self._faults):
            if fault.strikes(asked):
                fault.times = None if fault.times is None else fault.times - 1
                reply = fault.reply()
                if reply is not None:
                    return reply
        return answer(self._routes, asked)

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()
        self._rights.close()


def _signing_with(issuer: Issuer) -> SignAccessToken:
    def sign(user: User, session_id: str) -> str:
        member = Principal(user_id=user.id, session_id=UUID(session_id), aal="aal1", email=user.email)
        return issuer.sign(usual_claims(member))

    return sign


@pytest.fixture
def storage_stub(tmp_path: Path, settings: Settings, token_issuer: Issuer) -> Iterator[StorageStub]:
    """A Supabase of this test's own with all buckets and nothing in them; the settings point at it.

    Members ask with the tokens that ``sign_token`` and ``bearer`` sign; their rights are asked of the test's database.
    """
    with StorageStub(tmp_path / "storage", token_issuer) as stub:
        for name, value in stub.environment.items():
            setattr(settings, name, value)
        settings.SUPABASE_TIMEOUT = timedelta(seconds=30)  # many threads at once keep it waiting
        yield stub


@pytest.fixture
def standin_key() -> SigningKey:
    """The key with which the stand-in signs access tokens."""
    return SigningKey.generate()


@pytest.fixture
def standin(tmp_path: Path, standin_key: SigningKey) -> Iterator[SupabaseStandIn]:
    """The stand-in just as ``make run`` has it, with no bucket yet, on the test's database."""
    with SupabaseStandIn(
        standin_key,
        KEYS,
        folder=tmp_path / "standin",
        api_dsn=lambda: database_url(API),
        worker_dsn=lambda: database_url(WORKER),
    ) as server:
        yield server
