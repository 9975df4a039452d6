"""The admin's process in tests: its settings on the tests' database, and operators of several kinds."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from pytest_django import Settings

from caferoam import admin_settings
from caferoam import settings as base_settings

_OF_THE_PROCESS = {"ADMIN_URL", "INSTALLED_APPS", "WSGI_APPLICATION"}
"""What cannot be changed while the tests run, and what they do not need."""


def become_the_admin(settings: Settings) -> None:
    """Set everything that the admin's settings say otherwise than those of all."""
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
def desk_settings(settings: Settings) -> None:
    """The test is of the admin's process."""
    become_the_admin(settings)


@pytest.fixture
def admin(desk_settings: None, transactional_db: None) -> Client:
    """Logged in at the admin as a superuser."""
    return operator()
