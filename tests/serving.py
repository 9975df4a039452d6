"""The API as a process of its own, as it is served in production, on the test's database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from caferoam.local import ports
from caferoam.local.programs import answers_http
from caferoam.local.provision import API
from caferoam.testing.database import database_url
from caferoam.testing.live import Process, eventually
from caferoam.testing.storage import StorageStub
from caferoam.testing.tokens import ISSUER, JwksServer

THREADS = 4
"""Of the process; each keeps one connection to the database, whoever it serves."""
_GRANIAN = ("-m", "granian", "--interface", "wsgi", "--host", ports.HOST, "--http", "1", "--no-ws", "--workers", "1")


@contextmanager
def serving(
    folder: Path,
    *,
    storage: StorageStub,
    keys: JwksServer,
    settings_module: str = "caferoam.settings",
    **environment: str,
) -> Iterator[str]:
    """Serve on a free port; the address to ask. The process is ended with the block."""
    port = ports.free_port()
    process = Process(
        folder / f"api-{port}.log",
        *(*_GRANIAN, "--blocking-threads", str(THREADS), "--port", str(port), "caferoam.wsgi:application"),
        **{
            "DJANGO_SETTINGS_MODULE": settings_module,
            "DATABASE_URL": database_url(API),
            **storage.environment,
            "SUPABASE_JWKS_URL": keys.url,
            "SUPABASE_JWT_ISSUER": ISSUER,
            **environment,
        },
    )
    address = f"http://{ports.HOST}:{port}"
    try:
        assert eventually(lambda: answers_http(f"{address}/healthz")), process.output()
        yield address
    finally:
        process.terminate()
