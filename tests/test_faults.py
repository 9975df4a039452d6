"""The quickest and most telling of the fault experiments. ``make faults`` plays them all."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.catalogue import catalogue
from tests.faults.servers import Servers
from tests.faults.stage import Stage

pytestmark = pytest.mark.slow

SELECTION = (
    "answer-to-commit-lost",
    "session-ended-inside-the-completing-transaction",
    "messages-delivered-three-times",
    "late-and-stale-messages",
    "worker-frozen-and-overtaken",
    "poison-payloads",
    "rolled-back",
)


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    """Of their own, because they are broken."""
    # Not pytest's folder, which Postgres may not enter as another user.
    home = Path(tempfile.mkdtemp(prefix="caferoam-faults-"))
    home.chmod(0o711)
    with Servers(home) as servers:
        yield servers
    shutil.rmtree(home)


@pytest.mark.parametrize("name", SELECTION)
def test_every_job_ends_once(name: str, servers: Servers, tmp_path: Path) -> None:
    with Stage(servers, tmp_path) as stage:
        catalogue[name].play(stage)
