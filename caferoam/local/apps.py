from django.apps import AppConfig


class LocalConfig(AppConfig):
    """Commands for the laptop (``dev_token``, ``prepare_stack``), which refuse to work in production."""

    name = "caferoam.local"
    label = "local"
