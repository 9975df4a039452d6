from django.db import migrations

from caferoam.database.sql import named_sql


class Migration(migrations.Migration):
    dependencies = [
        ("enrichment", "0002_usage_policies"),
        ("shops", "0003_search_documents"),
        ("jobs", "0002_queue_rules"),
    ]
    operations = [named_sql("0003_queue_triggers")]
