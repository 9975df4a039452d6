"""Two members on the same few connections, in turns, while requests fail between theirs: never each other's data.

Against the API as a process of its own. Its threads keep their connections, so that what one request leaves behind is
what the next one finds; a second run puts PgBouncer in between, where even the transactions of one thread take turns on
fewer sessions still.
"""

import http.client
import json
import random
import socket
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
from psycopg.conninfo import conninfo_to_dict

from caferoam.local.provision import API
from caferoam.testing.database import database_url
from caferoam.testing.tokens import JwksServer, SignToken
from tests.identity.belongings import Belongings
from tests.identity.world import World
from tests.pgbouncer import Absent, pgbouncer
from tests.serving import serving

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

SEED: Final = 20261123
CLIENTS: Final = 6
REQUESTS: Final = 100
"""Of each client."""
OWN: Final = ("/unscoped", "/profile", "/lists", "/checkins", "/stamps", "/profile/export")
FAILING: Final = {
    "/fails/raises": 500,
    "/fails/statement": 500,
    "/fails/forbidden": 500,
    "/fails/timeout": 503,
    "/fails/connection": 503,
}


@dataclass(frozen=True)
class Someone:
    """A caller, or nobody, with what must and must not be in their answers."""

    name: str
    token: str | None
    own: frozenset[str]
    foreign: frozenset[str]


class Client:
    """Sends one request after another over a connection that is kept where that is possible."""

    def __init__(self, address: str, seed: int) -> None:
        self._host = urlsplit(address).netloc
        self._connection = http.client.HTTPConnection(self._host, timeout=30)
        self._random = random.Random(seed)  # noqa: S311 - no secret: the same order in every run
        self.sent: Counter[str] = Counter()

    def go_on(self, callers: list[Someone]) -> list[str]:
        """What was wrong."""
        wrong: list[str] = []
        for _ in range(REQUESTS):
            caller = self._random.choice(callers)
            if caller.token is None:
                wrong += self._nobody(caller)
                continue
            kind = self._random.choices(["own", "fails", "hangs_up"], [6, 3, 1])[0]
            self.sent[kind] += 1
            match kind:
                case "own":
                    wrong += self._own(caller, self._random.choice(OWN))
                case "fails":
                    wrong += self._fails(caller, self._random.choice(list(FAILING)))
                case _:
                    self._hang_up(caller)
        self._connection.close()
        return wrong

    def _nobody(self, caller: Someone) -> Iterator[str]:
        self.sent["nobody"] += 1
        status, text = self._ask("/role", caller)
        if status != 200 or json.loads(text) != {"login": "caferoam_api", "role": "anon", "claims": ""}:
            yield f"nobody was answered as {text}"

    def _own(self, caller: Someone, path: str) -> Iterator[str]:
        status, text = self._ask(path, caller)
        if status != 200:
            yield f"{caller.name} got {status} from {path}: {text}"
        if not any(trace in text for trace in caller.own):
            yield f"{caller.name} found nothing of theirs in {path}: {text}"
        yield from self._leaks(caller, path, text)

    def _fails(self, caller: Someone, path: str) -> Iterator[str]:
        status, text = self._ask(path, caller)
        if status != FAILING[path]:
            yield f"{caller.name} got {status} from {path}: {text}"
        yield from self._leaks(caller, path, text)

    def _leaks(self, caller: Someone, path: str, text: str) -> Iterator[str]:
        for trace in caller.foreign:
            if trace in text:
                yield f"{caller.name} was told {trace} by {path}: {text}"

    def _ask(self, path: str, caller: Someone) -> tuple[int, str]:
        headers = {"Authorization": f"Bearer {caller.token}"} if caller.token else {}
        self._connection.request("GET", path, headers=headers)
        with self._connection.getresponse() as answer:
            return answer.status, answer.read().decode()

    def _hang_up(self, caller: Someone) -> None:
        """Ask for something slow and be gone before it answers."""
        host, _, port = self._host.partition(":")
        with socket.create_connection((host, int(port)), timeout=30) as gone:
            request = f"GET /fails/slow HTTP/1.1\r\nHost: {self._host}\r\nAuthorization: Bearer {caller.token}\r\n\r\n"
            gone.sendall(request.encode())


@pytest.fixture
def callers(hers: Belongings, his: Belongings, sign_token: SignToken) -> list[Someone]:
    return [
        Someone("she", sign_token(hers.member), hers.traces, his.traces),
        Someone("he", sign_token(his.member), his.traces, hers.traces),
        Someone("nobody", None, frozenset(), hers.traces | his.traces),
    ]


def test_members_on_the_same_connections_never_see_each_other(
    world: World, callers: list[Someone], token_server: JwksServer, tmp_path: Path
) -> None:
    with serving(
        tmp_path, storage=world.storage, keys=token_server, settings_module="tests.identity.faulty.settings"
    ) as address:
        talk(address, callers)


def test_nor_do_they_where_a_pooler_hands_sessions_from_one_to_the_other(
    world: World, callers: list[Someone], token_server: JwksServer, tmp_path: Path
) -> None:
    direct = conninfo_to_dict(database_url(API))
    try:
        with (
            pgbouncer(
                tmp_path / "pgbouncer",
                postgres_port=int(str(direct["port"])),
                database=str(direct["dbname"]),
                passwords={API: str(direct["password"])},
                sessions=2,
            ) as port,
            serving(
                tmp_path,
                storage=world.storage,
                keys=token_server,
                settings_module="tests.identity.faulty.settings",
                DATABASE_URL=database_url(API).replace(f":{direct['port']}/", f":{port}/"),
            ) as address,
        ):
            talk(address, callers)
    except Absent as exc:
        pytest.skip(str(exc))


def talk(address: str, callers: list[Someone]) -> None:
    clients = [Client(address, SEED + number) for number in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        wrong = [fault for faults in pool.map(lambda client: client.go_on(callers), clients) for fault in faults]
    assert wrong == []
    sent = sum((client.sent for client in clients), Counter[str]())
    assert sent.total() == CLIENTS * REQUESTS
    assert min(sent[kind] for kind in ("own", "fails", "hangs_up", "nobody")) >= 20, sent
