"""The API keeps what its description promises: schemathesis asks every route of the running stack, as a member.

All its checks, with what the description allows and with what it does not. ``make fuzz`` asks more, and other things
each time.
"""

import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Template
from typing import Final
from uuid import UUID

import httpx
import pytest
import redis
from django.conf import settings

from caferoam.api.schema import document
from caferoam.testing.live import Live
from caferoam.testing.members import join
from caferoam.testing.metrics import samples
from caferoam.testing.tokens import JwksServer, SignToken, new_member
from tests.identity.belongings import Belongings, add_upload
from tests.identity.world import World
from tests.serving import serving

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

HERE: Final = Path(__file__).parent
CASES: Final = os.environ.get("CAFEROAM_FUZZ_CASES", "")
"""For each operation, at most; empty for the few of a test run, which are the same every time."""
VERBS: Final = {"get", "put", "post", "patch", "delete"}


@pytest.fixture
def address(world: World, token_server: JwksServer, tmp_path: Path) -> Iterator[str]:
    """The whole stack, with a worker that does what the requests bring about."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()
    live = Live(tmp_path, settings_module="caferoam.settings")
    try:
        for start in (live.relay, live.worker, live.beat):
            start(**world.storage.environment)
        with serving(tmp_path, storage=world.storage, keys=token_server) as address:
            yield address
    finally:
        live.stop()


def configuration(hers: Belongings, his: Belongings, photos: list[UUID], tokens: Mapping[str, str]) -> str:
    """``promises.toml`` for these members."""
    return Template((HERE / "promises.toml").read_text()).substitute(
        {
            **tokens,
            "hooks": HERE / "promises.py",
            "cases": CASES or 20,
            "seed": random.randrange(2**32) if CASES else 20261123,  # noqa: S311 - no secret
            "deterministic": "false" if CASES else "true",
            "visited": hers.cafes.visited,
            "listed": hers.cafes.listed,
            "draft": hers.cafes.draft,
            "her_list": hers.list,
            "his_list": his.list,
            "her_check_in": hers.check_in,
            "his_check_in": his.check_in,
            "her_photo": hers.photo,
            "her_avatar": hers.avatar,
            "his_photo": his.photo,
            "photos": json.dumps([str(photo) for photo in photos]),
        }
    )


def asked(address: str) -> str:
    """How often each route was asked, and how it answered."""
    counts: dict[str, dict[str, int]] = {}
    for name, value in samples(httpx.get(f"{address}/metrics", timeout=30).text).items():
        if found := re.fullmatch(r"caferoam_http_requests_total method=(\w+) route=(\S+) status=(\w+)", name):
            method, route, status = found.groups()
            counts.setdefault(f"{method:7}{route}", {})[status] = int(value)
    return "".join(f"{sum(told.values()):6}  {route:50} {told}\n" for route, told in sorted(counts.items()))


def test_every_route_answers_as_described_whatever_it_is_asked(
    world: World, address: str, sign_token: SignToken, tmp_path: Path
) -> None:
    hers, his, leaver, gone = (world.settle() for _ in range(4))
    world.owner.execute("INSERT INTO account_deletions (user_id) VALUES (%s)", [gone.member.user_id])
    tokens = {name: sign_token(of.member) for name, of in {"member": hers, "leaver": leaver, "gone": gone}.items()}
    newcomer = join(new_member(), consenting=False)
    photos = [add_upload(world.owner, hers.member.user_id, "checkin_photo", world.storage.put) for _ in range(15)]
    configured = tmp_path / "schemathesis.toml"
    configured.write_text(configuration(hers, his, photos, {**tokens, "newcomer": sign_token(newcomer)}))
    phases = "examples,coverage,fuzzing,stateful" if CASES else "examples,coverage,fuzzing"
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(configured), "run", f"{address}/schema"),
        *("--url", address, "--checks", "all", "--phases", phases, "--workers", "2", "--no-color"),
        *("--report", "json", "--report-json-path", str(tmp_path / "report.json")),
    ]
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    told = "\n".join(line[:500] for line in (run.stdout + run.stderr).splitlines())
    sys.stdout.write(f"{told}\n{asked(address)}")
    operations = sum(len(VERBS & methods.keys()) for methods in document()["paths"].values())
    assert run.returncode == 0, told
    assert f"Selected: {operations}/{operations}" in told
    assert f"Tested: {operations}" in told
