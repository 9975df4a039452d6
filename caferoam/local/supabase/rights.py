"""What members may do in Storage, asked of the very functions that are its policies at Supabase."""

import json
import threading
from collections.abc import Callable, Collection, Mapping
from typing import Protocol

import psycopg


class Rights(Protocol):
    """Safe to share between threads."""

    def may_put(self, claims: Mapping[str, object], bucket: str, path: str) -> bool:
        """Whether the member may make this object."""

    def readable(self, claims: Mapping[str, object], bucket: str, paths: Collection[str]) -> set[str]:
        """Those of the paths that the member may see."""


class DatabaseRights:
    """Asks the local database, logged in as the API, for the member that the claims name.

    ``dsn`` is asked when the first question comes: the database may be made later than this.
    """

    def __init__(self, dsn: Callable[[], str]) -> None:
        self._dsn = dsn
        self._lock = threading.Lock()
        self._connection: psycopg.Connection | None = None

    def may_put(self, claims: Mapping[str, object], bucket: str, path: str) -> bool:
        asked = "SELECT %(bucket)s WHERE private.may_put_object_v1(%(bucket)s, %(path)s)"
        return bool(self._ask(claims, asked, {"bucket": bucket, "path": path}))

    def readable(self, claims: Mapping[str, object], bucket: str, paths: Collection[str]) -> set[str]:
        asked = "SELECT path FROM unnest(%(paths)s::text[]) AS path WHERE private.may_read_object_v1(%(bucket)s, path)"
        return set(self._ask(claims, asked, {"bucket": bucket, "paths": list(paths)}))

    def close(self) -> None:
        """Close the connection; the next question opens another one."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _ask(self, claims: Mapping[str, object], query: str, values: Mapping[str, object]) -> list[str]:
        with self._lock:
            if self._connection is None or self._connection.closed:
                self._connection = psycopg.connect(self._dsn(), autocommit=True)
            try:
                with self._connection.transaction():
                    self._connection.execute(
                        "SELECT set_config('request.jwt.claims', %s, true), set_config('role', 'authenticated', true)",
                        [json.dumps({"sub": claims["sub"], "role": "authenticated"})],
                    )
                    return [value for (value,) in self._connection.execute(query.encode(), values)]
            except psycopg.OperationalError:  # the server was started anew: so is the connection, at the next question
                self._connection.close()
                raise
