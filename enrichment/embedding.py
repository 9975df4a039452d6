"""The vectors that search compares: one text for each shop, embedded in batches, and only when it has changed.

The text leads with what tells the shop from others: its most distinctive tags, in Chinese and English. Without the
labels the meaning of a shop is mostly its name; with them ranking by vectors alone was half as good again.
"""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from caferoam.jobs import JobBatch
from caferoam.providers.embeddings import Embedder, Vector
from caferoam.providers.errors import AnswerUnusable, ProviderRefused, ProviderUnavailable
from caferoam.providers.usage import NOTHING
from enrichment import distinctiveness, ledger
from enrichment.spending import budgets

PURPOSE: Final = "generate_embedding"
MAX_LABELS: Final = 20
MAX_DESCRIPTION_CHARS: Final = 300


class VectorsUnusable(Exception):
    """The embedder was paid and gave nothing that can be used. Another attempt may do better, and counts."""


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


@dataclass(frozen=True)
class Draft:
    """What is to be stored for a batch of shops, made while no transaction was open."""

    model: str
    embedded: Sequence[tuple[Document, Vector]]
    unchanged: Sequence[Document]
    refused: Mapping[UUID, ProviderRefused]


def embed_shops(
    batch: JobBatch, embedder: Embedder, *, purpose: str = PURPOSE, store: Callable[[Draft], object] | None = None
) -> None:
    """Bring the vectors of the batch's shops up to date and complete its jobs, but for those whose text is refused.

    ``purpose`` is what pays for it. ``store`` takes the vectors instead of ``write``, in the transaction that completes
    the jobs.

    Raises:
        ProviderUnavailable: from the embedder.
        VectorsUnusable
        LeaseLost: a job was taken away; nothing was written.
    """
    shop_ids = {run.arguments["shop_id"] for run in batch.runs}
    made = draft(shop_ids, embedder, purpose=purpose, job_id=batch.runs[0].id)
    for run in batch.runs:
        if (error := made.refused.get(run.arguments["shop_id"])) is not None:
            batch.fail(run, error)
    with batch.completing():
        (store or write)(made)


def draft(
    shop_ids: Collection[UUID],
    embedder: Embedder,
    *,
    anew: bool = False,
    purpose: str = PURPOSE,
    job_id: UUID | None = None,
) -> Draft:
    """Embed what has changed of these shops, with ``anew`` everything. ``write`` stores it.

    Asks the embedder once, or not at all; only to find a text that it refuses is it asked again for fewer of them. What
    each call cost is noted at once, as the work of ``job_id``.

    Raises:
        LaneClosed: the budget is reached.
        ProviderUnavailable: from the embedder.
        VectorsUnusable
    """
    distinctiveness.refresh(shop_ids)
    documents = read_documents(shop_ids, embedder.model)
    changed = documents if anew else outdated(documents, embedder.model)
    refused: dict[UUID, ProviderRefused] = {}
    if changed:
        budgets.check(embedder, purpose=purpose)
    embedded = _embed(changed, embedder, refused, purpose, job_id) if changed else []
    asked = {document.shop_id for document in changed}
    unchanged = [document for document in documents if document.shop_id not in asked]
    return Draft(embedder.model, embedded, unchanged, refused)


def _embed(
    documents: Sequence[Document],
    embedder: Embedder,
    refused: dict[UUID, ProviderRefused],
    purpose: str,
    job_id: UUID | None,
) -> list[tuple[Document, Vector]]:
    """The documents with their vectors; those that the embedder does not take go to ``refused``."""
    try:
        made = embedder.embed([document.text for document in documents])
    except (ProviderRefused, ProviderUnavailable) as error:
        if error.usage != NOTHING:
            ledger.note(error.usage, embedder, purpose=purpose, job_id=job_id, items=0)
        if isinstance(error, AnswerUnusable):
            raise VectorsUnusable(str(error)) from error
        if isinstance(error, ProviderUnavailable):
            raise
        if len(documents) == 1:
            refused[documents[0].shop_id] = error
            return []
        middle = len(documents) // 2
        return [
            pair
            for half in (documents[:middle], documents[middle:])
            for pair in _embed(half, embedder, refused, purpose, job_id)
        ]
    ledger.note(made.usage, embedder, purpose=purpose, job_id=job_id, items=len(documents))
    return list(zip(documents, made.vectors, strict=True))


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


def write(made: Draft, *, since: datetime | None = None) -> int:
    """Store the vectors within the caller's transaction, in one statement, and count them.

    Left out are shops that are gone, and shops that were described anew since they were read: those have a job of their
    own, whose newer vector must not be overwritten. The vectors that are still right count as embedded now where they
    are older than the description, or than ``since``.
    """
    _confirm(made.unchanged, made.model, since)
    ordered = sorted(made.embedded, key=lambda pair: pair[0].shop_id)
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
                made.model,
                [document.shop_id for document, _ in ordered],
                [document.enriched_at for document, _ in ordered],
                [document.input_hash(made.model) for document, _ in ordered],
                [vector_literal(vector) for _, vector in ordered],
            ],
        )
        return int(cursor.rowcount)


def _confirm(documents: Sequence[Document], model: str, since: datetime | None) -> None:
    """Date these vectors anew where they are older than the description that was read, or than ``since``.

    Rows that somebody is writing are passed over: they get a newer date anyway, and waiting for them could dead-lock.
    """
    if not documents:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH behind AS MATERIALIZED (
                SELECT embedded.shop_id
                  FROM unnest(%s::uuid[], %s::timestamptz[]) AS given (shop_id, enriched_at)
                  JOIN shops AS shop ON shop.id = given.shop_id
                   AND shop.enriched_at IS NOT DISTINCT FROM given.enriched_at
                  JOIN shop_embeddings AS embedded ON embedded.shop_id = shop.id
                 WHERE embedded.model = %s AND embedded.embedded_at < greatest(shop.enriched_at, %s::timestamptz)
                   FOR NO KEY UPDATE OF embedded SKIP LOCKED
            )
            UPDATE shop_embeddings SET embedded_at = now()
              FROM behind
             WHERE shop_embeddings.shop_id = behind.shop_id AND shop_embeddings.model = %s
            """,
            [
                [document.shop_id for document in documents],
                [document.enriched_at for document in documents],
                model,
                since,
                model,
            ],
        )


def vector_literal(vector: Vector) -> str:
    """The vector as pgvector reads it, exact for float32. The zeros that pad a short model's vectors cost nothing."""
    (places,) = vector.nonzero()
    told = vector[: places[-1] + 1] if len(places) else vector[:0]
    numbers = ["%.9g"] * len(told) + ["0"] * (len(vector) - len(told))
    return f"[{','.join(numbers)}]" % tuple(told.tolist())
