"""A real API, relay and workers, as processes of their own on the test's database and Valkey."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from django.conf import settings

from caferoam.local import ports
from caferoam.local.programs import answers_http, programs
from caferoam.local.provision import API
from caferoam.testing.database import database_url

PATIENCE_S = 120.0  # a machine under load may need a third of it to start a process
_NOBODYS_KEY = "sb_secret_that_opens_nothing"  # a worker does not start without one
_CELERY = ("-W", "ignore", "-m", "celery", "--app", "caferoam.celery:app", "--quiet")


def eventually[T](ask: Callable[[], T], *, within_s: float = PATIENCE_S) -> T:
    """Ask until the answer is true and return it, or the last answer when patience ends."""
    deadline = time.monotonic() + within_s
    while not (answer := ask()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return answer


class Process:
    """A relay or worker of its own, with its output in a file."""

    def __init__(self, log_file: Path, *arguments: str, **environment: str) -> None:
        self.log_file = log_file
        with log_file.open("wb") as log:
            self.popen = subprocess.Popen(
                [sys.executable, *arguments],
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=settings.BASE_DIR,
                start_new_session=True,
                env={
                    **os.environ,
                    "DATABASE_URL": database_url("caferoam_worker"),
                    "REDIS_URL": settings.REDIS_URL,
                    **environment,
                },
            )

    def output(self) -> str:
        return self.log_file.read_text(errors="replace")

    def terminate(self, *, within_s: float = PATIENCE_S) -> int:
        """Ask it to end, as a platform does before it kills; its exit code when it has."""
        self.popen.send_signal(signal.SIGTERM)
        return self.popen.wait(within_s)

    def freeze(self) -> None:
        """Stop it and its children where they are, as a host does that is starved of CPU."""
        os.killpg(self.popen.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it and its children go on."""
        os.killpg(self.popen.pid, signal.SIGCONT)

    def kill(self) -> None:
        """End it and its children at once."""
        if self.popen.poll() is None:
            os.killpg(self.popen.pid, signal.SIGKILL)
        self.popen.wait(PATIENCE_S)


class Live:
    """Real processes on the test's database and Valkey."""

    def __init__(self, folder: Path, *, settings_module: str) -> None:
        self._folder = folder
        self._settings_module = settings_module
        self._processes: list[Process] = []

    def relay(self, **environment: str) -> Process:
        """Start a relay and wait until it works."""
        process = self._start("relay", "manage.py", "relay", **environment)
        assert eventually(lambda: "relay ready" in process.output()), process.output()
        return process

    def worker(self, **environment: str) -> Process:
        """Start a worker with two children and wait until it waits for messages."""
        options = "--queues default --pool prefork --concurrency 2 --without-gossip --without-mingle"
        name = f"worker{len(self._processes)}@%h"
        needed = {"SUPABASE_SECRET_KEY": _NOBODYS_KEY, **environment}
        process = self._start("worker", *_CELERY, "worker", "--hostname", name, *options.split(), **needed)
        assert eventually(lambda: " ready." in process.output()), process.output()
        return process

    def beat(self, **environment: str) -> Process:
        """Start a beat and wait until it ticks."""
        process = self._start("beat", *_CELERY, "beat", "--pidfile=", **environment)
        assert eventually(lambda: "beat: Starting" in process.output()), process.output()
        return process

    def api(self, **environment: str) -> str:
        """Start the API as a laptop does and wait until it answers; its URL."""
        port = ports.free_port()
        url = f"http://{ports.HOST}:{port}"
        api = next(
            program for program in programs(api_port=port, redis_url=settings.REDIS_URL) if program.name == "api"
        )
        process = self._start("api", *api.command[1:], **{"DATABASE_URL": database_url(API), **environment})
        assert eventually(lambda: answers_http(f"{url}/readyz")), process.output()
        return url

    def terminate(self) -> None:
        """Ask all of them to end, as a platform does, and wait until they have."""
        for process in self._processes:
            process.terminate()

    def stop(self) -> None:
        """End all of them."""
        for process in self._processes:
            process.kill()

    def _start(self, name: str, *arguments: str, **environment: str) -> Process:
        process = Process(
            self._folder / f"{name}{len(self._processes)}.log",
            *arguments,
            DJANGO_SETTINGS_MODULE=self._settings_module,
            **environment,
        )
        self._processes.append(process)
        return process


@contextmanager
def live_processes(folder: Path, settings_module: str) -> Iterator[Live]:
    """Starts processes on an empty Valkey, and ends them with the block; their logs lie in ``folder``."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()
    processes = Live(folder, settings_module=settings_module)
    yield processes
    processes.stop()
