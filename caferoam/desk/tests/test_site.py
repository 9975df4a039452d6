"""The process around the pages: who gets in, what browsers are told, and what the other processes are spared."""

import json
import os
import re
import subprocess
import sys

import psycopg
import pytest
from django.conf import settings
from django.test import Client
from pytest_django import Settings

from caferoam.desk.tests.conftest import dead_letters
from caferoam.jobs.models import Job
from caferoam.testing.desk import operator

PAGES = ["/", "/jobs/job/", "/jobs/lane/", "/django_celery_beat/periodictask/", "/accounts/profile/", "/auth/user/"]


def run(code: str, **environment: str) -> str:
    """What a Python process of its own prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("page", PAGES)
def test_who_is_not_logged_in_gets_the_login_page_and_then_what_was_asked_for(db: None, page: str) -> None:
    answer = Client().get(page)
    assert (answer.status_code, answer["Location"]) == (302, f"/login/?next={page}")
    assert Client().get(answer["Location"]).status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_every_page_forbids_scripts_and_styles_from_elsewhere_and_needs_none(admin: Client, page: str) -> None:
    answer = admin.get(page)
    assert answer.status_code == 200
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer["X-Frame-Options"] == "DENY"
    html = answer.content.decode()
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", html), "no script in the page"
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", html), "no style or handler in the page"


@pytest.mark.parametrize("page", PAGES)
def test_every_page_speaks_both_languages(admin: Client, page: str) -> None:
    english = admin.get(page, headers={"accept-language": "en"}).content.decode()
    assert '<html lang="en"' in english
    assert "Overview" in english
    chinese = admin.get(page, headers={"accept-language": "zh-TW,zh;q=0.9"}).content.decode()
    assert '<html lang="zh-hant"' in chinese
    assert "總覽" in chinese
    assert "Overview" not in chinese


def test_the_language_can_be_chosen_and_is_remembered(admin: Client) -> None:
    answer = admin.post("/language/setlang/", {"language": "zh-hant", "next": "/jobs/lane/"})
    assert (answer.status_code, answer["Location"]) == (302, "/jobs/lane/")
    assert "通道" in admin.get("/jobs/lane/", headers={"accept-language": "en"}).content.decode()


def test_somebody_on_the_staff_sees_only_the_ways_that_are_open_to_them(db: None) -> None:
    client = operator("jobs", "jobs.view_job")
    page = client.get("/").content.decode()
    assert "/jobs/job/" in page
    assert "/jobs/lane/" not in page.split("<main")[0]
    assert client.get("/jobs/lane/").status_code == 403
    without = operator("nobody", "auth.view_group")
    assert without.get("/").status_code == 200
    assert without.get("/jobs/job/").status_code == 403


def test_without_redis_operators_get_in_and_are_told(admin: Client, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    assert Client().post("/login/", {"username": "x", "password": ""}).status_code == 200
    assert "Redis does not answer." in admin.get("/").content.decode()


def test_the_workers_login_has_the_rights_for_all_of_it(worker_login: None, worker: psycopg.Connection) -> None:
    client = operator("as_worker")
    (job,) = dead_letters(1)
    for page in PAGES:
        assert client.get(page).status_code == 200
    answer = client.post(f"/jobs/job/{job.pk}/step/", {"step": "requeue", "confirmed": "yes"})
    assert answer.status_code == 302
    assert Job.objects.get(pk=job.pk).status == "pending"
    assert client.post("/logout/").status_code == 200


@pytest.mark.slow
def test_no_other_process_loads_a_page_of_the_admin() -> None:
    loaded = (
        "import sys, json\n"
        "print(json.dumps([m for m in sys.modules if m.startswith(('caferoam.desk', 'caferoam.admin'))]))"
    )
    api = json.loads(run("import caferoam.wsgi\nfrom django.urls import resolve\nresolve('/shops')\n" + loaded))
    worker = json.loads(
        run("import django\ndjango.setup()\nfrom caferoam.jobs.discovery import *\ndiscover_job_types()\n" + loaded)
    )
    assert set(api) | set(worker) <= {"caferoam.desk", "caferoam.desk.apps"}
    admin = json.loads(run("import caferoam.admin_wsgi\n" + loaded))
    assert "caferoam.desk.jobs" in admin


@pytest.mark.slow
def test_the_process_passes_the_checks_that_the_others_cannot() -> None:
    check = "from django.core.management import execute_from_command_line as run\nrun(['', 'check'])"
    assert "no issues" in run(check, DJANGO_SETTINGS_MODULE="caferoam.admin_settings")


@pytest.mark.slow
def test_in_production_cookies_are_secure_and_the_address_must_be_known() -> None:
    keys = {"SUPABASE_PUBLISHABLE_KEY": "sb_publishable_0123456789abcdef"}
    production = {"CAFEROAM_ENV": "production", "SUPABASE_URL": "https://project.supabase.co", **keys}
    code = (
        "from caferoam import admin_settings as s\n"
        "for kind in ('SESSION', 'CSRF', 'LANGUAGE'):\n"
        "    cookie = [getattr(s, f'{kind}_COOKIE_{word}') for word in ('NAME', 'SECURE', 'HTTPONLY', 'SAMESITE')]\n"
        "    assert cookie[0].startswith('__Host-') and cookie[1:] == [True, True, 'Strict'], cookie\n"
        "print(s.CSRF_TRUSTED_ORIGINS, s.ALLOWED_HOSTS[-1], s.NUM_PROXIES)"
    )
    told = run(code, ADMIN_URL="https://admin.caferoam.example/", **production)
    assert told.split() == ["['https://admin.caferoam.example']", "admin.caferoam.example", "1"]
    with pytest.raises(AssertionError, match="ADMIN_URL is not set"):
        run(code, **production)
