"""The edition that is sent when no curator has made one in time."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import Now

from caferoam.database.errors import violated_constraint
from checkins.models import CheckIn
from digest.models import Edition, Pick
from shops.models import Shop
from shops.models.shop import MODES

NOT_AGAIN_WITHIN: Final = timedelta(weeks=8)
POPULAR_WITH: Final = 3
"""Members who must have been there: what fewer do is their own affair."""
MADE_BY: Final = "rules"
_ONE_A_WEEK: Final = "digest_editions_one_a_week"


def make_edition(week: date) -> Edition | None:
    """Make the automatic edition of a week, ready to be sent; None if there is no café to show.

    If the week has an edition that is no draft, that one is returned instead.
    """
    picks = choose(featured=_featured_before(week))
    if not picks:
        return None
    try:
        with transaction.atomic():
            edition = Edition.objects.create(
                week=week, status=Edition.Status.READY, is_automatic=True, created_by=MADE_BY
            )
            _add_picks(edition, picks)
    except IntegrityError as exc:
        if violated_constraint(exc) != _ONE_A_WEEK:
            raise
        return Edition.objects.exclude(status=Edition.Status.DRAFT).get(week=week)
    return edition


def draft_edition(week: date, *, by: str) -> Edition | None:
    """A draft of what the rules choose for a week, for a curator to go on with; None if there is no café to show."""
    picks = choose(featured=_featured_before(week))
    if not picks:
        return None
    with transaction.atomic():
        edition = Edition.objects.create(week=week, created_by=by)
        _add_picks(edition, picks)
    return edition


def choose(*, featured: Collection[UUID]) -> dict[str, Shop]:
    """The cafés by the reason for which each was chosen, no café twice.

    One that many checked in to, the newest, and the best for each mode; those that were ``featured`` only where a
    reason leads to no other.
    """
    described = Shop.objects.live().exclude(summary_zh="")
    visited = (
        CheckIn.objects.filter(created_at__gte=Now() - timedelta(days=7))
        .values("shop_id")
        .annotate(members=Count("user_id", distinct=True))
        .filter(members__gte=POPULAR_WITH)
        .order_by("-members", "shop_id")
    )
    most_visited = [row["shop_id"] for row in visited[:20]]
    by_reason: dict[str, QuerySet[Shop]] = {
        Pick.Label.VISITED: described.filter(pk__in=most_visited),
        Pick.Label.NEW: described.filter(enriched_at__isnull=False).order_by("-created_at", "id"),
        **{
            mode: described.filter(Q(**{f"{mode}__gte": 0.5})).order_by(
                F(mode).desc(), F("rating").desc(nulls_last=True), "id"
            )
            for mode in MODES
        },
    }
    chosen: dict[str, Shop] = {}
    for reason, candidates in by_reason.items():
        free = candidates.exclude(pk__in=[shop.pk for shop in chosen.values()])
        if reason == Pick.Label.VISITED:
            rank = {shop_id: place for place, shop_id in enumerate(most_visited)}
            by_visits = sorted(free, key=lambda shop: (shop.pk in featured, rank[shop.pk]))
            best = by_visits[0] if by_visits else None
        else:
            best = free.exclude(pk__in=featured).first() or free.first()
        if best is not None:
            chosen[reason] = best
    return chosen


def _featured_before(week: date) -> set[UUID]:
    recent = Edition.objects.exclude(status=Edition.Status.DRAFT).filter(
        week__gte=week - NOT_AGAIN_WITHIN, week__lt=week
    )
    return set(Pick.objects.filter(edition__in=recent).values_list("shop_id", flat=True))


def _add_picks(edition: Edition, chosen: Mapping[str, Shop]) -> None:
    Pick.objects.bulk_create(
        Pick(
            edition=edition,
            shop=shop,
            position=place,
            label=reason,
            # As it is now: what goes out is what was to be seen before.
            blurb_zh=shop.summary_zh,
            blurb_en=shop.summary_en,
        )
        for place, (reason, shop) in enumerate(chosen.items())
    )
