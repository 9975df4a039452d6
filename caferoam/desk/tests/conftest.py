"""Operators, and what they look at."""

import pytest
from django.test import Client
from pytest_django import Settings

from caferoam.jobs.models import Job, Lane
from caferoam.testing.desk import become_the_admin, operator


@pytest.fixture(autouse=True)
def desk_settings(settings: Settings) -> None:
    """Every test here is of the admin's process."""
    become_the_admin(settings)


@pytest.fixture
def admin(db: None) -> Client:
    """Logged in as a superuser."""
    return operator()


@pytest.fixture
def viewer(db: None) -> Client:
    """Logged in as somebody who may look at everything here and change nothing."""
    views = ("jobs.view_job", "jobs.view_lane", "django_celery_beat.view_periodictask")
    return operator("viewer", *views)


@pytest.fixture
def lane(db: None) -> Lane:
    """The lane of a type that the tests' jobs are of."""
    return Lane.objects.create(job_type="enrich_shop", queue="llm", width=4, max_attempts=5)


def dead_letters(count: int, **columns: object) -> list[Job]:
    """So many rows that nobody has looked at yet."""
    rows = {"job_type": "enrich_shop", "status": "dead_letter", "attempts": 3, "last_error": "Boom: no", **columns}
    return Job.objects.bulk_create([Job(**rows) for _ in range(count)])
