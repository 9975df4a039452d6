from django.db import migrations

from caferoam.database.sql import named_sql


class Migration(migrations.Migration):
    dependencies = [("jobs", "0004_operation_rules")]
    operations = [named_sql("0005_steps")]
