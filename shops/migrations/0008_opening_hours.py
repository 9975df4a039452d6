from django.db import migrations, models

import shops.models.hours
from caferoam.database.sql import named_sql


class Migration(migrations.Migration):
    dependencies = [("shops", "0007_menu_columns")]
    operations = [
        migrations.AlterField(
            model_name="shop",
            name="opening_hours_raw",
            field=models.TextField(db_default="", default="", help_text="As published; may lag."),
        ),
        migrations.AddField(
            model_name="shop",
            name="open_minutes",
            field=shops.models.hours.OpenMinutesField(
                help_text="Minutes of the week, Monday 00:00 in Taipei being 0, as read from opening_hours_raw or as a"
                " curator says; NULL while nobody knows.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="shopsearch",
            name="open_minutes",
            field=shops.models.hours.OpenMinutesField(null=True),
        ),
        named_sql("0008_opening_hours"),
    ]
