from django.db import migrations

from caferoam.database.sql import named_sql


class Migration(migrations.Migration):
    dependencies = [("enrichment", "0004_queue_origin"), ("checkins", "0002_rules"), ("jobs", "0005_steps")]
    operations = [named_sql("0005_menu_photos")]
