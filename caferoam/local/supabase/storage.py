"""The stand-in's Storage: the routes of Supabase Storage that CafeRoam and browsers use, and their errors."""

import re
import time
from collections.abc import Mapping
from datetime import timedelta
from email.utils import format_datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

import jwt

from caferoam.local.supabase.callers import Caller, Gate, ProjectKeys
from caferoam.local.supabase.http import Asked, Handler, Reply, Route, json_reply
from caferoam.local.supabase.objects import AlreadyThere, BucketRow, InvalidKey, ObjectStore, StoredFile, TooLarge
from caferoam.local.supabase.rights import Rights
from caferoam.local.supabase.storage_replies import (
    bucket_row,
    duplicate,
    entry,
    file_of_form,
    forbidden,
    no_bucket,
    no_object,
    storage_error,
    too_large,
)

UPLOAD_TTL: Final = timedelta(hours=2)
DELETE_AT_MOST: Final = 1_000
_OBJECT: Final = r"(?P<bucket>[^/]+)/(?P<path>.+)"
_RANGE: Final = re.compile(r"bytes=(\d{1,15})-(\d{0,15})")
_HIDDEN: Final = "Either the object does not exist or you do not have access to it"


class StorageRoutes:
    """Answers for one project's Storage."""

    def __init__(self, store: ObjectStore, *, gate: Gate, rights: Rights, keys: ProjectKeys) -> None:
        self._store = store
        self._gate = gate
        self._rights = rights
        self._signing_key = keys.signing

    @property
    def routes(self) -> list[Route]:
        """The first that fits answers."""
        return [
            _route("GET", r"/bucket", self._buckets),
            _route("POST", r"/bucket/?", self._make_bucket),
            _route("GET", r"/bucket/(?P<bucket>[^/]+)", self._bucket),
            _route("PUT", r"/bucket/(?P<bucket>[^/]+)", self._change_bucket),
            _route("POST", rf"/object/upload/sign/{_OBJECT}", self._sign_upload),
            _route("PUT", rf"/object/upload/sign/{_OBJECT}", self._upload_signed),
            _route("POST", r"/object/sign/(?P<bucket>[^/]+)", self._sign_reads),
            _route("POST", rf"/object/sign/{_OBJECT}", self._sign_read),
            _route("GET", rf"/object/sign/{_OBJECT}", self._read_signed),
            _route("HEAD", rf"/object/sign/{_OBJECT}", self._read_signed),
            _route("GET", rf"/object/public/{_OBJECT}", self._read_public),
            _route("HEAD", rf"/object/public/{_OBJECT}", self._read_public),
            _route("GET", rf"/object/info/(?:authenticated/)?{_OBJECT}", self._info),
            _route("GET", rf"/object/authenticated/{_OBJECT}", self._read),
            _route("POST", r"/object/list/(?P<bucket>[^/]+)", self._list),
            _route("DELETE", r"/object/(?P<bucket>[^/]+)", self._delete),
            _route("GET", rf"/object/{_OBJECT}", self._read),
            _route("POST", rf"/object/{_OBJECT}", self._upload),
            _route("PUT", rf"/object/{_OBJECT}", self._upload),
        ]

    # --- buckets

    def _buckets(self, asked: Asked, _: Mapping[str, str]) -> Reply:
        shown = self._store.buckets().values() if self._caller(asked).role == "service" else []
        return json_reply(HTTPStatus.OK, [bucket_row(bucket) for bucket in shown])

    def _bucket(self, asked: Asked, named: Mapping[str, str]) -> Reply:
        caller, bucket = self._caller(asked), self._find_bucket(named["bucket"])
        if caller.role != "service":
            raise no_bucket()
        return json_reply(HTTPStatus.OK, bucket_row(bucket))

    def _make_bucket(self, asked: Asked, _: Mapping[str, str]) -> Reply:
        self._require_service(asked, "buckets")
        said = asked.json()
        name = str(said.get("id") or said.get("name") or "")
        if name in self._store.buckets():
            raise storage_error(409, "Duplicate", "The resource already exists")
        self._save_bucket(name, said)
        return json_reply(HTTPStatus.OK, {"name": name})

    def _change_bucket(self, asked: Asked, named: Mapping[str, str]) -> Reply:
        self._require_service(asked, "buckets")
        self._save_bucket(self._find_bucket(named["bucket"]).id, asked.json())
        return json_reply(HTTPStatus.OK, {"message": "Successfully updated"})

    def _save_bucket(self, name: str, said: Mapping[str, object]) -> None:
        limit, types = said.get("file_size_limit"), said.get("allowed_mime_types")
        try:
            self._store.save_bucket(
                BucketRow(
                    id=name,
                    public=bool(said.get("public")),
                    file_size_limit=limit if isinstance(limit, int) else None,
                    allowed_mime_types=[str(kind) for kind in types] if isinstance(types, list) else None,
                )
            )
        except InvalidKey as exc:
            raise storage_error(400, "Invalid Input", "Bucket name invalid") from exc

    # --- signed URLs

    def _sign_upload(self, asked: Asked, named: Mapping[str, str]) -> Reply:
        caller, bucket, path = self._caller(asked), self._find_bucket(named["bucket"]), named["path"]
        overwrite = asked.headers.get("x-upsert") == "true"
        self._require_right_to_put(caller, bucket, path, overwrite=overwrite)
        # The path as it is: clients quote the whole.
        token = self._sign(bucket, path, UPLOAD_TTL, upsert=overwrite, owner=caller.claims.get("sub"))
        url = f"/object/upload/sign/{bucket.id}/{path}?token={token}"
        return json_reply(HTTPStatus.OK, {"url": url, "token": token})

    def _upload_signed(self, asked: Asked, named: Mapping[str, str]) -> Reply:
        bucket = self._find_bucket(named["bucket"])
        signed = self._verify(asked, bucket, named["path"], upload=True)
        return self._take_in(asked, bucket, named["path"], overwrite=signed.get("upsert") is True)

    def _sign_reads(self, asked: Asked, named: Mapping[str, str]) -> Reply:
        caller, bucket, said = self._caller(asked), self._find_bucket(named["bucket"]), asked.json()
        paths, expires_in = said.get("paths"), said.get("expiresIn")
        if not isinstance(paths, list) or not paths or not isinstance(expires_in, int) or expires_in < 1:
            raise storage_error(400, "Error", "body must have required properties 'expiresIn' and 'paths'")
        wanted = [str(path) for path in paths]
        visible = self._visible(caller, bucket, wanted)
        rows: list[dict[str, str | None]] = []
        for path in wanted:
            if path in visible and self._store.find(bucket.id, path):
                token = self._sign(bucket, path, timedelta(seconds=expires_in))
                url = f"/object/sign/{bucket.id}/{path}?token={token}"
                rows.append({"error": None, "path": path, "signedURL": url})
            else:
                rows.append({"error": _HIDDEN, "path": path, "signedURL": None})
        return json_reply(HTTPStatus.OK, rows)

    def _sign_read(self, asked: Asked, named: Mapping[str, str]) -> Reply:
        bucket, _ = self._find_visible(asked, named)
        expires_in = asked.json().get("expiresIn")
        if not isinstance(expires_in, int) or expires_in < 1:
            raise storage_error(400, "Error", "body must have required property 'expiresIn'")
        token = self._sign(bucket, named["path"], timedelta(seconds=expires_in))
        url = f"/object/sign/{bucket.id}/{named['path']}?token={token}"
        return json_reply(HTTPStatus.OK, {"signedURL": url})

    def _read_signed(self, asked: Asked, named: Mapping[str, str]) -> Reply:
        bucket = self._find_bucket(named["bucket"])
        self._verify(asked, bucket, named["path"], upload=False)
        return self._send(asked, bucket, named["path"])

    def _sign(self, bucket: BucketRow, path: str, ttl: timedelta, **more: object) -> str:
        now = int(time.time())
        claims = {"url": f"{bucket.id}/{path}", "iat": now, "exp": now + int(ttl.total_seconds()), **more}
        return jwt.encode(claims, self._signing_key, algorithm="HS256")

    def _verify(self, asked: Asked, bucket: BucketRow, path: str, *, upload: bool) -> Mapping[str, object]:
        try:
            token = asked.query.get("token", "")
            claims: dict[str, object] = jwt.decode(
                token, self._signing_key, algorithms=["HS256"], options={"require": ["exp"]}
            )
        except jwt.InvalidTokenError as exc:
            raise storage_error(400, "InvalidJWT", str(exc)) from exc
        if claims.get("url") != f"{bucket.id}/{path}" or ("upsert" in claims) is not upload:
            raise storage_error(400, "InvalidSignature", "Invalid signature")
        return claims

    # --- objects

    def _read_public(self, asked: Asked, named: Mapping[str, str]) -> Reply:
        bucket = self._find_bucket(named["bucket"])
        if not bucket.public:
            raise no_bucket()
        return self._send(asked, bucket, named["path"])

    def _read(self, asked: Asked, named: Mapping[str, str]) -> Reply:
        bucket, _ = self._find_visible(asked, named)
        return self._send(asked, bucket, named["path"])

    def _info(self, asked: Asked, named: Mapping[str, str]) -> Reply:
        bucket, found = self._find_visible(asked, named)
        return json_reply(
            HTTPStatus.OK,
            {
                "id": found.id,
                "name": found.name,
                "version": found.id,
                "bucket_id": bucket.id,
                "size": found.size,
                "content_type": found.content_type,
                "cache_control": "max-age=3600",
                "etag": found.etag,
                "metadata": {},
                "last_modified": found.modified_at.isoformat(),
                "created_at": found.modified_at.isoformat(),
            },
        )

    def _list(self, asked: Asked, named: Mapping[str, str]) -> Reply:
        caller, bucket, said = self._caller(asked), self._store.buckets().get(named["bucket"]), asked.json()
        folder = str(said.get("prefix", "")).strip("/")
        limit, offset = said.get("limit", 100), said.get("offset", 0)
        if bucket is None:
            return json_reply(HTTPStatus.OK, [])
        entries = self._store.entries(bucket.id, folder)
        prefix = f"{folder}/" if folder else ""
        names = {name: f"{prefix}{name}{'' if found else '/'}" for name, found in entries.items()}
        visible = self._visible(caller, bucket, list(names.values()), listing=True)
        rows = [entry(name, entries[name]) for name, path in names.items() if path in visible]
        begin = offset if isinstance(offset, int) else 0
        return json_reply(HTTPStatus.OK, rows[begin : begin + (limit if isinstance(limit, int) else 100)])

    def _delete(self, asked: Asked, named: Mapping[str, str]) -> Reply:
        caller, paths = self._caller(asked), asked.json().get("prefixes")
        if not isinstance(paths, list) or not paths:
            raise storage_error(400, "Error", "body must have required property 'prefixes'")
        if len(paths) > DELETE_AT_MOST:
            raise storage_error(400, "InvalidRequest", f"You can delete at most {DELETE_AT_MOST} objects at once")
        if caller.role != "service":  # no policy lets others delete, which makes it none instead of an error
            return json_reply(HTTPStatus.OK, [])
        bucket = named["bucket"]
        deleted = [str(path) for path in paths if self._store.delete(bucket, str(path))]
        return json_reply(HTTPStatus.OK, [{"name": path, "bucket_id": bucket} for path in deleted])

    def _upload(self, asked: Asked, named: Mapping[str, str]) -> Reply:
        caller, bucket = self._caller(asked), self._find_bucket(named["bucket"])
        overwrite = asked.headers.get("x-upsert") == "true" or asked.method == "PUT"
        self._require_right_to_put(caller, bucket, named["path"], overwrite=overwrite)
        return self._take_in(asked, bucket, named["path"], overwrite=overwrite)

    def _take_in(self, asked: Asked, bucket: BucketRow, path: str, *, overwrite: bool) -> Reply:
        if asked.length is None:
            raise storage_error(400, "MissingContentLength", "You must provide the Content-Length HTTP header.")
        content_type, source = asked.headers.get("content-type", "application/octet-stream"), asked.body
        if content_type.startswith("multipart/form-data"):  # from a browser, by supabase-js
            content_type, source = file_of_form(content_type, asked)
        content_type = content_type.partition(";")[0].strip().lower()
        if not bucket.takes(content_type):
            raise storage_error(415, "invalid_mime_type", f"mime type {content_type} is not supported")
        if bucket.file_size_limit is not None and source is asked.body and asked.length > bucket.file_size_limit:
            raise too_large()
        try:
            found = self._store.put(bucket, path, source, content_type=content_type, overwrite=overwrite)
        except InvalidKey as exc:
            raise storage_error(400, "InvalidKey", f"Invalid key: {path}") from exc
        except AlreadyThere as exc:
            raise duplicate() from exc
        except TooLarge as exc:
            raise too_large() from exc
        return json_reply(HTTPStatus.OK, {"Key": f"{bucket.id}/{path}", "Id": found.id})

    def _send(self, asked: Asked, bucket: BucketRow, path: str) -> Reply:
        found = self._store.find(bucket.id, path)
        file = self._store.open(found) if found else None
        if found is None or file is None:
            raise no_object()
        headers = {
            "Content-Type": found.content_type,
            "Accept-Ranges": "bytes",
            "ETag": found.etag,
            "Last-Modified": format_datetime(found.modified_at, usegmt=True),
            "Cache-Control": "max-age=3600" if bucket.public else "no-cache",
        }
        if "download" in asked.query:
            name = quote(asked.query["download"] or path.rpartition("/")[2])
            headers["Content-Disposition"] = f"attachment; filename={name}; filename*=UTF-8''{name};"
        wanted = _RANGE.fullmatch(asked.headers.get("range", ""))
        if not wanted:
            return Reply(HTTPStatus.OK, file, headers, found.size)
        first, last = int(wanted[1]), min(int(wanted[2] or found.size - 1), found.size - 1)
        if first >= found.size:
            file.close()
            raise storage_error(416, "The requested range is not satisfiable", "InvalidRange")
        file.seek(first)
        headers["Content-Range"] = f"bytes {first}-{last}/{found.size}"
        return Reply(HTTPStatus.PARTIAL_CONTENT, file, headers, last - first + 1)

    # --- who may

    def _caller(self, asked: Asked) -> Caller:
        caller = self._gate.caller(asked)
        if caller.refusal:
            raise storage_error(403, "Unauthorized", caller.refusal)
        return caller

    def _require_service(self, asked: Asked, table: str) -> None:
        if self._caller(asked).role != "service":
            raise forbidden(table)

    def _require_right_to_put(self, caller: Caller, bucket: BucketRow, path: str, *, overwrite: bool) -> None:
        """Supabase tries the row and takes it back: the policy speaks before the unique index does."""
        is_there = self._store.find(bucket.id, path) is not None
        if caller.role != "service":
            if caller.role == "anon" or not self._rights.may_put(caller.claims, bucket.id, path):
                raise forbidden("objects")
            if is_there and overwrite:  # no policy for UPDATE
                raise forbidden("objects")
        if is_there and not overwrite:
            raise duplicate()

    def _visible(self, caller: Caller, bucket: BucketRow, paths: list[str], *, listing: bool = False) -> set[str]:
        if caller.role == "service":
            return set(paths)
        if caller.role == "anon":
            return set()
        return self._rights.readable(caller.claims, bucket.id, paths)

    def _find_bucket(self, name: str) -> BucketRow:
        bucket = self._store.buckets().get(name)
        if bucket is None:
            raise no_bucket()
        return bucket

    def _find_visible(self, asked: Asked, named: Mapping[str, str]) -> tuple[BucketRow, StoredFile]:
        caller, bucket, path = self._caller(asked), self._find_bucket(named["bucket"]), named["path"]
        found = self._store.find(bucket.id, path)
        if found is None or not (bucket.public or path in self._visible(caller, bucket, [path])):
            raise no_object()
        return bucket, found


def _route(method: str, path: str, handler: Handler) -> Route:
    return Route(method, re.compile(f"/storage/v1{path}"), handler)
