"""A proxy that passes a body on as it comes says no length: it is read all the same, and no longer one than others."""

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from caferoam.api.middleware import BODY_MAX_BYTES
from caferoam.api.principal import Principal
from caferoam.testing.live import Live
from caferoam.testing.tokens import AUDIENCE, ISSUER, JwksServer, SignToken

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def api_url(tmp_path: Path, token_server: JwksServer) -> Iterator[str]:
    """A real API."""
    live = Live(tmp_path, settings_module="caferoam.settings")
    try:
        yield live.api(SUPABASE_JWKS_URL=token_server.url, SUPABASE_JWT_ISSUER=ISSUER, SUPABASE_JWT_AUDIENCE=AUDIENCE)
    finally:
        live.stop()


def test_a_body_in_chunks_is_read(api_url: str, member: Principal, sign_token: SignToken) -> None:
    address = urlsplit(api_url)

    def patch(*chunks: bytes) -> tuple[int, dict[str, object]]:
        web = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
        headers = {"Authorization": f"Bearer {sign_token(member)}", "Content-Type": "application/json"}
        web.request("PATCH", "/profile", iter(chunks), headers, encode_chunked=True)
        response = web.getresponse()
        answer: dict[str, object] = json.loads(response.read())
        web.close()
        return response.status, answer

    status, answer = patch(b'{"display_', b'name": "', "阿明".encode(), b'"}')
    assert (status, answer["display_name"]) == (200, "阿明")
    assert patch()[1]["code"] == "invalid_request"
    assert patch(b'{"display_name": "', b"x" * (BODY_MAX_BYTES - 20), b'"}')[0] == 400
    assert patch(*[b" " * 65_536] * 16, b"{}")[1]["code"] == "body_too_large"
