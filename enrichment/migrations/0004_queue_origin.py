from django.db import migrations

from caferoam.database.sql import named_sql


class Migration(migrations.Migration):
    dependencies = [
        ("enrichment", "0003_queue_triggers"),
        ("jobs", "0004_operation_rules"),
    ]
    operations = [named_sql("0004_queue_origin")]
