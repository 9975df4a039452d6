"""Members who check in."""

import json
from collections.abc import Callable
from typing import Any, Protocol

import pytest

from caferoam.api.principal import Principal
from caferoam.testing.database import ApiClient
from caferoam.testing.storage import StorageStub
from shops.models import Shop
from shops.tests.making import make_shop

type Bearer = Callable[[Principal], dict[str, str]]


class Post(Protocol):
    """Sends a body to POST /checkins as ``member``, with an Idempotency-Key if one is given. Gives the test client's
    response, for which there is no type that knows ``json()``.
    """

    def __call__(self, body: object, *, key: str | None = None, by: Principal | None = None) -> Any: ...


@pytest.fixture
def shop(transactional_db: None) -> Shop:
    """A live café."""
    return make_shop("學校咖啡館 Ecole Cafe", city="台北市", district="大安區")


@pytest.fixture
def post(api: ApiClient, bearer: Bearer, member: Principal, storage_stub: StorageStub) -> Post:
    def send(body: Any, *, key: str | None = None, by: Principal | None = None) -> Any:
        headers = bearer(by or member) | ({} if key is None else {"Idempotency-Key": key})
        return api.post("/checkins", json.dumps(body), content_type="application/json", headers=headers)

    return send


@pytest.fixture
def get(api: ApiClient, bearer: Bearer, member: Principal, storage_stub: StorageStub) -> Any:
    """Asks as ``member``, or ``by`` another: ``get("/checkins", limit=3)``."""

    def ask(path: str, *, by: Principal | None = None, **params: str | int) -> Any:
        return api.get(path, params, headers=bearer(by or member))

    return ask
