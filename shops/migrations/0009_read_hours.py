from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from shops.importers.rereading import reread_hours


def read_hours_that_are_there(_apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """With the reading of the day on which this runs; `parse_hours` reads again when it has improved."""
    reread_hours(schema_editor.connection)


class Migration(migrations.Migration):
    """By itself and in batches: cafés can be written meanwhile, and nobody has to remember a command."""

    atomic = False
    dependencies = [("shops", "0008_opening_hours")]
    operations = [migrations.RunPython(read_hours_that_are_there, migrations.RunPython.noop)]
