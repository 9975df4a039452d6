"""Everything but LISTEN through PgBouncer in transaction mode."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from caferoam.local import ports
from caferoam.local.files import write_private
from caferoam.local.identity import server_identity
from caferoam.local.process import becomes_ready, kill_group, last_lines, launch_command
from caferoam.local.programs import answers_http
from caferoam.local.provision import API, DATABASE, WORKER
from tests.faults.clocks import AFTER_A_LOSS_S
from tests.faults.experiment import Failed, Skipped, Verdict, experiment
from tests.faults.servers import Servers, steady_port
from tests.faults.stage import Stage, require

SERVER_SESSIONS = 4


@experiment
def pooled_in_transaction_mode(stage: Stage) -> Verdict:
    """Two relays, two workers, beat and the API share four sessions of Postgres for each login through PgBouncer in
    transaction mode; only LISTEN goes there directly. A worker is killed on the way.

    Passes if all jobs have ended a lease and 20 s later with their effect there once, the relays listen, and the API
    answers well all the while.
    """
    with _pooler(stage.servers, stage.folder / "pgbouncer") as port:
        direct = stage.servers.dsn(WORKER)
        stage.environment |= {"DATABASE_URL": stage.servers.dsn(WORKER, port=port), "LISTEN_DATABASE_URL": direct}
        stage.cast(relays=2, workers=1)
        victim = stage.worker()
        stage.ready(victim, stage.beat())
        api_port = steady_port()
        stage.api(port=api_port, DATABASE_URL=stage.servers.dsn(API, port=port))
        urls = [f"http://{ports.HOST}:{api_port}/{path}" for path in ("shops", "taxonomy")]
        stage.until(lambda: answers_http(urls[0]), 30, "the API gets ready")
        jobs = [*stage.enqueue(300, ms=20), *stage.enqueue(70, "faults_batch", bad=False, wait=False)]
        stage.until_more_ended(jobs, 100)
        victim.kill()
        stage.fault()
        while stage.ended(jobs) < len(jobs) and stage.since_fault_s < AFTER_A_LOSS_S:
            require(all(answers_http(url) for url in urls), "the API does not answer well")
        recovered_s = stage.until_ended(jobs, AFTER_A_LOSS_S)
        listening = stage.servers.sessions(saying="LISTEN")
        require(len(listening) == 2, f"these listen: {listening}")
        late = stage.enqueue(20)
        stage.fault()
        stage.until_ended(late, 10)
    return stage.verdict([*jobs, *late], recovered_s=recovered_s, most_extra_starts=66, most_burned=66)


@experiment
def listening_through_a_pooler(stage: Stage) -> Verdict:
    """The one mistake: LISTEN_DATABASE_URL leads through the pooler too, where no notification arrives.

    Passes if the relay says so, and jobs start by polling.
    """
    with _pooler(stage.servers, stage.folder / "pgbouncer") as port:
        stage.environment |= {"DATABASE_URL": stage.servers.dsn(WORKER, port=port)}
        stage.worker()
        relay = stage.relay()
        stage.ready()
        stage.until(lambda: "without a pooler" in relay.output(), 15, "the relay says what is wrong")
        stage.fault()
        jobs = stage.enqueue(20)
        recovered_s = stage.until_ended(jobs, 10)
    return stage.verdict(jobs, recovered_s=recovered_s)


@contextmanager
def _pooler(servers: Servers, home: Path) -> Iterator[int]:
    """PgBouncer before the servers' Postgres; its port."""
    program = shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
    if program is None:
        raise Skipped("pgbouncer is not here (Debian has it in the package pgbouncer)")
    home.mkdir(mode=0o711)
    port = steady_port()
    logins = "".join(f'"{login}" "{servers.password(login)}"\n' for login in (API, WORKER))
    write_private(home / "users.txt", logins)
    settings = {
        "listen_addr": ports.HOST,
        "listen_port": port,
        "unix_socket_dir": "",
        "auth_type": "scram-sha-256",
        "auth_file": home / "users.txt",
        "pool_mode": "transaction",
        "default_pool_size": SERVER_SESSIONS,
        "max_client_conn": 200,
        "logfile": home / "pgbouncer.log",
    }
    lines = [
        "[databases]",
        f"{DATABASE} = host={ports.HOST} port={servers.postgres.port}",
        "[pgbouncer]",
        *(f"{name} = {value}" for name, value in settings.items()),
    ]
    write_private(home / "pgbouncer.ini", "\n".join(lines) + "\n")
    identity = server_identity()  # like Postgres, it refuses to run as root
    identity.give(home, home / "users.txt", home / "pgbouncer.ini")
    command = launch_command([program, "-q", home / "pgbouncer.ini"], identity=identity.launch)
    with (home / "output.log").open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)
    try:
        if not becomes_ready(process, lambda: _answers(servers.dsn(WORKER, port=port)), 10):
            raise Failed(f"pgbouncer did not start: {last_lines(home / 'output.log')}")
        yield port
    finally:
        kill_group(process)


def _answers(dsn: str) -> bool:
    try:
        psycopg.connect(dsn, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True
