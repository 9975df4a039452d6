"""The settings of the queue's own tests, with this app in API and worker."""

from caferoam.jobs.tests.live.settings import *  # noqa: F403 - the point of the file
from caferoam.jobs.tests.live.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "caferoam.tests.spilling"]
ROOT_URLCONF = "caferoam.tests.spilling.urls"
