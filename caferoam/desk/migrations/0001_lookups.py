from django.db import migrations

from caferoam.database.sql import named_sql


class Migration(migrations.Migration):
    initial = True
    dependencies = [("jobs", "0004_operation_rules")]
    operations = [named_sql("0001_lookups")]
