from django.db import migrations

from caferoam.database.sql import named_sql


class Migration(migrations.Migration):
    dependencies = [("shops", "0006_places")]
    operations = [named_sql("0007_menu_columns")]
