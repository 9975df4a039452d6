from django.db import migrations

from caferoam.database.sql import named_sql


class Migration(migrations.Migration):
    dependencies = [("shops", "0002_policies")]
    operations = [named_sql("0003_search_documents")]
