"""Links that let in who forgot the password, and that let in nobody else."""

import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import httpx
import pytest

from caferoam.local.supabase import recovery
from caferoam.local.supabase.recovery import Recoveries, WrongVerifier
from caferoam.local.supabase.standin import SupabaseStandIn
from caferoam.testing.storage import KEYS

USER = uuid4()
HERE = "http://127.0.0.1:3000/auth/confirm"


@pytest.fixture
def recoveries(tmp_path: Path) -> Recoveries:
    return Recoveries(tmp_path / "mail")


def link_token(recoveries: Recoveries, folder: Path, *, challenge: str = "secret", method: str = "plain") -> str:
    recoveries.send_link(USER, "a@caferoam.test", verify_url="http://v", challenge=challenge, method=method, to=HERE)
    newest = max((folder / "mail").glob("*.eml"))
    [link] = [line for line in newest.read_text().splitlines() if line.startswith("http://v?")]
    return parse_qs(urlsplit(link).query)["token"][0]


def code_behind(recoveries: Recoveries, token: str) -> str:
    onwards = recoveries.follow(token)
    assert onwards is not None
    assert onwards.startswith(HERE)
    return parse_qs(urlsplit(onwards).query)["code"][0]


def test_the_one_who_asked_gets_in_once(recoveries: Recoveries, tmp_path: Path) -> None:
    token = link_token(recoveries, tmp_path)
    code = code_behind(recoveries, token)
    assert recoveries.exchange(code, "secret") == USER
    assert recoveries.exchange(code, "secret") is None
    assert recoveries.follow(token) is None


def test_who_reads_the_mail_without_having_asked_does_not_get_in(recoveries: Recoveries, tmp_path: Path) -> None:
    code = code_behind(recoveries, link_token(recoveries, tmp_path))
    with pytest.raises(WrongVerifier):
        recoveries.exchange(code, "guess")
    assert recoveries.exchange(code, "secret") is None, "a code is tried once"


def test_the_challenge_is_the_hash_of_rfc_7636(recoveries: Recoveries, tmp_path: Path) -> None:
    # Appendix B of the RFC.
    challenge, verifier = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    token = link_token(recoveries, tmp_path, challenge=challenge, method="s256")
    assert recoveries.exchange(code_behind(recoveries, token), verifier) == USER


def test_links_and_codes_have_their_time(
    recoveries: Recoveries, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, other = link_token(recoveries, tmp_path), link_token(recoveries, tmp_path)
    code = code_behind(recoveries, other)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + recovery.CODE_TTL.total_seconds() + 1)
    assert recoveries.exchange(code, "secret") is None
    monkeypatch.setattr(time, "time", lambda: now + recovery.LINK_TTL.total_seconds() + 1)
    assert recoveries.follow(token) is None


@pytest.mark.parametrize("to", ["https://evil.example/", "http://127.0.0.1.evil.example/", ""])
def test_no_link_leads_away_from_this_machine(standin: SupabaseStandIn, to: str) -> None:
    asked = httpx.post(
        f"{standin.url}/auth/v1/recover",
        params={"redirect_to": to},
        headers={"apikey": KEYS.publishable},
        json={"email": "a@caferoam.test", "code_challenge": "x", "code_challenge_method": "s256"},
    )
    assert (asked.status_code, asked.json()["error_code"]) == (400, "validation_failed")
    followed = httpx.get(f"{standin.url}/auth/v1/verify", params={"token": "none", "redirect_to": to})
    assert (followed.status_code, followed.json()["error_code"]) == (403, "otp_expired")
