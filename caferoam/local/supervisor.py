"""``make run``: start everything in order, watch over it, stop all of it.

One rule for failures: when any part cannot start, or ends later, everything is stopped and one line says which part it
was and what to do. A half-running stack would only mislead. All processes are started and watched from the main thread.
"""

import errno
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import IO, Final

import psycopg

from caferoam.local.child import Child
from caferoam.local.console import Console
from caferoam.local.errors import LocalStackError
from caferoam.local.files import clear_folder, write_private_json
from caferoam.local.members import consent, find_or_make_user
from caferoam.local.ports import HOST
from caferoam.local.process import last_lines, wait_until
from caferoam.local.programs import JOBS_FINISH_WITHIN_S, Program, programs
from caferoam.local.public_port import ADMIN, API, WEB, PublicPort
from caferoam.local.screen import EXAMPLE_MEMBER, summary
from caferoam.local.servers import Servers
from caferoam.local.stack import OF_OTHER_STACKS, LocalFiles, Stack, read_json, try_lock
from caferoam.local.tokens import sign_token
from caferoam.local.web.program import WebApp

_ROOM_TO_START_MB: Final = 300
_ROOM_TO_GO_ON_MB: Final = 30  # better to stop in good order than to have PostgreSQL run into the wall
_READY_PATIENCE_S: Final = 120.0
_END_AT_ONCE_S: Final = 4.0
_POLL_S: Final = 0.05
_WATCH_S: Final = 0.2


class StopRequested(Exception):
    """Somebody wants the stack to end: Ctrl-C, SIGTERM, or the terminal was closed."""


class Supervisor:
    """One run of the stack, from the lock to the last process stopped."""

    def __init__(self, files: LocalFiles, environment: Mapping[str, str], console: Console) -> None:
        self._files = files
        self._environment = environment
        self._console = console
        self._stop_signals = 0
        self._lock: IO[bytes] | None = None
        self._ports: list[PublicPort] = []
        self._servers: Servers | None = None
        self._children: list[Child] = []
        self._web: WebApp | None = None

    def run(self) -> int:
        """Run until somebody ends it; the exit code says whether that went as it should."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup means it
                signal.signal(number, self._on_stop_signal)
        failure = ""
        try:
            self._start()
            while True:
                self._pause(_WATCH_S)
                self._require_room(_ROOM_TO_GO_ON_MB)
        except StopRequested:
            pass
        except (LocalStackError, psycopg.Error, OSError) as exc:
            failure = self._explain(exc)
        finally:
            self._stop()
        if failure:  # said last, where nothing scrolls it away
            self._console.text(f"make run: {failure}")
        return 1 if failure else 0

    def _start(self) -> None:
        if self._environment.get("CAFEROAM_ENV", "local") != "local":
            raise LocalStackError("this starts a laptop's stack, but CAFEROAM_ENV says otherwise: unset it")
        self._files.make()
        self._take_lock()
        self._require_room(_ROOM_TO_START_MB)
        app = self._web = WebApp(self._environment)
        for choice in (API, ADMIN, WEB) if app.is_wanted else (API, ADMIN):
            self._ports.append(PublicPort(choice, self._environment))
            if self._ports[-1].said:
                self._say(self._ports[-1].said)
        api, admin, *web = self._ports
        if web and not self._build_web(app):
            web.pop().release()
        self._servers = servers = Servers(self._files)
        # Where no web app runs, the API answers under a café's address as well, if only in JSON.
        web_url = self._environment.get("CAFEROAM_WEB_URL") or (web or [api])[0].url
        stack = servers.start(api_url=api.url, web_url=web_url)
        self._say(f"PostgreSQL {servers.postgres.version}, Valkey and the stand-in for Supabase are up")
        self._prepare_database(servers, stack)
        started = programs(
            api_port=api.number,
            admin_port=admin.number,
            metrics_port=servers.metrics_port,
            redis_url=servers.valkey.url,
        )
        if web:
            started.append(app.program(port=web[0].number, api_url=api.url, common=stack.common))
        self._start_programs(started, stack)
        addresses = {"web": web[0].url} if web else {}
        self._publish(servers, stack, addresses | {"api": api.url, "admin": admin.url}, why_no_web=app.why_not)

    def _take_lock(self) -> None:
        def taken() -> bool:
            self._lock = try_lock(self._files.lock)
            return self._lock is not None

        if not wait_until(taken, 1.0):  # manage.py commands touch the lock for a moment, to see whether a stack runs
            address = read_json(self._files.run).get("api", "still starting")
            raise LocalStackError(f"already running in this checkout ({address}): stop that one first")
        self._withdraw()  # what a killed supervisor left

    def _start_programs(self, started: Sequence[Program], stack: Stack) -> None:
        """Start them all at once and wait until every one really works."""
        clear_folder(self._files.metrics)  # what processes of another run have counted
        waiting: dict[str, Callable[[], bool]] = {}
        for program in started:
            self._children.append(self._spawn(program, stack))
            waiting[program.name] = program.is_ready
        deadline = time.monotonic() + _READY_PATIENCE_S
        while waiting:
            self._pause(_POLL_S)
            waiting = {name: is_ready for name, is_ready in waiting.items() if not is_ready()}
            if time.monotonic() > deadline:
                names = ", ".join(waiting)
                raise LocalStackError(f"{names} did not get ready in {_READY_PATIENCE_S:.0f} s: see {self._files.logs}")

    def _publish(self, servers: Servers, stack: Stack, urls: Mapping[str, str], *, why_no_web: str) -> None:
        """Let others find the stack, and show the screen."""
        with psycopg.connect(stack.database_urls["worker"]) as connection, connection.cursor() as cursor:
            member = find_or_make_user(cursor, EXAMPLE_MEMBER)
            consent(cursor, member, weekly_email=True)  # so that the weekly email has a reader
        issuer = f"{servers.standin.url}/auth/v1"
        token = sign_token(servers.signing_key, issuer=issuer, user_id=member, email=EXAMPLE_MEMBER)
        stack.publish(self._files.stack)
        addresses = {**urls, "metrics": f"http://{HOST}:{servers.metrics_port}/metrics"}
        supabase = {"supabase": servers.standin.url, "supabase_publishable_key": servers.publishable_key}
        write_private_json(self._files.run, {**addresses, **supabase, "pid": os.getpid()})
        self._console.text(
            summary(
                web=urls.get("web") or why_no_web,
                api_url=urls["api"],
                admin_url=urls["admin"],
                metrics_port=servers.metrics_port,
                admin_password=servers.admin_password,
                postgres_port=servers.postgres.port,
                valkey_port=servers.valkey.port,
                standin_url=servers.standin.url,
                logs=self._files.logs,
                token=token,
            )
        )

    def _prepare_database(self, servers: Servers, stack: Stack) -> None:
        arguments = (sys.executable, "manage.py", "prepare_stack")
        command = Program("prepare", "owner", arguments, is_ready=lambda: True, grace_s=6, with_secret_key=True)
        child = self._run_to_end(command, stack)
        if child.exit_code != 0:
            tail, log_file = child.last_lines(), child.log_file
            raise LocalStackError(_died("the preparation of the database", child.exit_code, tail, log_file))
        servers.make_logins(stack.database_urls["owner"])

    def _build_web(self, web: WebApp) -> bool:
        """Whether there is a web app to start."""
        child = self._run_to_end(web.build_program(), None)
        if child.exit_code == 0:
            web.take_build()
            return True
        if web.is_required:
            tail, log_file = child.last_lines(), child.log_file
            raise LocalStackError(_died("the build of the web app", child.exit_code, tail, log_file))
        web.why_not = f"its build failed: see {os.path.relpath(child.log_file)}"
        return False

    def _run_to_end(self, program: Program, stack: Stack | None) -> Child:
        child = self._spawn(program, stack)
        self._children.append(child)
        while child.exit_code is None:
            self._pause(_POLL_S, ending=child)
        self._children.remove(child)
        child.kill_rest()
        return child

    def _spawn(self, program: Program, stack: Stack | None) -> Child:
        inherited = {name: value for name, value in self._environment.items() if not name.startswith(OF_OTHER_STACKS)}
        # `prepare_stack` has made Django's system checks, which load every route: some 40 MB that only the API needs.
        lean = {"CELERY_SKIP_CHECKS": "1", "MALLOC_ARENA_MAX": "2"}
        counting = {"PROMETHEUS_MULTIPROC_DIR": str(self._files.metrics)}
        own: dict[str, str] = {}
        if stack is not None and program.login is not None:
            own = stack.environment(program.login, with_secret_key=program.with_secret_key)
            own |= {"PYTHONUNBUFFERED": "1", "PGAPPNAME": program.session_name, **counting, **lean}
        return Child(
            program.name,
            program.command,
            environment={**inherited, **own, **program.variables},
            directory=program.directory,
            log_file=self._files.logs / f"{program.name}.log",
            console=self._console,
            grace_s=program.grace_s,
        )

    def _pause(self, seconds: float = 0, *, ending: Child | None = None) -> None:
        """Wait a little; raise when the stack is to end, or when any process other than ``ending`` has ended."""
        time.sleep(seconds)
        if self._stop_signals or self._console.lost_terminal():
            raise StopRequested
        for child in self._children:
            if child is not ending and child.exit_code is not None:
                raise LocalStackError(_died(child.name, child.exit_code, child.last_lines(), child.log_file))
        for name, (process, log_file) in (self._servers.watched() if self._servers else {}).items():
            if process is not None and process.poll() is not None:
                raise LocalStackError(_died(name, process.returncode, last_lines(log_file), log_file))

    def _stop(self) -> None:
        """Stop whatever runs, those first that use the others.

        A second signal is passed on, by which the worker gives its jobs back at once; a third one kills.
        """
        self._withdraw()
        if self._children or self._servers:
            self._say(
                f"stopping everything; running jobs may finish for {JOBS_FINISH_WITHIN_S} s, unless you ask again"
            )
        self._end_children()
        if not self._have_ended():
            self._end_children(within_s=_END_AT_ONCE_S)
        for child in self._children:
            child.kill_rest()
        if self._servers is not None:
            self._servers.stop()
        for port in self._ports:
            port.release()
        if self._web is not None:
            self._web.release()
        if self._lock is not None:
            self._lock.close()

    def _end_children(self, *, within_s: float | None = None) -> None:
        """Ask all to end, and wait until they have or a signal comes; kill what takes longer than that or its grace."""
        already_asked, began = self._stop_signals, time.monotonic()
        for child in self._children:
            child.ask_to_end()

        def settled() -> bool:
            for child in self._children:
                if child.exit_code is None and time.monotonic() - began > (within_s or child.grace_s):
                    child.kill_rest()
            return self._have_ended() or self._stop_signals > already_asked

        while not settled():
            time.sleep(_POLL_S)

    def _have_ended(self) -> bool:
        return all(child.exit_code is not None for child in self._children)

    def _withdraw(self) -> None:
        """Take back what tells others that the stack runs. Only its holder of the lock may."""
        if self._lock is not None:
            self._files.run.unlink(missing_ok=True)
            self._files.stack.unlink(missing_ok=True)

    def _on_stop_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stop_signals += 1

    def _say(self, text: str) -> None:
        self._console.line("run", text)

    def _require_room(self, megabytes: int) -> None:
        if shutil.disk_usage(self._files.root).free < megabytes * 2**20:
            raise LocalStackError(self._disk_full())

    def _explain(self, problem: Exception) -> str:
        """One line on what is the matter and what to do; what has no such line goes on as it is, with its traceback."""
        if isinstance(problem, LocalStackError):
            return str(problem)
        if isinstance(problem, psycopg.errors.DiskFull) or getattr(problem, "errno", None) == errno.ENOSPC:
            return self._disk_full()
        if isinstance(problem, PermissionError):
            return (
                f"{problem.filename} belongs to another user (was it sudo?): remove it as that user, then run it again"
            )
        if isinstance(problem, psycopg.Error):
            return f"PostgreSQL does not do what was asked; see {self._files.logs / 'postgres.log'}: {problem}"
        raise problem

    def _disk_full(self) -> str:
        return (
            f"the disk that holds {self._files.root} is full: free at least {_ROOM_TO_START_MB} MB, then run it again"
        )


def _died(name: str, exit_code: int | None, tail: str, log_file: Path) -> str:
    """One line on what ended and how and what to do, then its last words, indented."""
    how = f"was killed by signal {-exit_code}" if exit_code and exit_code < 0 else f"ended with code {exit_code}"
    cause = "the disk is full: free some space" if "No space left on device" in tail else "mend what its last lines say"
    words = "\n".join(f"    {line}" for line in tail.splitlines())
    return f"{name} {how} and everything was stopped: {cause} (all in {log_file}), then `make run` again\n{words}"
