"""Signing in as a member, for as long as the checks take."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx

from caferoam.smoke.asking import TIMEOUT_S, SmokeError


@contextmanager
def signed_in(supabase_url: str, key: str, email: str, password: str) -> Iterator[str]:
    """The access token of a session with Supabase Auth, which ends with the block. ``key`` is the publishable one.

    Raises:
        SmokeError: there is none.
    """
    with httpx.Client(
        base_url=f"{supabase_url.rstrip('/')}/auth/v1", headers={"apikey": key}, timeout=TIMEOUT_S
    ) as client:
        try:
            answer = client.post(
                "/token", params={"grant_type": "password"}, json={"email": email, "password": password}
            )
            answer.raise_for_status()
            token = str(answer.json()["access_token"])
        except httpx.HTTPStatusError as exc:
            raise SmokeError(f"Supabase Auth does not sign this member in: {exc.response.status_code}") from exc
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as exc:
            raise SmokeError(f"Supabase Auth gives no token: {type(exc).__name__}") from exc
        try:
            yield token
        finally:
            with suppress(httpx.HTTPError):  # the token ends by itself within the hour, and nobody else has seen it
                client.post("/logout", params={"scope": "local"}, headers={"Authorization": f"Bearer {token}"})
