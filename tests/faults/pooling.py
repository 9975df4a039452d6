"""Everything but LISTEN through PgBouncer in transaction mode."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from caferoam.local import ports
from caferoam.local.programs import answers_http
from caferoam.local.provision import API, DATABASE, WORKER
from tests.faults.clocks import AFTER_A_LOSS_S
from tests.faults.experiment import Skipped, Verdict, experiment
from tests.faults.servers import Servers, steady_port
from tests.faults.stage import Stage, require
from tests.pgbouncer import Absent, pgbouncer

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
    passwords = {login: servers.password(login) for login in (API, WORKER)}
    try:
        with pgbouncer(
            home,
            postgres_port=servers.postgres.port,
            database=DATABASE,
            passwords=passwords,
            sessions=SERVER_SESSIONS,
        ) as port:
            yield port
    except Absent as exc:
        raise Skipped(str(exc)) from exc
