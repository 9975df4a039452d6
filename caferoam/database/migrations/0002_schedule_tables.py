from django.db import migrations

from caferoam.database.sql import named_sql


class Migration(migrations.Migration):
    dependencies = [
        ("database", "0001_bootstrap"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]
    operations = [named_sql("0002_schedule_tables")]
