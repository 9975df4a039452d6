"""Who may make whom an operator, and the log of what they do."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from caferoam.desk.tests.conftest import dead_letters
from caferoam.desk.tests.test_jobs import ask, confirm, texts
from caferoam.jobs.models import Job, Lane
from caferoam.testing.desk import operator

LOG = "/admin/logentry/"


@pytest.mark.parametrize("page", ["/auth/user/{}/change/", "/auth/user/{}/password/", "/auth/user/add/"])
def test_only_superusers_make_operators(admin: Client, page: str) -> None:
    permissions = ("auth.view_user", "auth.change_user", "auth.add_user", "auth.change_group", "auth.add_group")
    staff = operator("ambitious", *permissions)
    me = User.objects.get(username="ambitious")
    answer = staff.post(page.format(me.pk), {"username": "ambitious", "is_superuser": "on", "is_staff": "on"})
    assert answer.status_code == 403
    assert staff.post("/auth/group/add/", {"name": "gods"}).status_code == 403
    me.refresh_from_db()
    assert not me.is_superuser
    assert admin.get(page.format(me.pk)).status_code == 200


def test_nobody_is_removed_with_what_they_have_done(admin: Client) -> None:
    user = User.objects.create(username="gone")
    assert admin.post(f"/auth/user/{user.pk}/delete/", {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": str(user.pk), "post": "yes"}
    admin.post("/auth/user/", chosen)
    assert User.objects.filter(pk=user.pk).exists()


def test_the_log_tells_who_did_what_to_which_jobs(admin: Client) -> None:
    (one,) = dead_letters(1)
    url = f"/jobs/job/{one.pk}/step/"
    confirm(admin, admin.post(url, {"step": "discard"}).content, url)
    dead_letters(3, last_error="Timeout: provider")
    query = "/jobs/job/?q=timeout&status=dead_letter"
    fields = {"select_across": "1", "_selected_action": str(one.pk)}
    confirm(admin, ask(admin, "requeue", query, **fields), query)
    told = texts(admin.get(LOG).content)
    assert "3 jobs were queued again. (q=timeout&amp;status=dead_letter)" in told
    assert f"{one.pk} 1 dead letter was discarded." in told
    assert f'href="/jobs/job/{one.pk}/change/"' in admin.get(LOG).content.decode()
    assert "已重新排入 3 個工作。" in texts(admin.get(LOG, headers={"accept-language": "zh-TW"}).content)


def test_the_log_tells_of_lanes_and_the_schedule(admin: Client, lane: Lane) -> None:
    limits = {"enrich_shop-width": "2", "enrich_shop-rate_per_minute": "1500", "enrich_shop-rate_per_day": ""}
    admin.post("/jobs/lane/", limits)
    admin.post("/jobs/lane/enrich_shop/pause/", {"reason": "bill unpaid"})
    admin.post("/jobs/lane/enrich_shop/resume/")
    noon = CrontabSchedule.objects.create(minute="0", hour="12", timezone="Asia/Taipei")
    entry = PeriodicTask.objects.create(name="sweep at noon", task="staleness_sweep", crontab=noon)
    admin.post(f"/django_celery_beat/periodictask/{entry.pk}/run-now/")
    told = texts(admin.get(LOG).content)
    assert "width: 4 → 2, rate_per_minute: – → 1,500" in told
    assert "Paused: bill unpaid (admin)" in told
    assert "Resumed" in told
    assert f"Run now, as job {str(Job.objects.get().pk)[:8]}" in told


def test_a_step_that_changed_nothing_is_not_in_the_log(admin: Client) -> None:
    (done,) = dead_letters(1, status="completed", completed_at="2026-01-01T00:00Z")
    admin.post(f"/jobs/job/{done.pk}/step/", {"step": "requeue", "confirmed": "yes"})
    assert not LogEntry.objects.exists()


def test_nobody_writes_in_the_log(admin: Client, viewer: Client) -> None:
    assert admin.get(f"{LOG}add/").status_code == 403
    assert viewer.get(LOG).status_code == 403
