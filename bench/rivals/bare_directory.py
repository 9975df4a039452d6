"""GET /shops by FastAPI and asyncpg, with nothing else around it: no limits, no metrics, no filters, no checks.

It answers what the product answers, to the byte. asyncpg prepares the statement and keeps it, as it does by default.
"""

import base64
import hashlib
import hmac
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated

import asyncpg
from fastapi import FastAPI, Query, Response
from fastapi.responses import JSONResponse

from shops.hours.telling import opening
from shops.hours.week import read_open_week

_PAGE = """
WITH page AS MATERIALIZED (
    SELECT shop_id, tag_vector, name_normalized FROM shop_search WHERE live
     ORDER BY name_normalized, shop_id LIMIT $1
)
SELECT page.name_normalized, page.tag_vector::text, s.open_minutes::text AS hours, s.mode_work, s.mode_rest,
       s.mode_social, s.id::text, s.name, s.city, s.district, s.address, s.latitude, s.longitude, s.mrt, s.rating,
       s.rating_count, s.price_level, s.summary_zh, s.summary_en
  FROM page JOIN shops s ON s.id = page.shop_id
 ORDER BY page.name_normalized, page.shop_id
"""
_PLAIN = (
    *("id", "name", "city", "district", "address", "latitude", "longitude", "mrt", "rating", "rating_count"),
    *("price_level", "summary_zh", "summary_en"),
)
_CURSOR_KEY = hashlib.sha256(f"{os.environ['BENCH_CURSOR_SALT']}signer{os.environ['SECRET_KEY']}".encode()).digest()


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["DATABASE_URL"]) as pool:
        rows = await pool.fetch("SELECT number, id, dimension, label, label_zh FROM taxonomy_tags")
        app.state.pool = pool
        app.state.tags = {
            row["number"]: {name: row[name] for name in ("id", "dimension", "label", "label_zh")} for row in rows
        }
        yield


app = FastAPI(lifespan=_lifespan)


@app.get("/shops")
async def shops(limit: Annotated[int, Query(ge=1, le=100)] = 20) -> Response:
    """The first page of all cafés."""
    rows = await app.state.pool.fetch(_PAGE, limit + 1)
    now = datetime.now(UTC)
    following = _cursor(rows[limit - 1]) if len(rows) > limit else None
    return JSONResponse(
        {"results": [_shop(row, now) for row in rows[:limit]], "next_cursor": following, "facets": None}
    )


def _shop(row: asyncpg.Record, now: datetime) -> dict[str, object]:
    work, rest, social, hours = row["mode_work"], row["mode_rest"], row["mode_social"], row["hours"]
    return {
        **{name: row[name] for name in _PLAIN},
        "modes": None if work is None else {"work": work, "rest": rest, "social": social},
        **opening(None if hours is None else read_open_week(hours), now),
        "tags": _tags(row["tag_vector"]),
        "distance_m": None,
    }


def _tags(vector: str) -> list[dict[str, object]]:
    pairs = [pair.split(":") for pair in vector[1 : vector.index("}")].split(",") if pair]
    surest = sorted((-float(confidence), int(number)) for number, confidence in pairs)
    return [{**app.state.tags[number], "confidence": round(-negative, 4)} for negative, number in surest]


def _cursor(row: asyncpg.Record) -> str:
    position = json.dumps([row["name_normalized"], row["id"]], separators=(",", ":")).encode("latin-1")
    value = _base64(position)
    return f"{value}:{_base64(hmac.new(_CURSOR_KEY, value.encode(), hashlib.sha256).digest())}"


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).strip(b"=").decode()
