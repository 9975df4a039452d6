"""All that ``make run`` does to the database, as one command: three would start Django three times."""

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = (
        "Migrate, load the taxonomy, and load the demo cafés if there is no café yet. `make run` calls it as the owner."
    )

    def handle(self, **_: object) -> None:
        if settings.CAFEROAM_ENV == "production":
            raise CommandError("prepare_stack loads fictional cafés: production needs migrate and load_taxonomy.")
        call_command("migrate", interactive=False, stdout=self.stdout)
        call_command("load_taxonomy", stdout=self.stdout)
        call_command("load_demo", if_empty=True, stdout=self.stdout)
