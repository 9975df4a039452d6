"""The stand-in, asked by the unmodified @supabase/supabase-js."""

import email
import json
import re
import shutil
import subprocess
import time
from email.policy import default
from pathlib import Path
from uuid import UUID

import httpx
import psycopg
import pytest

from caferoam.local.members import consent
from caferoam.local.stack import CHECKOUT
from caferoam.local.supabase.standin import SupabaseStandIn
from caferoam.testing.storage import KEYS

SCRIPT = Path(__file__).with_name("supabase_client.mjs")
BUCKET = "checkin-photos"
HEADERS = {"apikey": KEYS.secret, "Authorization": f"Bearer {KEYS.secret}"}
ASKED_BY_BROWSERS = "apikey,authorization,content-type,x-client-info,x-supabase-api-version,x-upsert"

without_node = not shutil.which("node") or not (CHECKOUT / "node_modules" / "@supabase" / "supabase-js").exists()


def upload_ticket(standin: SupabaseStandIn, user_id: str) -> dict[str, str]:
    """What a server gives a member: leave for one upload."""
    storage = f"{standin.url}/storage/v1"
    httpx.post(f"{storage}/bucket", headers=HEADERS, json={"id": BUCKET, "public": False}).raise_for_status()
    path = f"{user_id}/photo"
    answer = httpx.post(f"{storage}/object/upload/sign/{BUCKET}/{path}", headers=HEADERS).raise_for_status()
    return {"bucket": BUCKET, "path": path, "token": answer.json()["token"]}


def mailed_link(folder: Path) -> str:
    [file] = folder.glob("password-*.eml")
    body = str(email.message_from_bytes(file.read_bytes(), policy=default).get_content())
    [link] = re.findall(r"http://\S+", body)
    return str(link)


@pytest.mark.slow
@pytest.mark.skipif(without_node, reason="needs Node.js and what package-lock.json pins")
@pytest.mark.django_db(transaction=True)
def test_a_member_signs_up_stays_signed_in_uploads_forgets_the_password_and_comes_back(
    standin: SupabaseStandIn, tmp_path: Path, owner: psycopg.Connection
) -> None:
    address = f"{time.time_ns()}@caferoam.test"  # nobody else's: users outlive a test
    with subprocess.Popen(
        ["node", str(SCRIPT), standin.url, KEYS.publishable, address],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as client:
        assert client.stdin
        assert client.stdout
        assert client.stderr
        said: dict[str, object] = {}
        for line in client.stdout:
            said = json.loads(line)
            if said.get("need") == "upload":
                with owner.cursor() as cursor:
                    consent(cursor, UUID(str(said["userId"])), weekly_email=False)
                print(json.dumps(upload_ticket(standin, str(said["userId"]))), file=client.stdin)
            elif said.get("need") == "mail":
                print(json.dumps({"link": mailed_link(tmp_path / "standin" / "mail")}), file=client.stdin)
        assert client.wait(120) == 0, client.stderr.read()
    assert said["seen"] == {
        "signedUpWithSession": True,
        "again": "user_already_exists",
        "weak": "weak_password",
        "wrong": "invalid_credentials",
        "renewed": True,
        "user": address,
        "claims": True,
        "metadata": {"name": "小安", "language": "en"},
        "twice": "409",
        "photo": [200, "image/jpeg", 4],
        "strangers": "Object not found",
        "same": "same_password",
        "signedOut": True,
        "old": "invalid_credentials",
        "onwards": ["http://127.0.0.1:3000", "/auth/confirm", "/profile"],
        "late": "otp_expired",
    }


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/auth/v1/signup"),
        ("POST", "/auth/v1/token?grant_type=refresh_token"),
        ("GET", "/auth/v1/user"),
        ("PUT", "/auth/v1/user"),
        ("POST", "/auth/v1/logout?scope=local"),
        ("PUT", "/storage/v1/object/upload/sign/checkin-photos/a/b?token=t"),
    ],
)
def test_a_browser_may_ask_from_the_web_app_s_origin(standin: SupabaseStandIn, method: str, path: str) -> None:
    origin = {"Origin": "http://127.0.0.1:3000"}
    wish = {"Access-Control-Request-Method": method, "Access-Control-Request-Headers": ASKED_BY_BROWSERS}
    preflight = httpx.options(f"{standin.url}{path}", headers=origin | wish)
    assert preflight.is_success
    assert preflight.headers["access-control-allow-origin"] in {"*", origin["Origin"]}
    assert method in re.split(r",\s*", preflight.headers["access-control-allow-methods"])
    allowed = set(re.split(r",\s*", preflight.headers["access-control-allow-headers"].lower()))
    assert set(ASKED_BY_BROWSERS.split(",")) <= allowed
    answer = httpx.request(method, f"{standin.url}{path}", headers=origin)
    assert answer.status_code >= 400, "it has no key"
    assert answer.headers["access-control-allow-origin"] in {"*", origin["Origin"]}
