import django.db.models.functions.datetime
from django.db import migrations, models

from caferoam.database.sql import named_sql


class Migration(migrations.Migration):
    dependencies = [
        ("shops", "0005_menu_rules"),
    ]
    operations = [
        migrations.AlterModelOptions(
            name="shop",
            options={"verbose_name": "café", "verbose_name_plural": "cafés"},
        ),
        migrations.CreateModel(
            name="Geocode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider", models.CharField(max_length=20)),
                (
                    "kind",
                    models.CharField(
                        choices=[("forward", "where an address is"), ("reverse", "in which area a point lies")],
                        max_length=10,
                    ),
                ),
                ("query", models.TextField(help_text="Normalised: the same question has the same words.")),
                (
                    "answer",
                    models.JSONField(
                        help_text="NULL: nothing was found, which is asked again after a while.", null=True
                    ),
                ),
                ("asked_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "db_table": "geocodes",
            },
        ),
        migrations.AddField(
            model_name="shop",
            name="location_precision",
            field=models.CharField(
                choices=[
                    ("exact", "as its source or a curator gives it"),
                    ("address", "at the house that its address names"),
                    ("street", "on its street"),
                    ("mrt", "at a station near it"),
                    ("district", "in its district"),
                    ("none", "not known"),
                ],
                db_default="exact",
                default="exact",
                help_text="Of latitude and longitude.",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="shop",
            name="location_source",
            field=models.CharField(
                choices=[
                    ("source", "its source"),
                    ("curator", "a curator"),
                    ("mapbox", "Mapbox"),
                    ("offline", "what is known of districts and stations"),
                ],
                db_default="source",
                default="source",
                help_text="Who says latitude and longitude.",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="shop",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("location_precision__in", ["exact", "address", "street", "mrt", "district", "none"])
                ),
                name="shops_location_precision_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="shop",
            constraint=models.CheckConstraint(
                condition=models.Q(("location_source__in", ["source", "curator", "mapbox", "offline"])),
                name="shops_location_source_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="shop",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "live"), _negated=True),
                    ("location_precision__in", ["exact", "address"]),
                    _connector="OR",
                ),
                name="shops_live_has_place",
            ),
        ),
        migrations.AddConstraint(
            model_name="geocode",
            constraint=models.UniqueConstraint(fields=("provider", "kind", "query"), name="geocodes_once"),
        ),
        named_sql("0006_places"),
    ]
