from django.db import migrations

from caferoam.database.sql import named_sql


class Migration(migrations.Migration):
    dependencies = [("digest", "0001_initial"), ("accounts", "0004_member_rules")]
    operations = [named_sql("0002_rules")]
