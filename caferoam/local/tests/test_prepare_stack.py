from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from caferoam.jobs.models import Job


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.usefixtures("storage_stub")
def test_what_an_earlier_run_left_claimed_is_not_made_to_wait_for_its_lease(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAFEROAM_LOCAL_DIR", str(tmp_path))
    left = Job.objects.create(
        job_type="enrich_shop", status="claimed", claimed_at=timezone.now() - timedelta(seconds=1)
    )
    call_command("prepare_stack")
    left.refresh_from_db()
    assert (left.status, left.attempts) == ("pending", 0)
