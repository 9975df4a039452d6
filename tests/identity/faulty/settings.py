"""The real settings, with those views."""

from caferoam.settings import *  # noqa: F403 - the point of the file

ROOT_URLCONF = "tests.identity.faulty.urls"
