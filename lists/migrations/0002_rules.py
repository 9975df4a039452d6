from django.db import migrations

from caferoam.database.sql import named_sql


class Migration(migrations.Migration):
    dependencies = [("lists", "0001_initial")]
    operations = [named_sql("0002_rules")]
