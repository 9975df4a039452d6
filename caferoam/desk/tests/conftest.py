"""The admin's process as a test client: its settings on the tests' database, and operators of several kinds."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from pytest_django import Settings

from caferoam import admin_settings
from caferoam import settings as base_settings
from caferoam.jobs.models import Job, Lane

_OF_THE_PROCESS = {"ADMIN_URL", "INSTALLED_APPS", "WSGI_APPLICATION"}
"""What cannot be changed while the tests run, and what they do not need."""


@pytest.fixture(autouse=True)
def desk_settings(settings: Settings) -> None:
    """Everything that the admin's settings say otherwise than those of all."""
    for name in dir(admin_settings):
        value = getattr(admin_settings, name)
        if name.isupper() and name not in _OF_THE_PROCESS and value is not getattr(base_settings, name, None):
            setattr(settings, name, value)


def operator(name: str = "admin", *permissions: str) -> Client:
    """A client logged in as a superuser, or as a member of the staff with just these permissions."""
    user = User.objects.create(username=name, is_staff=True, is_superuser=not permissions)
    for permission in permissions:
        app, _, codename = permission.partition(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    client = Client()
    client.force_login(user)
    # The first request of a minute renews the session; the queries that tests count are those of the others.
    client.get("/jsi18n/")
    return client


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
