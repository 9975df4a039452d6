from django.db import migrations

from caferoam.database.sql import named_sql


class Migration(migrations.Migration):
    dependencies = [("enrichment", "0006_vendors")]
    operations = [named_sql("0007_vendor_rules")]
