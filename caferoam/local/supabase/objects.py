"""The stand-in's objects: files in a folder of each bucket's name, and beside them what is known of each."""

import os
import re
import shutil
import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

from caferoam.local.files import write_private_json
from caferoam.local.stack import read_json
from caferoam.local.supabase.http import Readable

_CHUNK: Final = 64 * 1024
_BUCKET_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
# What Supabase takes, apart from names that a file system would read as something else.
_PART: Final = re.compile(r"(?!\.{1,2}$)[\w!.*'() &$@=;:+,?-]{1,200}", re.ASCII)


class InvalidKey(Exception):
    """No object can have this name here."""


class AlreadyThere(Exception):
    """An object of this name is there, and was not to be overwritten."""


class TooLarge(Exception):
    """More came than the bucket takes."""


@dataclass(frozen=True)
class BucketRow:
    """A bucket as ``GET /bucket/{id}`` tells of it. None is no limit."""

    id: str
    public: bool
    file_size_limit: int | None
    allowed_mime_types: list[str] | None

    def takes(self, content_type: str) -> bool:
        if self.allowed_mime_types is None:
            return True
        return (
            content_type in self.allowed_mime_types or f"{content_type.partition('/')[0]}/*" in self.allowed_mime_types
        )


@dataclass(frozen=True)
class StoredFile:
    """An object that is there."""

    name: str
    file: Path
    size: int
    content_type: str
    modified_at: datetime

    @property
    def id(self) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.file}{self.modified_at}"))

    @property
    def etag(self) -> str:
        return f'"{uuid.uuid5(uuid.NAMESPACE_URL, f"{self.file}{self.modified_at}{self.size}").hex}"'


class ObjectStore:
    """Safe to share between threads of one process, which alone may write to the folder."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._arriving = root / ".arriving"
        self._types = root / ".types"
        self._lock = threading.Lock()
        shutil.rmtree(self._arriving, ignore_errors=True)  # what a killed server had not taken in yet
        self._arriving.mkdir(parents=True, mode=0o700)

    def buckets(self) -> dict[str, BucketRow]:
        """All buckets by name."""
        rows = read_json(self._root / "buckets.json")
        return {name: BucketRow(**row) for name, row in rows.items() if isinstance(row, dict)}

    def save_bucket(self, bucket: BucketRow) -> None:
        """Make the bucket, or change it."""
        if not _BUCKET_NAME.fullmatch(bucket.id):
            raise InvalidKey(bucket.id)
        with self._lock:
            rows = {**self.buckets(), bucket.id: bucket}
            write_private_json(self._root / "buckets.json", {name: asdict(row) for name, row in rows.items()})

    def put(self, bucket: BucketRow, path: str, source: Readable, *, content_type: str, overwrite: bool) -> StoredFile:
        """Take an object in. It is there whole, or not at all.

        Raises:
            InvalidKey, AlreadyThere, TooLarge
        """
        file, type_file = self._places(bucket.id, path)
        arriving = self._arriving / uuid.uuid4().hex
        try:
            with arriving.open("wb") as target:
                while chunk := source.read(_CHUNK):
                    target.write(chunk)
                    if bucket.file_size_limit is not None and target.tell() > bucket.file_size_limit:
                        raise TooLarge
            with self._lock:
                if file.exists() and not overwrite:
                    raise AlreadyThere
                for folder in (file.parent, type_file.parent):
                    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                # The type first: an object that is there has one.
                write_private_json(type_file, {"content_type": content_type})
                arriving.replace(file)
        except (IsADirectoryError, NotADirectoryError, FileExistsError) as exc:
            raise InvalidKey(path) from exc  # what is a folder there cannot be a file
        finally:
            arriving.unlink(missing_ok=True)
        found = self.find(bucket.id, path)
        if found is None:
            raise AlreadyThere  # and deleted in this very moment
        return found

    def find(self, bucket: str, path: str) -> StoredFile | None:
        """The object, if it is there."""
        try:
            file, type_file = self._places(bucket, path)
            facts = file.stat()
        except (InvalidKey, FileNotFoundError, NotADirectoryError):
            return None
        if not file.is_file():
            return None
        content_type = str(read_json(type_file).get("content_type", "application/octet-stream"))
        return StoredFile(path, file, facts.st_size, content_type, datetime.fromtimestamp(facts.st_mtime, UTC))

    def open(self, found: StoredFile) -> BinaryIO | None:
        """Its bytes, or None when it has gone meanwhile."""
        try:
            return found.file.open("rb")
        except FileNotFoundError:
            return None

    def delete(self, bucket: str, path: str) -> bool:
        """Whether it was there."""
        if self.find(bucket, path) is None:
            return False
        file, type_file = self._places(bucket, path)
        with self._lock:
            for place, top in ((file, self._root / bucket), (type_file, self._types / bucket)):
                place.unlink(missing_ok=True)
                _remove_empty(place.parent, top)
        return True

    def entries(self, bucket: str, folder: str) -> Mapping[str, StoredFile | None]:
        """What is in the folder by name, in order; None for folders in it."""
        try:
            place = self._places(bucket, folder)[0] if folder else self._root / bucket
            names = sorted(entry.name for entry in os.scandir(place))
        except (InvalidKey, FileNotFoundError, NotADirectoryError):
            return {}
        prefix = f"{folder}/" if folder else ""
        return {name: self.find(bucket, f"{prefix}{name}") for name in names}

    def all_objects(self) -> Iterator[tuple[str, StoredFile]]:
        """Every object with its bucket."""
        for bucket in self.buckets():
            top = self._root / bucket
            for folder, _, names in os.walk(top):
                for name in names:
                    found = self.find(bucket, str((Path(folder) / name).relative_to(top)))
                    if found is not None:
                        yield bucket, found

    def _places(self, bucket: str, path: str) -> tuple[Path, Path]:
        """Where the object and its type are kept: always below the root."""
        parts = path.split("/")
        if not _BUCKET_NAME.fullmatch(bucket) or len(path) > 1_000 or not all(map(_PART.fullmatch, parts)):
            raise InvalidKey(path)
        return self._root.joinpath(bucket, *parts), self._types.joinpath(bucket, *parts)


def _remove_empty(folder: Path, top: Path) -> None:
    """Remove the folder and those around it that are empty, up to ``top``."""
    with suppress(OSError):  # it is not empty, or has gone already
        while folder != top:
            folder.rmdir()
            folder = folder.parent
