"""Requests that meet: they are started together, and held at a lock until all of them wait there."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import psycopg
from django.db import connections


def at_once[Answer](count: int, call: Callable[[], Answer]) -> list[Future[Answer]]:
    """Make so many calls, each in a thread and on a connection of its own."""

    def alone() -> Answer:
        try:
            return call()
        finally:
            connections.close_all()

    pool = ThreadPoolExecutor(count)
    calls = [pool.submit(alone) for _ in range(count)]
    pool.shutdown(wait=False)
    return calls


def wait_for_waiting(connection: psycopg.Connection, count: int) -> None:
    """Until so many others wait for a lock."""
    query = "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted"
    deadline = time.monotonic() + 60
    while (row := connection.execute(query).fetchone()) != (count,):
        assert time.monotonic() < deadline, f"{row} wait, not {count}"
        time.sleep(0.005)
