"""How the queue stands."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from caferoam.jobs import endings, enqueue
from caferoam.jobs.models import Job, Lane
from caferoam.jobs.overview import TypeOverview, read_overview
from caferoam.jobs.tests.conftest import claimed, started

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lanes")]


def quiet(*known: str) -> TypeOverview:
    (found,) = [of_type for of_type in read_overview(known or ["live_quiet"]) if of_type.job_type == "live_quiet"]
    return found


def test_each_job_counts_once_by_its_state() -> None:
    started("live_quiet")
    claimed("live_quiet")
    ready = [enqueue("live_quiet"), enqueue("live_quiet")]
    Job.objects.filter(pk=ready[0]).update(scheduled_at=Now() - timedelta(minutes=5))
    enqueue("live_quiet", scheduled_at=timezone.now() + timedelta(hours=1))
    for status, hours_ago, count in [
        ("completed", 0.9, 3),
        ("completed", 1.1, 9),
        ("failed", 99, 4),
        ("dead_letter", 99, 5),
    ]:
        at = timezone.now() - timedelta(hours=hours_ago)
        Job.objects.bulk_create(Job(job_type="live_quiet", status=status, completed_at=at) for _ in range(count))
    found = quiet()
    assert (found.ready, found.scheduled, found.claimed_not_started, found.running) == (2, 1, 1, 1)
    assert (found.completed_last_hour, found.failed, found.dead_letter) == (3, 4, 5)
    assert found.oldest_ready_s == pytest.approx(300, abs=60)
    assert found.left == 4


def test_types_without_jobs_and_jobs_without_code_are_told_of() -> None:
    Job.objects.create(job_type="from_the_future")
    found = {of_type.job_type: of_type for of_type in read_overview(["live_note", "live_quiet"])}
    assert list(found) == ["from_the_future", "live_note", "live_quiet"]
    assert (found["live_note"].left, found["live_note"].obstacle) == (0, None)
    assert found["from_the_future"].obstacle == "no code here knows the type"


@pytest.mark.parametrize(
    ("lane", "obstacle"),
    [
        ({"paused": True}, "paused by an operator"),
        ({"paused": True, "pause_reason": "costs too much"}, "paused by an operator (costs too much)"),
        ({"width": 0}, "its lane has the width 0"),
        ({"pause_reason": "from the last time"}, None),
    ],
)
def test_a_type_that_cannot_start_says_why(lane: dict[str, object], obstacle: str | None) -> None:
    Lane.objects.filter(pk="live_quiet").update(**lane)
    assert quiet().obstacle == obstacle


def test_a_pause_that_ends_by_itself_is_no_obstacle() -> None:
    endings.pause_lane("live_quiet", timedelta(minutes=5), "busy")
    found = quiet()
    assert (found.obstacle, found.pause_reason, found.paused_until is None) == (None, "busy", False)
    Lane.objects.update(paused_until=Now() - timedelta(seconds=1))
    assert (quiet().paused_until, quiet().pause_reason) == (None, None)
