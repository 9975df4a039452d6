from django.db import migrations

from caferoam.database.sql import named_sql


class Migration(migrations.Migration):
    dependencies = [("database", "0002_schedule_tables")]
    operations = [named_sql("0003_applied_migrations")]
