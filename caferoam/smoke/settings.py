"""All that `manage.py smoke` needs, so that it runs where there is nothing but an address: no database, no secrets."""

INSTALLED_APPS = ["caferoam.smoke"]
USE_TZ = True
