"""What is queued by the clock."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, PeriodicTask, PeriodicTasks
from pytest_django import DjangoAssertNumQueries, Settings

from caferoam.jobs.default_entries import create_default_entries
from caferoam.jobs.models import Job

SCHEDULE = "/django_celery_beat/periodictask/"
NEW = {
    "name": "sweep at noon",
    "task": "staleness_sweep",
    "when": "0 12 * * *",
    "kwargs": "",
    "enabled": "on",
    "description": "Again at noon.",
}


@pytest.fixture
def entry(db: None) -> PeriodicTask:
    """An entry that somebody has added."""
    noon = CrontabSchedule.objects.create(minute="0", hour="12", timezone="Asia/Taipei")
    return PeriodicTask.objects.create(name="sweep at noon", task="staleness_sweep", crontab=noon)


def test_an_entry_is_added_with_the_fields_that_count(admin: Client) -> None:
    answer = admin.post(f"{SCHEDULE}add/", NEW | {"kwargs": '{ "limit": 5 }'}, follow=True)
    assert "The entry sweep at noon was saved." in answer.content.decode()
    entry = PeriodicTask.objects.get()
    assert (entry.task, json.loads(entry.kwargs), entry.enabled) == ("staleness_sweep", {"limit": 5}, True)
    assert str(entry.crontab.timezone) == "Asia/Taipei"
    assert (entry.crontab.hour, entry.crontab.minute, entry.crontab.day_of_week) == ("12", "0", "*")
    assert LogEntry.objects.get().is_addition()


def test_two_entries_of_the_same_time_share_it_and_changing_one_leaves_the_other(
    admin: Client, entry: PeriodicTask
) -> None:
    admin.post(f"{SCHEDULE}add/", NEW | {"name": "another"})
    another = PeriodicTask.objects.get(name="another")
    assert another.crontab_id == entry.crontab_id
    admin.post(f"{SCHEDULE}{another.pk}/change/", NEW | {"name": "another", "when": "30 12 * * 1-5"})
    another.refresh_from_db()
    entry.refresh_from_db()
    assert (another.crontab.minute, another.crontab.day_of_week) == ("30", "1-5")
    assert entry.crontab.minute == "0"


def test_a_change_is_one_that_beat_notices(admin: Client, entry: PeriodicTask) -> None:
    long_ago = datetime(2026, 1, 1, tzinfo=UTC)
    PeriodicTasks.objects.update(last_update=long_ago)
    PeriodicTask.objects.update(date_changed=long_ago)
    admin.post(f"{SCHEDULE}{entry.pk}/change/", NEW | {"enabled": ""})
    entry.refresh_from_db()
    assert not entry.enabled
    assert entry.date_changed > long_ago
    assert PeriodicTasks.last_change() > long_ago


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("when", "0 12 * *", "five parts"),
        ("when", "0 25 * * *", "This is not such a line"),
        ("when", "0 0 31 2 *", "never occurs"),
        ("kwargs", "limit=5", "This is not JSON"),
        ("kwargs", "[]", "must be a JSON object"),
        ("kwargs", '{"limit": "five"}', "staleness_sweep does not take this: payload field 'limit' must be int"),
        ("kwargs", '{"colour": 1}', "payload field 'colour' is unknown"),
        ("task", "no_such_type", "Select a valid choice"),
        ("name", "", "This field is required"),
    ],
)
def test_what_could_not_run_is_refused_with_the_reason(admin: Client, field: str, value: str, complaint: str) -> None:
    answer = admin.post(f"{SCHEDULE}add/", NEW | {field: value})
    assert answer.status_code == 200
    assert complaint in answer.content.decode().replace("&#x27;", "'")
    assert not PeriodicTask.objects.exists()
    assert not CrontabSchedule.objects.exists()


def test_a_required_field_of_the_payload_is_asked_for(admin: Client) -> None:
    answer = admin.post(f"{SCHEDULE}add/", NEW | {"task": "enrich_shop"})
    assert "shop_id&#x27; is missing" in answer.content.decode()


def test_an_entry_for_code_to_come_stays_off(admin: Client, entry: PeriodicTask) -> None:
    PeriodicTask.objects.update(task="of_tomorrow", enabled=False)
    fields = NEW | {"task": "of_tomorrow"}
    assert "cannot be switched on" in admin.post(f"{SCHEDULE}{entry.pk}/change/", fields).content.decode()
    assert admin.post(f"{SCHEDULE}{entry.pk}/change/", fields | {"enabled": ""}).status_code == 302


def test_the_list_tells_the_next_and_the_last_turn(
    admin: Client, entry: PeriodicTask, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    before = timezone.now()
    PeriodicTask.objects.update(last_run_at=before - timedelta(minutes=5))
    with django_assert_max_num_queries(3):
        page = admin.get(SCHEDULE).content.decode()
    times = [datetime.fromisoformat(found) for found in re.findall(r'<time datetime="([^"]+)"', page)]
    upcoming, last = times
    assert (upcoming.hour, upcoming.minute, upcoming.second) == (12, 0, 0)
    assert upcoming.utcoffset() == timedelta(hours=8)
    assert before < upcoming <= timezone.now() + timedelta(days=1)
    assert re.search(r"\b([5-9]|\d\d) min ago", page)
    assert last < timezone.now()


def test_run_now_asks_then_queues_one_job_with_the_payload(admin: Client, entry: PeriodicTask) -> None:
    PeriodicTask.objects.update(kwargs='{"limit": 7}')
    url = f"{SCHEDULE}{entry.pk}/run-now/"
    assert "Run sweep at noon now?" in admin.get(url).content.decode()
    assert not Job.objects.exists()
    answer = admin.post(url)
    job = Job.objects.get()
    assert answer["Location"] == f"/jobs/job/{job.pk}/change/"
    assert (job.job_type, job.payload["limit"], job.status) == ("staleness_sweep", 7, "pending")
    entry.refresh_from_db()
    assert entry.last_run_at is None, "its turns stay as they are"


def test_an_added_entry_can_be_removed_a_default_one_only_switched_off(
    admin: Client, entry: PeriodicTask, settings: Settings
) -> None:
    url = f"{SCHEDULE}{entry.pk}/delete/"
    assert url in admin.get(SCHEDULE).content.decode()
    settings.JOBS_SCHEDULE = {entry.name: ("0 12 * * *", "")}
    assert url not in admin.get(SCHEDULE).content.decode()
    assert admin.post(url).status_code == 404
    settings.JOBS_SCHEDULE = {}
    assert admin.get(url).status_code == 200
    assert PeriodicTask.objects.exists()
    admin.post(url)
    assert not PeriodicTask.objects.exists()
    assert LogEntry.objects.get().is_deletion()


def test_who_may_only_look_can_change_nothing(viewer: Client, entry: PeriodicTask) -> None:
    page = viewer.get(SCHEDULE).content.decode()
    assert "sweep at noon" in page
    assert "run-now" not in page
    for path in ("add/", f"{entry.pk}/change/", f"{entry.pk}/run-now/", f"{entry.pk}/delete/"):
        assert viewer.post(SCHEDULE + path, NEW).status_code == 403
        assert viewer.get(SCHEDULE + path).status_code == 403
    assert not Job.objects.exists()


def test_an_entry_of_a_type_that_no_code_knows_is_not_run(admin: Client, entry: PeriodicTask) -> None:
    PeriodicTask.objects.update(task="of_tomorrow")
    assert "run-now" not in admin.get(SCHEDULE).content.decode()
    assert admin.post(f"{SCHEDULE}{entry.pk}/run-now/").status_code == 404
    assert not Job.objects.exists()


def test_a_payload_nested_too_deeply_is_refused(admin: Client) -> None:
    assert admin.post(f"{SCHEDULE}add/", NEW | {"kwargs": "[" * 9_999}).status_code == 200
    assert not PeriodicTask.objects.exists()


def test_the_code_s_own_entries_are_described_in_the_reader_s_language(admin: Client) -> None:
    create_default_entries(settings.JOBS_SCHEDULE, known_types={"staleness_sweep"})
    page = admin.get(SCHEDULE, headers={"accept-language": "zh-TW"}).content.decode()
    assert "重新描述說明超過 90 天的咖啡廳" in page
    assert "尚未使用：目前的程式還沒有這種工作。 寄送週報給訂閱的會員。" in page
    for _line, description in settings.JOBS_SCHEDULE.values():
        assert description.split(";")[0] not in page
