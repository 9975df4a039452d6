"""All that ``make run`` does to the database, as one command: three would start Django three times."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from caferoam.jobs import endings
from caferoam.local.screen import OPERATOR
from caferoam.local.stack import LocalFiles, StackSecrets


class Command(BaseCommand):
    help = (
        "Migrate, load the taxonomy, load the demo cafés if there is no café yet, make Storage's buckets, and let the"
        " operator `admin` in. `make run` calls it as the owner."
    )

    def handle(self, **_: object) -> None:
        if settings.CAFEROAM_ENV == "production":
            raise CommandError("prepare_stack loads fictional cafés: production needs migrate and load_taxonomy.")
        call_command("migrate", interactive=False, stdout=self.stdout)
        call_command("load_taxonomy", stdout=self.stdout)
        call_command("load_demo", if_empty=True, stdout=self.stdout)
        call_command("ensure_buckets", stdout=self.stdout)
        # No relay and no worker runs yet: what is claimed was left by an earlier run, and Valkey has forgotten it.
        while endings.rescue(timedelta()):
            pass
        _let_operator_in(StackSecrets.load_or_make(LocalFiles.here().secrets).admin_password)


def _let_operator_in(password: str) -> None:
    """Make the operator whom the screen of ``make run`` names, with the password that it shows."""
    operator, _ = User.objects.get_or_create(username=OPERATOR)
    if not operator.check_password(password):
        operator.set_password(password)
    operator.is_staff = operator.is_superuser = operator.is_active = True
    operator.save()
