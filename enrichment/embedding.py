"""The vectors that search compares: one text for each shop, embedded in batches, and only when it has changed.

The text leads with what tells the shop from others: its most distinctive tags, in Chinese and English. Without the
labels the meaning of a shop is mostly its name; with them ranking by vectors alone was half as good again.
"""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

import numpy as np
from django.db import connection
from numpy.typing import NDArray
from pgvector import Vector

from caferoam.jobs import JobBatch
from caferoam.providers.embeddings import Embedder

MAX_LABELS: Final = 20
MAX_DESCRIPTION_CHARS: Final = 300


@dataclass(frozen=True)
class Document:
    """What one shop's vector is made of. ``labels`` are (zh, en), the most distinctive first."""

    shop_id: UUID
    enriched_at: datetime | None
    embedded_hash: bytes | None
    name: str
    summary: str
    district: str
    mrt: str
    description: str
    labels: Sequence[tuple[str, str]] = field(default=())

    @property
    def text(self) -> str:
        """One line for each part that is there."""
        labels = list(self.labels[:MAX_LABELS])
        parts = [
            self.name,
            self.summary if labels else "",  # without tags it only says that little is known
            "、".join(zh for zh, _ in labels),
            ", ".join(en for _, en in labels),
            self.district,
            self.mrt,
            self.description[:MAX_DESCRIPTION_CHARS],
        ]
        return "\n".join(part for part in parts if part)

    def input_hash(self, model: str) -> bytes:
        """SHA-256 over the text and the model."""
        return hashlib.sha256(f"{model}\n{self.text}".encode()).digest()


def embed_shops(batch: JobBatch, embedder: Embedder) -> None:
    """Bring the vectors of the batch's shops up to date and complete its jobs. Asks the embedder once, or not at all.

    Raises:
        ProviderUnavailable, ProviderRefused: from the embedder.
        LeaseLost: a job was taken away; nothing was written.
    """
    shop_ids = {run.arguments["shop_id"] for run in batch.runs}
    refresh_distinctiveness(shop_ids)
    documents = outdated(read_documents(shop_ids, embedder.model), embedder.model)
    vectors = embedder.embed([document.text for document in documents]) if documents else ()
    with batch.completing():
        write(documents, vectors, embedder.model)


def read_documents(shop_ids: Collection[UUID], model: str) -> list[Document]:
    """What is to be embedded of these shops, and what was embedded last; without those that are gone or not live."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT shop.id, shop.enriched_at, embedded.input_hash, shop.name, shop.summary_zh,
                   shop.city || shop.district, shop.mrt, shop.description,
                   coalesce(tags.zh, '{}'), coalesce(tags.en, '{}')
              FROM shops AS shop
              LEFT JOIN shop_embeddings AS embedded ON embedded.shop_id = shop.id AND embedded.model = %s
              LEFT JOIN LATERAL (
                  SELECT array_agg(tag.label_zh ORDER BY given.distinctiveness DESC NULLS LAST, tag.number) AS zh,
                         array_agg(tag.label ORDER BY given.distinctiveness DESC NULLS LAST, tag.number) AS en
                    FROM effective_shop_tags AS given JOIN taxonomy_tags AS tag ON tag.id = given.tag_id
                   WHERE given.shop_id = shop.id
              ) AS tags ON true
             WHERE shop.id = ANY (%s) AND shop.status = 'live'
            """,
            [model, list(shop_ids)],
        )
        rows = cursor.fetchall()
    return [
        Document(
            shop_id=shop_id,
            enriched_at=enriched_at,
            embedded_hash=None if embedded_hash is None else bytes(embedded_hash),
            name=name,
            summary=summary,
            district=district,
            mrt=mrt,
            description=description,
            labels=tuple(zip(zh, en, strict=True)),
        )
        for shop_id, enriched_at, embedded_hash, name, summary, district, mrt, description, zh, en in rows
    ]


def outdated(documents: Collection[Document], model: str) -> list[Document]:
    """Those whose text has changed since it was embedded."""
    return [document for document in documents if document.embedded_hash != document.input_hash(model)]


def write(documents: Sequence[Document], vectors: Iterable[NDArray[np.float32]], model: str) -> int:
    """Store the vectors in one statement, within the caller's transaction, and count them.

    Left out are shops that are gone, and shops that were described anew since they were read: those have a job of their
    own, whose newer vector must not be overwritten.
    """
    ordered = sorted(zip(documents, vectors, strict=True), key=lambda pair: pair[0].shop_id)
    if not ordered:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO shop_embeddings (shop_id, model, input_hash, embedding)
            SELECT shop.id, %s, given.input_hash, given.embedding::vector
              FROM unnest(%s::uuid[], %s::timestamptz[], %s::bytea[], %s::text[])
                       AS given (shop_id, enriched_at, input_hash, embedding)
              JOIN shops AS shop ON shop.id = given.shop_id
               AND shop.enriched_at IS NOT DISTINCT FROM given.enriched_at
             ORDER BY shop.id
               FOR KEY SHARE OF shop
            ON CONFLICT (model, shop_id) DO UPDATE
               SET input_hash = excluded.input_hash, embedding = excluded.embedding, embedded_at = now()
            """,
            [
                model,
                [document.shop_id for document, _ in ordered],
                [document.enriched_at for document, _ in ordered],
                [document.input_hash(model) for document, _ in ordered],
                [Vector(vector).to_text() for _, vector in ordered],
            ],
        )
        return int(cursor.rowcount)


def refresh_distinctiveness(shop_ids: Collection[UUID]) -> int:
    """Recompute confidence · ln(live shops / live shops with the tag) for these shops' tags; counts the changed rows.

    Rows that somebody is writing are left to the job which that will queue: waiting for them could dead-lock.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH mine AS MATERIALIZED (
                SELECT id, tag_id, confidence FROM shop_tags WHERE shop_id = ANY (%s) FOR NO KEY UPDATE SKIP LOCKED
            ), total AS (
                SELECT count(*)::float8 AS shops FROM shops WHERE status = 'live'
            ), spread AS (
                SELECT given.tag_id, count(DISTINCT given.shop_id)::float8 AS shops
                  FROM shop_tags AS given JOIN shops AS shop ON shop.id = given.shop_id
                 WHERE shop.status = 'live' AND given.confidence > 0
                   AND given.tag_id IN (SELECT tag_id FROM mine)
                 GROUP BY given.tag_id
            ), fresh AS (
                SELECT mine.id,
                       round((mine.confidence * ln(greatest(1, total.shops / spread.shops)))::numeric, 3)::float8
                           AS distinctiveness
                  FROM mine JOIN spread USING (tag_id) CROSS JOIN total
            )
            UPDATE shop_tags SET distinctiveness = fresh.distinctiveness
              FROM fresh
             WHERE fresh.id = shop_tags.id AND fresh.distinctiveness IS DISTINCT FROM shop_tags.distinctiveness
            """,
            [list(shop_ids)],
        )
        return int(cursor.rowcount)
