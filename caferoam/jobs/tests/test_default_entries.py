"""What the code proposes for the schedule, and what operators make of it."""

import pytest
from django.conf import settings
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from caferoam.jobs.default_entries import AWAITED, create_default_entries

pytestmark = pytest.mark.django_db

NIGHTLY = {"sweep": ("0 3 * * *", "Sweeps.")}


def the_entry() -> PeriodicTask:
    return PeriodicTask.objects.get(name="sweep")


def test_an_entry_is_created_once_and_never_overwritten() -> None:
    create_default_entries(NIGHTLY, ["sweep"])
    entry = the_entry()
    assert (entry.task, entry.enabled, entry.description) == ("sweep", True, "Sweeps.")
    assert str(entry.crontab) == "0 3 * * * (m/h/dM/MY/d) Asia/Taipei"
    later = CrontabSchedule.objects.create(minute="0", hour="4", timezone="Asia/Taipei")
    PeriodicTask.objects.filter(pk=entry.pk).update(crontab=later, enabled=False)
    create_default_entries({"sweep": ("0 5 * * *", "Sweeps better.")}, ["sweep"])
    assert (the_entry().crontab, the_entry().enabled, the_entry().description) == (later, False, "Sweeps.")
    assert CrontabSchedule.objects.count() == 2


def test_entries_share_a_crontab() -> None:
    create_default_entries({name: ("0 3 * * *", name) for name in ("one", "other")}, ["one", "other"])
    assert (CrontabSchedule.objects.count(), PeriodicTask.objects.count()) == (1, 2)


def test_an_entry_that_was_deleted_comes_back() -> None:
    create_default_entries(NIGHTLY, ["sweep"])
    the_entry().delete()
    create_default_entries(NIGHTLY, ["sweep"])
    assert the_entry().enabled


def test_an_entry_whose_job_no_code_knows_is_disabled_and_says_so_until_the_code_comes() -> None:
    create_default_entries(NIGHTLY, [])
    assert (the_entry().enabled, the_entry().description) == (False, f"{AWAITED}Sweeps.")
    create_default_entries(NIGHTLY, [])
    assert not the_entry().enabled
    before = timezone.now()
    create_default_entries({"sweep": ("0 5 * * *", "Sweeps better.")}, ["sweep"])
    entry = the_entry()
    assert (entry.enabled, entry.description, entry.crontab.hour) == (True, "Sweeps better.", "5")
    assert (entry.start_time, entry.date_changed > before) == (None, True), "turns that lie behind are not missed ones"


@pytest.mark.parametrize("edit", [{"kwargs": '{"limit": 1}'}, {"enabled": True}, {}], ids=["kwargs", "on", "saved"])
def test_an_entry_that_was_edited_is_not_enabled(edit: dict[str, object]) -> None:
    create_default_entries(NIGHTLY, [])
    for values in (edit, {"enabled": False}):
        entry = the_entry()
        for name, value in values.items():
            setattr(entry, name, value)
        entry.save()
    create_default_entries(NIGHTLY, ["sweep"])
    assert not the_entry().enabled


def test_the_schedule_of_this_code() -> None:
    lines = {job_type: line for job_type, (line, _) in settings.JOBS_SCHEDULE.items()}
    assert lines == {
        "staleness_sweep": "0 3 * * *",
        "drift_rescue": "0 4 * * *",
        "collect_llm_batches": "*/10 * * * *",
        "prune_jobs": "17 * * * *",
        "settle_deletions": "41 * * * *",
        "expire_exports": "11 * * * *",
        "sweep_uploads": "47 * * * *",
        "weekly_email": "0 9 * * 1",
    }
    assert all(description.endswith(".") for _, description in settings.JOBS_SCHEDULE.values())
