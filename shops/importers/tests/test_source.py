import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from shops.importers import source
from shops.importers.errors import ImportRefused
from shops.importers.source import open_source


@contextmanager
def serving(content: bytes, *, status: int = 200, location: str | None = None) -> Iterator[str]:
    """A web server on a free port that gives every request the same answer."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            redirected = location is not None and self.path != location
            self.send_response(302 if redirected else status)
            if redirected and location:
                self.send_header("Location", location)
            self.send_header("Content-Length", "0" if redirected else str(len(content)))
            self.end_headers()
            self.wfile.write(b"" if redirected else content)

        def log_message(self, *_args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/cafes"
        finally:
            server.shutdown()
            thread.join()


def content_of(location: str) -> bytes:
    with open_source(location) as file:
        return file.read()


@pytest.mark.parametrize(
    "stored", [b"[1]", gzip.compress(b"[1]", mtime=0), b"\xef\xbb\xbf[1]", gzip.compress(b"\xef\xbb\xbf[1]", mtime=0)]
)
def test_packed_or_not_marked_or_not_the_content_is_the_same(tmp_path: Path, stored: bytes) -> None:
    (tmp_path / "cafes.txt").write_bytes(stored)
    assert content_of(str(tmp_path / "cafes.txt")) == b"[1]"


def test_an_address_is_fetched_and_unpacked() -> None:
    with serving(gzip.compress(b"[1, 2]")) as url:
        assert content_of(url) == b"[1, 2]"


def test_an_address_may_have_moved() -> None:
    with serving(b"[1]", location="/elsewhere") as url:
        assert content_of(url) == b"[1]"


def test_progress_ends_at_the_file_s_size(tmp_path: Path) -> None:
    path = tmp_path / "cafes.json.gz"
    path.write_bytes(gzip.compress(bytes(range(256)) * 1000))
    told: list[tuple[int, int]] = []
    with open_source(str(path), progress=lambda done, total: told.append((done, total))) as file:
        file.read()
    assert told[-1] == (path.stat().st_size, path.stat().st_size)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match=r"cannot read .*missing\.json: No such file"):
        content_of(str(tmp_path / "missing.json"))


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="Is a directory"):
        content_of(str(tmp_path))


@pytest.mark.parametrize("damage", [lambda packed: packed[:-12], lambda packed: packed[:30] + b"\xff" * 40])
def test_damaged_gzip_is_refused(tmp_path: Path, damage: object) -> None:
    assert callable(damage)
    (tmp_path / "cafes.gz").write_bytes(damage(gzip.compress(bytes(range(256)) * 100)))
    with pytest.raises(ImportRefused, match="is damaged"):
        content_of(str(tmp_path / "cafes.gz"))


def test_an_error_answer_is_told() -> None:
    with serving(b"gone", status=404) as url, pytest.raises(ImportRefused, match="answered 404 Not Found"):
        content_of(url)


def test_an_address_where_nobody_answers_is_told() -> None:
    with serving(b"") as url:
        pass
    with pytest.raises(ImportRefused, match="cannot fetch http://127"):
        content_of(url)


def test_a_download_ends_at_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MAX_DOWNLOAD_BYTES", 1024**2)
    with serving(b"x" * (1024**2 + 1)) as url, pytest.raises(ImportRefused, match="more than 1 MB"):
        content_of(url)


def test_unpacking_ends_at_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MAX_UNPACKED_BYTES", 1024**2)
    (tmp_path / "bomb.gz").write_bytes(gzip.compress(bytes(3 * 1024**2)))
    with pytest.raises(ImportRefused, match="unpacks to more than 1 MB"):
        content_of(str(tmp_path / "bomb.gz"))
