"""What is counted about requests that were refused."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from caferoam.api.principal import Principal
from caferoam.local.valkey import ValkeyServer
from caferoam.testing.metrics import samples
from caferoam.testing.tokens import SignToken, new_member

pytestmark = pytest.mark.urls("caferoam.api.throttling.tests.urls")

COUNTERS = ("caferoam_throttle", "caferoam_tokens_refused", "caferoam_forbidden", "caferoam_not_found")

type Bearer = Callable[[Principal], dict[str, str]]
type Counted = Callable[[], AbstractContextManager[dict[str, float]]]


@pytest.fixture
def counted(client: Client) -> Counted:
    """``with counted() as found: …`` leaves in ``found`` what was counted inside."""

    def read() -> dict[str, float]:
        text = client.get("/metrics").content.decode()
        return {name: value for name, value in samples(text).items() if name.startswith(COUNTERS)}

    @contextmanager
    def watch() -> Iterator[dict[str, float]]:
        found: dict[str, float] = {}
        before = read()
        yield found
        found |= {name: value - before.get(name, 0) for name, value in read().items() if value != before.get(name, 0)}

    return watch


@pytest.mark.slow
@pytest.mark.usefixtures("limits")
def test_throttled_requests_are_counted_by_scope(client: Client, counted: Counted, bearer: Bearer) -> None:
    member = new_member()
    with counted() as found:
        for _ in range(12):
            client.post("/in/uploads", headers=bearer(member))
        for _ in range(33):
            client.get("/mine", headers={"Authorization": "Bearer nonsense"})
        for _ in range(260):
            client.get("/free")
    assert found == {
        "caferoam_throttled_total scope=uploads": 2,
        "caferoam_throttled_total scope=failed_authentication": 3,
        "caferoam_throttled_total scope=any": 5,
        "caferoam_tokens_refused_total cause=malformed": 33,
    }


@pytest.mark.slow
def test_requests_without_a_count_are_counted_by_scope(
    client: Client, counted: Counted, bearer: Bearer, settings: Settings, tmp_path: Path
) -> None:
    with ValkeyServer(tmp_path / "valkey") as server:
        settings.REDIS_URL = server.url
    with counted() as found:
        client.post("/in/uploads", headers=bearer(new_member()))
    assert found == {f"caferoam_throttle_uncounted_total scope={scope}": 1 for scope in ("any", "member", "uploads")}


def test_refused_tokens_are_counted_by_cause(client: Client, counted: Counted, sign_token: SignToken) -> None:
    member = new_member()
    refused = [
        "Basic eA==",
        "Bearer a.b",
        f"Bearer {sign_token(member, aud='else')}",
        f"Bearer {sign_token(member, exp=1_000_000_000, iat=999_999_000)}",
        f"Bearer {sign_token(member)[:-8]}AAAAAAAA",
        f"Bearer {sign_token(member, client_id='another-app')}",
    ]
    with counted() as found:
        for authorization in refused:
            client.get("/free", headers={"Authorization": authorization})
        client.get("/mine")
    assert found == {
        **{
            f"caferoam_tokens_refused_total cause={cause}": 1
            for cause in ("authorization_header", "malformed", "aud", "expired", "signature", "client_id")
        },
        "caferoam_forbidden_total code=client_not_allowed": 1,
    }


def test_403_is_counted_by_code(client: Client, counted: Counted, sign_token: SignToken) -> None:
    guest = {"Authorization": f"Bearer {sign_token(new_member(), is_anonymous=True)}"}
    with counted() as found:
        assert client.get("/mine", headers=guest).status_code == 403
        assert client.get("/mine/", headers=guest).status_code == 403
    assert found == {"caferoam_forbidden_total code=anonymous_not_allowed": 2}


def test_404_is_counted_by_route_and_paths_that_lead_nowhere_are_not(client: Client, counted: Counted) -> None:
    with counted() as found:
        for name in ("a", "b"):
            assert client.get(f"/docs/assets/{name}").status_code == 404
        assert client.get("/no/such/path").status_code == 404
    assert found == {"caferoam_not_found_total route=/docs/assets/{name}": 2}
