"""The pages for what cannot be answered."""

import pytest
from django.test import Client, RequestFactory

from caferoam.desk.errors import broken
from caferoam.desk.tests.test_site import run
from caferoam.testing.desk import operator

_WITHOUT_DATABASE = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "caferoam.admin_settings"
import django
django.setup()
from django.test import Client
client = Client(raise_request_exception=False, headers={"host": "127.0.0.1"})
client.cookies["caferoam_admin"] = "a" * 32
answer = client.get("/")
print(answer.status_code, answer.content.decode())
"""


@pytest.mark.slow
def test_without_the_database_both_languages_say_so_and_no_more_is_told() -> None:
    status, _, html = run(_WITHOUT_DATABASE, DATABASE_URL="postgresql://somebody:secret@127.0.0.1:1/none").partition(
        " "
    )
    assert status == "503"
    assert "The database does not answer." in html
    assert "資料庫沒有回應。" in html
    for told in ("secret", "somebody", "Traceback", "psycopg"):
        assert told not in html


def test_any_other_failure_has_a_page_of_its_own() -> None:
    try:
        raise KeyError("secret")
    except KeyError:
        answer = broken(RequestFactory().get("/"))
    assert answer.status_code == 500
    html = answer.content.decode()
    assert "This page has failed." in html
    assert "這個頁面發生錯誤。" in html
    assert "secret" not in html


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("/jobs/job/0190d5a4-0000-7000-8000-000000000001/change/", 404, "很久以前結束的工作已經刪除"),
        ("/jobs/job/?status=%00", 400, "這不是維運台的網址或表單"),
        ("/jobs/lane/", 403, "你的帳號沒有這項權限"),
    ],
)
def test_a_refusal_says_why_in_the_reader_s_language(db: None, path: str, status: int, text: str) -> None:
    answer = operator("jobs", "jobs.view_job").get(path, headers={"accept-language": "zh-TW"})
    assert answer.status_code == status
    assert text in answer.content.decode()


def test_an_old_page_says_to_open_it_anew(admin: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = admin.cookies
    answer = strict.post("/logout/")
    assert answer.status_code == 403
    assert "This page was too old." in answer.content.decode()
