from django.db import migrations

from caferoam.database.sql import named_sql


class Migration(migrations.Migration):
    dependencies = [("shops", "0004_menu_items")]
    operations = [named_sql("0005_menu_rules")]
