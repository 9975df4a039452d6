from django.apps import AppConfig


class LocalConfig(AppConfig):
    """Commands for the laptop (``dev_token``). Not installed in production."""

    name = "caferoam.local"
    label = "local"
