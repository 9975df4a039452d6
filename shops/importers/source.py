"""Where an import reads from: a file or an address, gzip or plain, never more than a bounded piece of it in memory."""

import gzip
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import IO, Final

import httpx

from shops.importers.errors import ImportRefused

type Reader = "BufferedReader[_Watched]"

type Progress = Callable[[int, int], None]
"""Is told (bytes read so far, bytes in all) of the file as it is stored, so compressed where it is compressed."""

MAX_DOWNLOAD_BYTES: Final = 256 * 1024**2
MAX_UNPACKED_BYTES: Final = 1024**3
"""A small gzip file can unpack to terabytes."""

_CONNECT_TIMEOUT_S = 10.0
_READ_TIMEOUT_S = 30.0
_DOWNLOAD_PATIENCE = timedelta(minutes=10)
_GZIP_MAGIC = b"\x1f\x8b"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@contextmanager
def open_source(location: str, *, progress: Progress | None = None) -> Iterator[Reader]:
    """The unpacked bytes of the file or http(s) address ``location``, without a byte order mark.

    An address is fetched whole to a temporary file first: what reads from here may hold a transaction open, and must
    not wait for the network.

    Raises:
        ImportRefused: it cannot be opened, fetched or unpacked, or is too large; also while reading.
    """
    if location.startswith(("http://", "https://")):
        with tempfile.TemporaryFile() as fetched:
            _fetch(location, fetched)
            yield _unpacked(fetched, location, progress)
        return
    try:
        file = Path(location).open("rb")  # noqa: SIM115 - closed by the with below; only opening it may fail this way
    except OSError as exc:
        raise ImportRefused(f"cannot read {location}: {exc.strerror or exc}") from exc
    with file:
        yield _unpacked(file, location, progress)


def _fetch(url: str, into: IO[bytes]) -> None:
    timeout = httpx.Timeout(_READ_TIMEOUT_S, connect=_CONNECT_TIMEOUT_S)
    give_up_at = time.monotonic() + _DOWNLOAD_PATIENCE.total_seconds()
    try:
        with httpx.stream("GET", url, timeout=timeout, follow_redirects=True) as response:
            if response.status_code != httpx.codes.OK:
                raise ImportRefused(f"{url} answered {response.status_code} {response.reason_phrase}")
            size = 0
            for piece in response.iter_bytes():
                size += len(piece)
                if size > MAX_DOWNLOAD_BYTES:
                    raise ImportRefused(f"{url} sends more than {MAX_DOWNLOAD_BYTES // 1024**2} MB")
                if time.monotonic() > give_up_at:
                    raise ImportRefused(f"{url} took longer than {_DOWNLOAD_PATIENCE.seconds // 60} minutes")
                into.write(piece)
    except (httpx.HTTPError, httpx.InvalidURL) as exc:
        raise ImportRefused(f"cannot fetch {url}: {exc or type(exc).__name__}") from exc
    into.seek(0)


def _unpacked(file: IO[bytes], location: str, progress: Progress | None) -> Reader:
    """``file`` from its first byte of content on."""
    size = file.seek(0, 2)
    file.seek(0)
    start = file.read(len(_GZIP_MAGIC))
    file.seek(0)
    stored = file
    content: IO[bytes] = gzip.GzipFile(fileobj=stored) if start == _GZIP_MAGIC else stored  # type: ignore[assignment]  # GzipFile reads as IO does, and lacks only methods that are not used
    reader = BufferedReader(_Watched(content, location, lambda: progress(stored.tell(), size) if progress else None))
    if reader.peek(3)[:3] == _BYTE_ORDER_MARK:
        reader.read(3)
    return reader


class _Watched(RawIOBase):
    """Reads through, telling damage in our own words, counting, and refusing to unpack without end."""

    def __init__(self, content: IO[bytes], location: str, moved: Callable[[], None]) -> None:
        self._content = content
        self._location = location
        self._moved = moved
        self._size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # typeshed's Buffer is not sliceable
        try:
            piece = self._content.read(len(buffer))
        except (EOFError, zlib.error, gzip.BadGzipFile) as exc:
            raise ImportRefused(f"{self._location} is damaged: {exc}") from exc
        except OSError as exc:
            raise ImportRefused(f"cannot read {self._location}: {exc.strerror or exc}") from exc
        self._size += len(piece)
        if self._size > MAX_UNPACKED_BYTES:
            raise ImportRefused(f"{self._location} unpacks to more than {MAX_UNPACKED_BYTES // 1024**2} MB")
        buffer[: len(piece)] = piece
        self._moved()
        return len(piece)
