from django.db import migrations

from caferoam.database.sql import named_sql


class Migration(migrations.Migration):
    dependencies = [("database", "0004_admin_tables"), ("accounts", "0004_member_rules")]
    operations = [named_sql("0005_storage_policies")]
