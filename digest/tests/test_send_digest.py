"""``manage.py send_digest``: the preview writes files and sends nothing; without it a job is queued."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django.fixtures import Settings

from caferoam.jobs.models import Job
from digest.models import Delivery, Edition
from digest.tests.making import make_edition
from shops.tests.making import make_shop

pytestmark = pytest.mark.django_db


def test_the_preview_writes_both_languages_and_sends_nothing(settings: Settings, tmp_path: Path) -> None:
    settings.MAIL_FOLDER = str(tmp_path)
    make_edition(status="draft", subject_en="Three this week")
    told = io.StringIO()
    call_command("send_digest", "--preview", "--week", "2026-11-23", stdout=told)
    files = [Path(line) for line in told.getvalue().split()]
    assert sorted(file.suffix for file in files) == [".eml", ".eml", ".html", ".html", ".txt", ".txt"]
    assert "Three this week" in next(file for file in files if file.name.endswith("en.html")).read_text()
    assert not Delivery.objects.exists()
    assert not Job.objects.filter(job_type="weekly_email").exists()


def test_to_look_at_what_the_rules_would_send_takes_the_week_from_no_curator(
    settings: Settings, tmp_path: Path
) -> None:
    settings.MAIL_FOLDER = str(tmp_path)
    make_shop("木鹿", summary_zh="安靜。", enriched_at=timezone.now())
    call_command("send_digest", "--preview", stdout=io.StringIO())
    [text] = (tmp_path / "preview").glob("*.zh-TW.txt")
    assert "自動挑選" in text.read_text()
    assert not Edition.objects.exists()


def test_an_approved_edition_is_queued_and_a_draft_is_not() -> None:
    edition = make_edition(status="draft")
    with pytest.raises(CommandError, match="draft"):
        call_command("send_digest", "--week", "2026-11-23")
    edition.status = "ready"
    edition.save()
    call_command("send_digest", "--week", "2026-11-23", stdout=io.StringIO())
    assert Job.objects.get(job_type="weekly_email").payload["edition_id"] == str(edition.pk)


def test_without_any_cafe_it_says_so() -> None:
    with pytest.raises(CommandError, match="no café"):
        call_command("send_digest")
