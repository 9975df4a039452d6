from django.db import migrations

from caferoam.database.sql import named_sql


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_members"), ("jobs", "0005_steps")]
    operations = [
        named_sql("0004_profile_rules"),
        named_sql("0004_upload_rules"),
        named_sql("0004_export_rules"),
        named_sql("0004_deletion_rules"),
    ]
