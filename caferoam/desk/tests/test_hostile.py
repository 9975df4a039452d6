"""Texts from anywhere, on every page that shows them."""

import pytest
from django.test import Client

from caferoam.desk.tests.conftest import dead_letters
from caferoam.jobs.models import JobEvent, JobStart, Lane

HOSTILE = "<script>alert(1)</script>'\"><img src=x onerror=alert(2)> \u202elive\u202c \x1b[31m \x07 \u200b\u2066x"
"""Tags, a writing direction turned round, a terminal's colours, a bell, and what has no width."""


@pytest.fixture
def pages(db: None) -> list[str]:
    """Those that show what the texts were put in."""
    Lane.objects.create(job_type=HOSTILE, queue="q", width=1, paused=True, pause_reason=HOSTILE)
    columns = {"job_type": HOSTILE, "payload": {HOSTILE: HOSTILE, "_trace": HOSTILE}, "last_error": HOSTILE}
    (dead,) = dead_letters(1, **columns)
    (running,) = dead_letters(1, **columns, status="claimed", claimed_at="2100-01-01T00:00Z")
    JobStart.objects.create(
        job_id=running.pk, attempt=3, started_at=running.created_at, worker=HOSTILE, note=HOSTILE, done=1, total=2
    )
    event = JobEvent.objects.create(
        job=dead, kind="dead_letter", attempt=3, detail=HOSTILE, traceback=HOSTILE, actor=HOSTILE
    )
    job = f"/jobs/job/{dead.pk}"
    return [
        "/",
        "/jobs/job/",
        f"{job}/change/",
        f"/jobs/job/{running.pk}/change/",
        f"{job}/traceback/{event.pk}/",
        "/jobs/lane/",
    ]


def test_no_text_becomes_part_of_a_page_or_turns_it_round(admin: Client, pages: list[str]) -> None:
    for page in pages:
        html = admin.get(page).content.decode()
        assert "alert(1)" in html, page
        assert "<script>alert" not in html, page
        assert "<img" not in html, page
        assert "\\u202elive\\u202c" in html, page
        assert not set("\u202e\u202c\x1b\x07\u200b\u2066") & set(html), page


def test_what_is_asked_before_a_step_shows_them_too(admin: Client, pages: list[str]) -> None:
    answer = admin.post(pages[2].replace("change", "step"), {"step": "discard"})
    html = answer.content.decode()
    assert "&lt;script&gt;alert(1)" in html
    assert "<script>alert" not in html
    assert "\u202e" not in html


@pytest.mark.parametrize(
    "path",
    ["/jobs/job/?status=%00", "/jobs/job/?job_type=a%00b", "/jobs/lane/x%00y/pause/", "/jobs/job/?q=%00", "/%00"],
)
def test_a_nul_is_refused_before_postgres_sees_it(admin: Client, path: str) -> None:
    assert admin.get(path).status_code == 400
