"""A search from text to answer, in two steps: what may wait for the embedder, then what needs the database.

The steps are apart because no transaction may be open while a provider thinks: ``prepare`` asks no database, ``answer``
no provider. ``PreparedSearch.statement()`` is the statement itself, for whoever wants to run or explain it alone.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Final
from uuid import UUID

from django.db import connection

from caferoam.api.pagination import Keyset
from caferoam.providers.errors import ProviderRefused, ProviderUnavailable
from shops.filters import ShopFilters
from shops.models import EffectiveShopTag
from shops.search import weights as tuning
from shops.search.query_vectors import QueryVectors
from shops.search.statement import LEADING_COLUMNS, PARTS, Position, SearchPlan, leading, statement
from shops.search.understanding import AreaWish, OpeningWish, Span, Understanding, Wish, understand
from shops.search.vocabulary import Vocabulary
from shops.search.weights import Calibration, Part
from shops.summary import read_tag_vector, shop_summary

logger = logging.getLogger(__name__)

NEARBY: Final = ("附近", "near me", "nearby", "around here")
"""Words that mean the caller's own place, which only ``near`` can tell."""


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What is asked: the text as it was sent, the filters beside it, and the page."""

    text: str
    filters: ShopFilters
    limit: int
    cursor: str | None = None
    areas_filter: bool = True
    """Whether the areas that the text names filter; a city or district among the filters outranks them anyway."""
    times_filter: bool = True
    """Whether the moment that the text names filters; one among the filters outranks it anyway."""
    mode_counts: bool = True
    """Whether the mode that the text suggests counts; one among the filters outranks it anyway."""

    @property
    def times_apply(self) -> bool:
        """Whether a moment that the text names filters."""
        return self.times_filter and self.filters.open_at is None and self.filters.open_now is None

    @property
    def mode_applies(self) -> bool:
        """Whether a mode that the text suggests counts."""
        return self.mode_counts and self.filters.mode is None


@dataclass(frozen=True)
class PreparedSearch:
    """A search that was understood and embedded, ready for the database."""

    request: SearchRequest
    vocabulary: Vocabulary
    understanding: Understanding
    model: str
    calibration: Calibration
    vector: str | None
    degraded: bool
    now: datetime

    @cached_property
    def filters(self) -> ShopFilters:
        """The caller's filters with the areas and the moment of the text."""
        understood, filters = self.understanding, self._lasting_filters
        if understood.opening is None or not self.request.times_apply:
            return filters
        called = understood.name.whole if understood.name is not None else ""
        return replace(filters, open_at=understood.opening.open_at, or_called=called)

    @cached_property
    def _lasting_filters(self) -> ShopFilters:
        """Those that are the same when the next page is asked for: a moment moves on with the time, as 現在 does."""
        if not self.areas_apply:
            return self.request.filters
        return replace(
            self.request.filters,
            within=tuple(area for wish in self.understanding.areas if not wish.excluded for area in wish.areas),
            outside=tuple(area for wish in self.understanding.areas if wish.excluded for area in wish.areas),
        )

    @property
    def areas_apply(self) -> bool:
        """Whether the areas of the text filter."""
        asked = self.request.filters
        return self.request.areas_filter and not asked.city and not asked.district

    @property
    def mode(self) -> str | None:
        """The mode that counts: the caller's, else the text's, unless that is ignored."""
        return self.understanding.mode if self.request.mode_applies else self.request.filters.mode

    @cached_property
    def shares(self) -> Mapping[Part, float]:
        """The weight of each part in this search."""
        understood = self.understanding
        uses: dict[Part, bool] = {
            "words": understood.name is not None and bool(understood.name.pieces),
            "distance": self.request.filters.near is not None,
            "mode": self.mode is not None,
            "avoided": bool(understood.avoided),
        }
        return tuning.CURRENT.shares(
            unexplained=understood.unexplained,
            has_vector=self.vector is not None,
            has_tags=bool(understood.wanted),
            uses=frozenset(part for part, used in uses.items() if used),
        )

    @cached_property
    def keyset(self) -> Keyset:
        """Cursors of exactly this search: another text, filter, model or set of weights makes other pages."""
        return Keyset(
            "search",
            {
                "text": self.understanding.text,
                "filters": self._lasting_filters.identity(),
                "times": self.request.times_filter,
                "modes": self.request.mode_counts,
                "model": [self.model, *astuple(self.calibration)] if self.vector is not None else None,
                "weights": tuning.CURRENT.version,
            },
        )

    @cached_property
    def after(self) -> Position | None:
        """Where the page begins.

        Raises:
            ValidationError: on ``cursor``.
        """
        if self.request.cursor is None:
            return None
        name_hit, score, shop_id = self.keyset.decode(self.request.cursor, length=3)
        return Position(int(name_hit or 0), float(score or 0), str(shop_id))

    def statement(self) -> tuple[str, dict[str, Any]]:
        """SQL and parameters of the page."""
        implied = tuning.CURRENT.implied
        return statement(
            SearchPlan(
                filters=self.filters,
                shares=self.shares,
                model=self.model,
                vector=self.vector,
                calibration=self.calibration,
                wanted={wish.tag.number: implied if wish.implied else 1.0 for wish in self.understanding.wanted},
                avoided={wish.tag.number: 1.0 for wish in self.understanding.avoided},
                mode=self.mode,
                name=self.understanding.name,
                distance_scale_km=tuning.CURRENT.distance_scale_km,
                limit=self.request.limit,
                after=self.after,
            )
        )


def prepare(
    request: SearchRequest,
    *,
    vocabulary: Vocabulary,
    vectors: QueryVectors,
    now: datetime,
    calibration: Calibration | None = None,
) -> PreparedSearch:
    """Understand the text and fetch its vector. If the embedder fails, tags and words alone must do.

    ``now`` is what 現在 in the text means. Cosines are read by ``calibration``, or by what this code knows of the
    vectors' model.

    Raises:
        ValidationError: on ``cursor``.
    """
    understood = understand(request.text, vocabulary, now, times_filter=request.times_apply)
    vector, degraded = None, False
    if understood.text_to_embed:
        try:
            vector = vectors.of(understood.text_to_embed)
        except (ProviderUnavailable, ProviderRefused) as exc:
            logger.warning("A search goes without meaning: the embedder failed: %s", exc)
            degraded = True
    calibration = calibration or tuning.calibration_of(vectors.model)
    prepared = PreparedSearch(request, vocabulary, understood, vectors.model, calibration, vector, degraded, now)
    _ = prepared.after  # a bad cursor is refused before any transaction
    return prepared


def answer(prepared: PreparedSearch) -> dict[str, object]:
    """Run the search on the caller's connection: two statements, and plain data as the API gives it."""
    sql, parameters = prepared.statement()
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows = cursor.fetchall()
    total = rows[0][0]
    hits = [row for row in rows if row[LEADING_COLUMNS.index("score")] is not None]
    page = hits[: prepared.request.limit]
    quotes = _quotes(prepared, [row[len(LEADING_COLUMNS)] for row in page])
    return {
        "understood": _understood(prepared),
        "total": total,
        "degraded": prepared.degraded,
        "weights_version": tuning.CURRENT.version,
        "results": [_result(row, prepared, quotes) for row in page],
        "next_cursor": _cursor(prepared, page[-1]) if len(hits) > len(page) else None,
    }


def _cursor(prepared: PreparedSearch, row: Sequence[Any]) -> str:
    values = leading(row)
    return prepared.keyset.encode([values["name_hit"], values["score"], str(row[len(LEADING_COLUMNS)])])


def _quotes(prepared: PreparedSearch, shop_ids: Sequence[UUID]) -> dict[tuple[UUID, str], str]:
    """The first quoted words for each tag that this search is about, by shop and tag."""
    understood = prepared.understanding
    tag_ids = [wish.tag.id for wish in (*understood.wanted, *understood.avoided)]
    if not tag_ids or not shop_ids:
        return {}
    rows = EffectiveShopTag.objects.filter(shop_id__in=shop_ids, tag_id__in=tag_ids).values_list(
        "shop_id", "tag_id", "evidence"
    )
    return {(shop_id, tag_id): evidence[0]["quote"] for shop_id, tag_id, evidence in rows if evidence}


def _result(row: Sequence[Any], prepared: PreparedSearch, quotes: Mapping[tuple[UUID, str], str]) -> dict[str, object]:
    values = leading(row)
    confidences = read_tag_vector(values["tag_vector"])
    shop_id = row[len(LEADING_COLUMNS)]

    def matched(wishes: Sequence[Wish]) -> list[dict[str, object]]:
        return [
            {
                **_tag(wish),
                "confidence": round(confidences[wish.tag.number], 4),
                "evidence": quotes.get((shop_id, wish.tag.id)),
            }
            for wish in wishes
            if wish.tag.number in confidences
        ]

    understood = prepared.understanding
    return {
        "shop": shop_summary(row[len(LEADING_COLUMNS) :], confidences, prepared.vocabulary, now=prepared.now),
        "similarity_score": values["meaning"],
        "taxonomy_boost": values["tags"],
        "total_score": values["score"],
        "matched": {
            "parts": [
                {
                    "name": part,
                    "weight": prepared.shares[part],
                    "value": values[part],
                    "contribution": prepared.shares[part] * values[part],
                }
                for part in PARTS
                if part in prepared.shares
            ],
            "name": values["name_hit"] == 1,
            "tags": matched(understood.wanted),
            "avoided": matched(understood.avoided),
            "missing": [
                _tag(wish) for wish in understood.wanted if not wish.implied and wish.tag.number not in confidences
            ],
            "distance_m": values["distance_m"],
        },
    }


def _understood(prepared: PreparedSearch) -> dict[str, object]:
    """How the text was read, for chips that a person can take away."""
    understood = prepared.understanding
    return {
        "text": understood.text,
        "wanted": [_tag(wish) for wish in understood.wanted],
        "avoided": [_tag(wish) for wish in understood.avoided],
        "areas": [_area(wish, applied=prepared.areas_apply) for wish in understood.areas],
        "time": _time(understood.opening, applied=prepared.request.times_apply),
        "mode": understood.mode,
        "mode_applied": understood.mode is not None and prepared.request.mode_applies,
        "needs_place": prepared.request.filters.near is None and any(word in understood.text for word in NEARBY),
        "leftover": list(understood.leftover),
    }


def _tag(wish: Wish) -> dict[str, object]:
    return {
        "id": wish.tag.id,
        "label": wish.tag.label,
        "label_zh": wish.tag.label_zh,
        "implied": wish.implied,
        "query_span": _span(wish.span),
    }


def _area(wish: AreaWish, *, applied: bool) -> dict[str, object]:
    return {
        "areas": [{"city": area.city, "district": area.district} for area in wish.areas],
        "excluded": wish.excluded,
        "applied": applied,
        "query_span": _span(wish.span),
    }


def _time(wish: OpeningWish | None, *, applied: bool) -> dict[str, object] | None:
    if wish is None:
        return None
    return {"open_at": wish.open_at.isoformat(), "applied": applied, "query_span": _span(wish.span)}


def _span(span: Span) -> dict[str, object]:
    return {"start": span.start, "end": span.end, "text": span.words}
