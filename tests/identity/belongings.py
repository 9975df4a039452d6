"""Members who have something in every table that holds members' data, so that seeing nothing means something."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from uuid import UUID

import psycopg
from PIL import Image
from psycopg.types.json import Jsonb

from caferoam.api.principal import Principal
from caferoam.testing.members import join
from caferoam.testing.tokens import new_member

type Put = Callable[[str, str, bytes], None]
"""Stores a file in a bucket under a path."""


@dataclass(frozen=True)
class Cafes:
    """Live ones, and one that nobody may see."""

    visited: UUID
    listed: UUID
    another: UUID
    draft: UUID


@dataclass(frozen=True)
class Belongings:
    """One member and what is theirs. ``mark`` stands in every text of theirs, and in no other."""

    member: Principal
    cafes: Cafes
    mark: str
    photo: UUID
    """An upload whose file has arrived, for a check-in that is still to be made."""
    avatar: UUID
    """The same for a profile picture."""
    claimed: UUID
    """The photo of the check-in."""
    check_in: UUID
    stamp: UUID
    list: UUID
    """Holds the café ``listed``."""
    item: UUID
    export: UUID
    deletion: UUID
    """A wish to leave that was taken back long ago."""
    role: UUID

    @property
    def traces(self) -> frozenset[str]:
        """What no answer to anybody else may hold."""
        ids = (
            self.member.user_id,
            self.photo,
            self.avatar,
            self.claimed,
            self.check_in,
            self.stamp,
            self.list,
            self.item,
            self.export,
            self.deletion,
            self.role,
        )
        return frozenset({self.mark, str(self.member.email), *map(str, ids)})


def make_cafes(owner: psycopg.Connection) -> Cafes:
    """Each with a row in every table that the public reads."""
    names = ("月光", "晴天", "雨巷", "未定")
    made = [
        _one(
            owner,
            "INSERT INTO shops (name, status, latitude, longitude) VALUES (%s, %s, 25.03, 121.56) RETURNING id",
            name,
            "draft" if name == "未定" else "live",
        )
        for name in names
    ]
    owner.execute(
        "INSERT INTO taxonomy_tags (id, dimension, label, label_zh, number)"
        " VALUES ('quiet', 'ambience', 'quiet', '安靜', 1)"
    )
    owner.execute("INSERT INTO embedding_models (model, provider, status) VALUES ('identity', 'offline', 'retired')")
    for shop_id in made:
        owner.execute(
            "INSERT INTO shop_photos (shop_id, path, width, height) VALUES (%s, %s, 4, 3)", [shop_id, f"{shop_id}.jpg"]
        )
        owner.execute(
            "INSERT INTO shop_tags (shop_id, tag_id, source, confidence, evidence)"
            " VALUES (%s, 'quiet', 'offline', 0.8, %s)",
            [shop_id, Jsonb([])],
        )
        owner.execute("INSERT INTO menu_items (shop_id, name, source) VALUES (%s, '拿鐵', 'curator')", [shop_id])
        owner.execute(
            "INSERT INTO shop_embeddings (shop_id, model, input_hash, embedding)"
            " VALUES (%s, 'identity', sha256(''), array_fill(0.1, ARRAY[1536])::vector)",
            [shop_id],
        )
    return Cafes(*made)


def settle(owner: psycopg.Connection, cafes: Cafes, put: Put) -> Belongings:
    """A new member with one of everything."""
    member = join(new_member())
    who = member.user_id
    mark = f"mark{uuid.uuid4().hex[:12]}"
    photo, avatar, claimed = (
        add_upload(owner, who, purpose, put) for purpose in ("checkin_photo", "avatar", "checkin_photo")
    )
    check_in = _one(
        owner,
        "INSERT INTO check_ins (user_id, shop_id, photo_upload_ids, note) VALUES (%s, %s, ARRAY[%s], %s) RETURNING id",
        who,
        cafes.visited,
        claimed,
        mark,
    )
    kept = _one(owner, "INSERT INTO lists (user_id, name) VALUES (%s, %s) RETURNING id", who, mark)
    belongings = Belongings(
        member=member,
        cafes=cafes,
        mark=mark,
        photo=photo,
        avatar=avatar,
        claimed=claimed,
        check_in=check_in,
        stamp=_one(owner, "SELECT id FROM stamps WHERE check_in_id = %s", check_in),
        list=kept,
        item=_one(
            owner,
            "INSERT INTO list_items (list_id, shop_id, position, note) VALUES (%s, %s, 1, %s) RETURNING id",
            kept,
            cafes.listed,
            mark,
        ),
        export=_one(owner, "INSERT INTO data_exports (user_id, status) VALUES (%s, 'failed') RETURNING id", who),
        deletion=_one(
            owner, "INSERT INTO account_deletions (user_id, cancelled_at) VALUES (%s, now()) RETURNING id", who
        ),
        role=_one(owner, "INSERT INTO user_roles (user_id, role) VALUES (%s, 'curator') RETURNING id", who),
    )
    owner.execute("UPDATE profiles SET display_name = %s WHERE id = %s", [mark, who])
    return belongings


@cache
def photo_file() -> bytes:
    """A small JPEG."""
    file = BytesIO()
    Image.new("RGB", (64, 48), "tan").save(file, "JPEG")
    return file.getvalue()


def add_upload(owner: psycopg.Connection, who: UUID, purpose: str, put: Put) -> UUID:
    """One more upload of theirs whose file has arrived."""
    row = owner.execute(
        "INSERT INTO uploads (user_id, purpose, content_type, bytes) VALUES (%s, %s, 'image/jpeg', %s)"
        " RETURNING id, bucket, path",
        [who, purpose, len(photo_file())],
    ).fetchone()
    assert row is not None
    upload_id, bucket, path = row
    put(bucket, path, photo_file())
    return UUID(str(upload_id))


def _one(owner: psycopg.Connection, statement: str, *parameters: object) -> UUID:
    row = owner.execute(statement, parameters).fetchone()
    assert row is not None, statement
    return UUID(str(row[0]))
