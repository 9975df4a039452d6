"""Members who want the weekly email, and editions, for tests."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import psycopg
from django.utils import timezone

from caferoam.api.principal import Principal
from caferoam.local.provision import OWNER
from caferoam.testing.database import database_url
from digest.models import Edition, Pick
from shops.models import Shop
from shops.tests.making import make_shop

MONDAY = date(2026, 11, 23)


def subscribe(*members: Principal, granted: bool = True) -> None:
    """Let members consent to the weekly email, or take it back, on a connection of its own."""
    with psycopg.connect(database_url(OWNER)) as connection:
        for member in members:
            connection.execute(
                "INSERT INTO consents (user_id, kind, granted, version, locale, source)"
                " VALUES (%s, 'weekly_email', %s, 'test', 'zh-TW', 'profile')",
                [member.user_id, granted],
            )


def make_edition(*shops: Shop, status: str = Edition.Status.READY, week: date = MONDAY, **fields: Any) -> Edition:
    """An edition with these cafés, or one with a single café."""
    edition = Edition.objects.create(week=week, **fields)
    chosen: Sequence[Shop] = shops or [
        make_shop("木鹿咖啡", summary_zh="安靜，適合工作。", summary_en="Quiet.", enriched_at=timezone.now())
    ]
    for place, shop in enumerate(chosen):
        Pick.objects.create(edition=edition, shop=shop, position=place)
    Edition.objects.filter(pk=edition.pk).update(status=status)
    edition.refresh_from_db()
    return edition
