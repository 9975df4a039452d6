"""The WSGI entry point that granian serves."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from caferoam.api.authentication import prepare
from caferoam.providers.analytics import get_analytics
from caferoam.providers.checks import require

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caferoam.settings")

_django = get_wsgi_application()

from caferoam.api.unmeasured import measured  # noqa: E402 - reads the settings as it is imported

application = measured(_django)
prepare()
require("analytics", "embeddings")
get_analytics()  # a vendor's SDK takes a second to load, which no request should wait for
get_resolver().check()  # reads all routes: a mistake in a view stops the process here, not its first request
