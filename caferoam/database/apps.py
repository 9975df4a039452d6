from django.apps import AppConfig


class DatabaseConfig(AppConfig):
    name = "caferoam.database"
    label = "database"

    def ready(self) -> None:
        from caferoam.database import checks  # noqa: F401, PLC0415 - registers the system checks
