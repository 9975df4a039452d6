"""How editions go on, and the one that is made by rules."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from caferoam.database.errors import violated_constraint
from digest import editions
from digest.automatic import choose, make_edition
from digest.editions import EditionRefused, monday_of, next_monday
from digest.models import Edition, Pick
from digest.tests.making import MONDAY
from digest.tests.making import make_edition as edition_of
from shops.models import Shop
from shops.tests.making import make_shop

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("moment", "monday"),
    [
        (datetime(2026, 11, 22, 15, 59, tzinfo=UTC), date(2026, 11, 16)),  # Sunday 23:59 in Taipei
        (datetime(2026, 11, 22, 16, 0, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 11, 23, 1, 0, tzinfo=UTC), date(2026, 11, 23)),
    ],
)
def test_the_week_begins_on_monday_in_taipei(moment: datetime, monday: date) -> None:
    assert monday_of(moment) == monday


def test_an_approved_edition_is_sent_rather_than_one_made_by_rules() -> None:
    now = timezone.now()
    approved = edition_of(week=monday_of(now))
    assert editions.edition_to_send(now) == approved
    assert not Edition.objects.filter(is_automatic=True).exists()


@pytest.mark.parametrize(
    ("moment", "monday"),
    [
        (datetime(2026, 11, 22, 15, 59, tzinfo=UTC), date(2026, 11, 23)),  # Sunday 23:59 in Taipei
        (datetime(2026, 11, 23, 0, 59, tzinfo=UTC), date(2026, 11, 23)),
        (datetime(2026, 11, 23, 1, 0, tzinfo=UTC), date(2026, 11, 30)),
    ],
)
def test_the_next_email_is_todays_until_nine_in_the_morning(moment: datetime, monday: date) -> None:
    assert next_monday(moment) == monday


def test_only_one_edition_of_a_week_is_approved() -> None:
    edition_of()
    second = edition_of(status="draft")
    with pytest.raises(EditionRefused) as refused:
        editions.approve(second.pk)
    assert refused.value.reason == "week_taken"


def test_an_edition_without_a_cafe_to_see_is_not_approved() -> None:
    with pytest.raises(EditionRefused) as refused:
        editions.approve(edition_of(make_shop("歇業", status="closed"), status="draft").pk)
    assert refused.value.reason == "empty"


def test_an_approved_edition_can_be_taken_back_until_it_is_being_sent() -> None:
    edition = edition_of(status="draft")
    editions.approve(edition.pk)
    editions.withdraw(edition.pk)
    editions.approve(edition.pk)
    edition.refresh_from_db()
    editions.begin(edition)
    with pytest.raises(EditionRefused):
        editions.withdraw(edition.pk)


@pytest.mark.parametrize("status", ["sending", "sent"])
def test_nothing_of_an_edition_changes_once_it_is_being_sent(status: str) -> None:
    edition = edition_of(sent_at=timezone.now(), status=status)
    changes: list[Callable[[], object]] = [
        lambda: Edition.objects.filter(pk=edition.pk).update(subject_zh="另一個"),
        lambda: Edition.objects.filter(pk=edition.pk).update(status="draft"),
        lambda: Pick.objects.filter(edition=edition).update(blurb_zh="另一個"),
        lambda: Pick.objects.create(edition=edition, shop=make_shop("新"), position=9),
    ]
    for change in changes:
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            change()
        assert violated_constraint(refused.value) == "digest_editions_frozen"


def described(name: str, **fields: Any) -> Shop:
    return make_shop(name, summary_zh=f"{name}。", summary_en=f"{name}.", enriched_at=timezone.now(), **fields)


def modes(work: float, rest: float, social: float) -> dict[str, Any]:
    return {"mode_work": work, "mode_rest": rest, "mode_social": social}


def test_the_automatic_edition_has_one_cafe_for_each_reason_and_none_twice() -> None:
    best_of_all = described("全能", **modes(0.9, 0.9, 0.9))
    rest, social = described("放空", **modes(0.1, 0.8, 0.1)), described("聚會", **modes(0.1, 0.2, 0.7))
    newest = described("新")
    make_shop("沒有描述", **modes(1, 1, 1))
    assert choose(featured=()) == {"new": newest, "mode_work": best_of_all, "mode_rest": rest, "mode_social": social}


def test_a_cafe_that_was_shown_lately_gives_way_to_another() -> None:
    shown, other = described("去過", **modes(0.9, 0, 0)), described("另一間", **modes(0.6, 0, 0))
    edition_of(shown, status="sent", sent_at=timezone.now(), week=MONDAY - timedelta(weeks=3))
    edition = make_edition(MONDAY)
    assert edition is not None
    assert edition.is_automatic
    assert [pick.shop for pick in edition.picks.all()] == [other, shown]
    assert [(pick.label, pick.blurb_zh, pick.blurb_en) for pick in edition.picks.all()] == [
        ("new", "另一間。", "另一間."),
        ("mode_work", "去過。", "去過."),
    ]


def test_a_week_gets_one_automatic_edition_whoever_asks() -> None:
    described("唯一")
    assert make_edition(MONDAY) == make_edition(MONDAY)
    assert Edition.objects.count() == 1
