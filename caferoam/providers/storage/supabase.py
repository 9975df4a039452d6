"""Supabase Storage over its REST API: https://supabase.github.io/storage/.

It answers errors with 400 and their true status in the body. A member's request sees exactly the rows of
``storage.objects`` that the policies show them, so what is hidden looks absent.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus
from itertools import batched
from typing import BinaryIO, Final, Literal
from urllib.parse import quote

from django.conf import settings

from caferoam.providers.errors import ProviderRefused, ProviderUnavailable
from caferoam.providers.storage.buckets import Bucket
from caferoam.providers.storage.protocol import StoredObject
from caferoam.providers.supabase import Answer, Credentials, Service

_DELETE_AT_MOST: Final = 1_000
_PAGE: Final = 1_000
_FOLDERS_DEEP: Final = 20
_OF_URLS: Final = ";,/?:@&=+$!*'()"

type _Row = Mapping[str, object]


class SupabaseStorage:
    """The ``Storage`` of one caller. Cheap to make: all share one pool of connections."""

    def __init__(self, credentials: Credentials) -> None:
        self._base_url = f"{settings.SUPABASE_URL}/storage/v1"
        self._service = Service("Storage", self._base_url, credentials)

    def sign_upload(self, bucket: str, path: str) -> str:
        answer = self._service.ask("POST", f"/object/upload/sign/{_quoted(bucket, path)}", send={})
        if not answer.is_success:
            raise self._service.refusal(answer, f"sign an upload to {bucket}/{path}")
        return self._whole_url(self._text(self._object(answer), "url"))

    def sign_reads(self, bucket: str, paths: Sequence[str], *, ttl: timedelta) -> dict[str, str]:
        wanted = list(dict.fromkeys(paths))
        if not wanted:
            return {}
        seconds = max(1, int(ttl.total_seconds()))
        answer = self._service.ask(
            "POST", f"/object/sign/{_quoted(bucket)}", send={"expiresIn": seconds, "paths": wanted}
        )
        if not answer.is_success:
            raise self._service.refusal(answer, f"sign reads from {bucket}")
        rows = self._rows(answer)
        if not all("signedURL" in row for row in rows):
            raise self._service.misunderstood("no signedURL")
        signed = [row for row in rows if row["signedURL"] is not None]
        return {self._text(row, "path"): self._whole_url(self._text(row, "signedURL")) for row in signed}

    def info(self, bucket: str, path: str) -> StoredObject | None:
        # The route without `authenticated` takes an expired token for no token, and says that nothing is there.
        answer = self._service.ask("GET", f"/object/info/authenticated/{_quoted(bucket, path)}")
        if self._is_absent(answer, bucket):
            return None
        if not answer.is_success:
            raise self._service.refusal(answer, f"tell of {bucket}/{path}")
        said = self._object(answer)
        return StoredObject(path, self._number(said, "size"), str(said.get("content_type") or ""))

    def read(self, bucket: str, path: str, *, max_bytes: int, start_only: bool = False) -> bytes | None:
        answer = self._service.ask(
            "GET",
            f"/object/authenticated/{_quoted(bucket, path)}",
            headers={"Range": f"bytes=0-{max_bytes - 1}"} if start_only else {},
            max_bytes=max_bytes,
            start_only=start_only,
        )
        if self._is_absent(answer, bucket):
            return None
        if answer.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and start_only:
            return b""  # an empty object has no first byte
        if not answer.is_success:
            raise self._service.refusal(answer, f"read {bucket}/{path}")
        return answer.body

    def write(self, bucket: str, path: str, data: bytes, content_type: str) -> None:
        self._write(bucket, path, data, content_type)

    def write_file(self, bucket: str, path: str, file: BinaryIO, content_type: str) -> None:
        self._write(bucket, path, file, content_type)

    def _write(self, bucket: str, path: str, content: bytes | BinaryIO, content_type: str) -> None:
        answer = self._service.ask(
            "POST",
            f"/object/{_quoted(bucket, path)}",
            content=content,
            headers={"Content-Type": content_type, "x-upsert": "true"},
        )
        if not answer.is_success:
            raise self._service.refusal(answer, f"write {bucket}/{path}")

    def list(self, bucket: str, prefix: str) -> Iterator[StoredObject]:
        return self._list(bucket, prefix, deep=0)

    def delete(self, bucket: str, paths: Sequence[str]) -> int:
        deleted = 0
        for some in batched(dict.fromkeys(paths), _DELETE_AT_MOST):
            answer = self._service.ask("DELETE", f"/object/{_quoted(bucket)}", send={"prefixes": list(some)})
            if not answer.is_success:
                raise self._service.refusal(answer, f"delete objects from {bucket}")
            deleted += len(self._rows(answer))
        return deleted

    def public_url(self, bucket: str, path: str) -> str:
        return f"{self._base_url}/object/public/{_quoted(bucket, path)}"

    def ensure_bucket(self, bucket: Bucket) -> Literal["made", "changed", "kept"]:
        """Let the bucket be there, with its limits."""
        wanted = {
            "public": bucket.public,
            "file_size_limit": bucket.max_bytes,
            "allowed_mime_types": list(bucket.content_types),
        }
        answer = self._service.ask("GET", f"/bucket/{_quoted(bucket.name)}")
        if answer.status == HTTPStatus.NOT_FOUND:
            answer = self._service.ask("POST", "/bucket", send={"id": bucket.name, "name": bucket.name, **wanted})
            if answer.is_success:
                return "made"
            if answer.status != HTTPStatus.CONFLICT:  # another command, or an earlier try of this one, was quicker
                raise self._service.refusal(answer, f"make the bucket {bucket.name}")
        elif not answer.is_success:
            raise self._service.refusal(answer, f"tell of the bucket {bucket.name}")
        else:
            there = self._object(answer)
            if all(there.get(name) == value for name, value in wanted.items()):
                return "kept"
        answer = self._service.ask("PUT", f"/bucket/{_quoted(bucket.name)}", send=wanted)
        if not answer.is_success:
            raise self._service.refusal(answer, f"change the bucket {bucket.name}")
        return "changed"

    def bucket_names(self) -> set[str]:
        """Those of all buckets that the caller is shown."""
        answer = self._service.ask("GET", "/bucket")
        if not answer.is_success:
            raise self._service.refusal(answer, "list the buckets")
        return {self._text(row, "name") for row in self._rows(answer)}

    def _list(self, bucket: str, folder: str, *, deep: int) -> Iterator[StoredObject]:
        if deep > _FOLDERS_DEEP:
            raise self._service.misunderstood("folders in folders without an end")
        # Pages are counted off, so a caller who deletes what it is given would make the next page skip some: the folder
        # is read to its end first.
        for row in list(self._entries(bucket, folder)):
            name = self._text(row, "name")
            path = f"{folder}/{name}" if folder else name
            if row.get("id") is None:
                yield from self._list(bucket, path, deep=deep + 1)
            else:
                metadata = row.get("metadata")
                facts: _Row = metadata if isinstance(metadata, dict) else {}
                yield StoredObject(path, self._number(facts, "size"), str(facts.get("mimetype") or ""))

    def _entries(self, bucket: str, folder: str) -> Iterator[_Row]:
        offset = 0
        while True:
            answer = self._service.ask(
                "POST",
                f"/object/list/{_quoted(bucket)}",
                send={
                    "prefix": folder,
                    "limit": _PAGE,
                    "offset": offset,
                    "sortBy": {"column": "name", "order": "asc"},
                },
            )
            if not answer.is_success:
                raise self._service.refusal(answer, f"list {bucket}")
            rows = self._rows(answer)
            yield from rows
            if len(rows) < _PAGE:
                return
            offset += len(rows)

    def _is_absent(self, answer: Answer, bucket: str) -> bool:
        if answer.status != HTTPStatus.NOT_FOUND:
            return False
        if "bucket" in answer.error.lower():
            # Every object would look absent, and what belongs to it would be given up.
            raise ProviderUnavailable(f"Storage has no bucket {bucket}: run manage.py ensure_buckets.")
        return True

    def _whole_url(self, relative: str) -> str:
        if not relative.startswith("/"):
            raise self._service.misunderstood("a URL of another form")
        return f"{self._base_url}{quote(relative, safe=_OF_URLS)}"  # it comes with the path as it is

    def _object(self, answer: Answer) -> _Row:
        said = self._service.parse(answer)
        if not isinstance(said, dict):
            raise self._service.misunderstood("something else than an object")
        return said

    def _rows(self, answer: Answer) -> Sequence[_Row]:
        said = self._service.parse(answer)
        if not isinstance(said, list) or not all(isinstance(row, dict) for row in said):
            raise self._service.misunderstood("something else than a list of objects")
        return said

    def _text(self, row: _Row, name: str) -> str:
        value = row.get(name)
        if not isinstance(value, str) or not value:
            raise self._service.misunderstood(f"no {name}")
        return value

    def _number(self, row: _Row, name: str) -> int:
        value = row.get(name)
        if not isinstance(value, int):
            raise self._service.misunderstood(f"no {name}")
        return value


def _quoted(bucket: str, path: str | None = None) -> str:
    """For a URL: nothing in either may end the path, begin a query or lead out of the bucket.

    Raises:
        ProviderRefused: it would.
    """
    parts = [bucket] if path is None else [bucket, *path.split("/")]
    if not {"", ".", ".."}.isdisjoint(parts) or "/" in bucket:
        raise ProviderRefused("Storage keeps nothing at such a path.")
    return "/".join(quote(part, safe="") for part in parts)
