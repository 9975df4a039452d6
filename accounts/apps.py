from django.apps import AppConfig

from accounts import member_tables


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        member_tables.register()
