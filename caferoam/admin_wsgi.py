"""The WSGI entry point of the admin's process."""

import os

from django.core.wsgi import get_wsgi_application

from caferoam.providers.checks import require

# Not setdefault: whatever settings the other processes share, the pages need these.
os.environ["DJANGO_SETTINGS_MODULE"] = "caferoam.admin_settings"

application = get_wsgi_application()

require("maps")

import caferoam.admin_urls  # noqa: E402, F401 - all pages now, so that the first request need not wait for them
