"""The zip file of an export: a JSON file for each registered table, the photos, and a note that says what is what.

Rows become JSON in the database and go into the file one by one, so its size costs no memory.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

from accounts.member_catalogue import columns_of
from accounts.member_data import Export, MemberTable, condition, registered
from accounts.models import Upload

README: Final = "README.txt"


@dataclass(frozen=True)
class Photo:
    """A file of the member's, by its ``name`` in the archive."""

    name: str
    bucket: str
    path: str


@dataclass
class Contents:
    """What went into the archive, for its README: fields by table, and photos that the storage no longer has."""

    fields: dict[str, Sequence[str]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


def write_tables(archive: ZipFile, member: UUID) -> tuple[Contents, list[Photo]]:
    """All rows of the member, as they stood at one moment, and which photos belong to them."""
    contents = Contents()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for table in reversed(registered()):  # the profile first
            if isinstance(table.export, Export):
                contents.fields[table.table] = _write_table(archive, table, table.export, member)
        return contents, list(_photos(member))


def _write_table(archive: ZipFile, table: MemberTable, export: Export, member: UUID) -> Sequence[str]:
    fields: dict[str, sql.Composable] = {
        column: sql.SQL("t.{}").format(sql.Identifier(column))
        for column in columns_of(table.table)
        if column not in export.left_out
    }
    fields |= {name: sql.SQL(expression) for name, expression in export.extra.items()}
    told = sql.SQL(", ").join(sql.SQL("{} AS {}").format(what, sql.Identifier(name)) for name, what in fields.items())
    order = next((name for name in fields if name == "at" or name.endswith("_at")), table.column)
    statement = sql.SQL(
        "SELECT to_json(told)::text FROM (SELECT {} FROM public.{} AS t WHERE {} ORDER BY t.{}) AS told"
    ).format(told, sql.Identifier(table.table), condition(table), sql.Identifier(order))
    entry = _entry(f"{table.table}.json")
    with archive.open(entry, "w", force_zip64=True) as file, connection.chunked_cursor() as cursor:
        cursor.execute(statement, {"member": member})
        file.write(b"[")
        separator = b"\n"
        for (row,) in cursor:
            file.write(separator + row.encode())
            separator = b",\n"
        file.write(b"\n]\n")
    return list(fields)


def _photos(member: UUID) -> Iterator[Photo]:
    """The clean copy of each photo, or the original where no worker has been at it yet."""
    kept = Upload.objects.filter(user_id=member, status__in=[Upload.Status.READY, Upload.Status.CLAIMED])
    for upload in kept.order_by("created_at", "id"):
        bucket, path = upload.photo_bucket or upload.bucket, upload.photo_path or upload.path
        yield Photo(f"photos/{upload.id}{PurePosixPath(path).suffix}", bucket, path)


def write_photo(archive: ZipFile, photo: Photo, data: bytes) -> None:
    """A photo, which is compressed as it is."""
    archive.writestr(_entry(photo.name, ZIP_STORED), data)


def write_readme(archive: ZipFile, contents: Contents) -> None:
    """What is in the archive, in Chinese and in English."""
    archive.writestr(_entry(README), "\n".join(_readme(contents)).encode())


def _entry(name: str, compression: int = ZIP_DEFLATED) -> ZipInfo:
    entry = ZipInfo(name, timezone.localtime().timetuple()[:6])
    entry.compress_type = compression
    return entry


def _readme(contents: Contents) -> Iterator[str]:
    exports = {table.table: table.export for table in registered() if isinstance(table.export, Export)}
    yield "啡遊 CafeRoam：你的資料"
    yield ""
    yield "這個壓縮檔裡是啡遊保存的、關於你的全部資料。"
    yield "每個 .json 檔是一個清單，內容為 UTF-8 編碼的 JSON；時間為 ISO 8601 格式（+00:00 為世界協調時間）。"
    yield "photos/ 資料夾裡是你的照片，檔名為 uploads.json 裡的 id。null 表示沒有資料。"
    yield ""
    yield from _listing(contents, {name: export.zh for name, export in exports.items()}, "欄位")
    if contents.missing:
        yield f"下列照片已經找不到：{'、'.join(contents.missing)}"
        yield ""
    yield ""
    yield "CafeRoam: your data"
    yield ""
    yield "This archive holds everything that CafeRoam keeps about you."
    yield "Each .json file is one list, as JSON in UTF-8; times are ISO 8601 (+00:00 is UTC)."
    yield "The folder photos/ has your photos, each named by its id in uploads.json. null means that nothing is known."
    yield ""
    yield from _listing(contents, {name: export.en for name, export in exports.items()}, "fields")
    if contents.missing:
        yield f"These photos could not be found any more: {', '.join(contents.missing)}"
        yield ""


def _listing(contents: Contents, titles: Mapping[str, str], word: str) -> Iterator[str]:
    for name, fields in contents.fields.items():
        yield f"{name}.json: {titles[name]}"
        yield f"    {word}: {', '.join(fields)}"
    yield ""
