"""How the stand-in's Storage answers: its errors, and its rows of buckets and listings."""

from email.parser import BytesParser
from email.policy import HTTP
from http import HTTPStatus
from io import BytesIO
from typing import Final

from caferoam.local.supabase.http import Asked, Readable, Refusal, json_reply
from caferoam.local.supabase.objects import BucketRow, StoredFile

_FORM_MAX_BYTES: Final = 16 * 1024 * 1024


def storage_error(status: int, error: str, message: str) -> Refusal:
    """As Storage says it: every error but 500 is a 400, with the true status as text in the body."""
    outer = status if status == HTTPStatus.INTERNAL_SERVER_ERROR else HTTPStatus.BAD_REQUEST
    return Refusal(json_reply(outer, {"statusCode": str(int(status)), "error": error, "message": message}))


def no_object() -> Refusal:
    return storage_error(404, "not_found", "Object not found")


def no_bucket() -> Refusal:
    return storage_error(404, "Bucket not found", "Bucket not found")


def duplicate() -> Refusal:
    return storage_error(409, "Duplicate", "The resource already exists")


def too_large() -> Refusal:
    return storage_error(413, "Payload too large", "The object exceeded the maximum allowed size")


def forbidden(table: str) -> Refusal:
    return storage_error(403, "Unauthorized", f'new row violates row-level security policy for table "{table}"')


def bucket_row(bucket: BucketRow) -> dict[str, object]:
    return {
        "id": bucket.id,
        "name": bucket.id,
        "owner": "",
        "public": bucket.public,
        "file_size_limit": bucket.file_size_limit,
        "allowed_mime_types": bucket.allowed_mime_types,
    }


def entry(name: str, found: StoredFile | None) -> dict[str, object]:
    """A row of a listing; a folder has nothing but its name."""
    if found is None:
        return dict.fromkeys(("id", "updated_at", "created_at", "last_accessed_at", "metadata")) | {"name": name}
    at = found.modified_at.isoformat()
    metadata = {
        "eTag": found.etag,
        "size": found.size,
        "mimetype": found.content_type,
        "cacheControl": "max-age=3600",
        "lastModified": at,
        "contentLength": found.size,
        "httpStatusCode": 200,
    }
    return {
        "name": name,
        "id": found.id,
        "updated_at": at,
        "created_at": at,
        "last_accessed_at": at,
        "metadata": metadata,
    }


def file_of_form(content_type: str, asked: Asked) -> tuple[str, Readable]:
    """Type and content of the file in a form, which is small enough for memory."""
    form = asked.body.read(_FORM_MAX_BYTES)
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + form)
    for part in message.iter_parts():
        content = part.get_payload(decode=True)
        if part.get_filename() is not None and isinstance(content, bytes):
            return part.get_content_type(), BytesIO(content)
    raise storage_error(400, "InvalidRequest", "No content provided")
