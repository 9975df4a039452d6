from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("shops", "0009_read_hours"),
    ]
    operations = [
        migrations.AlterModelOptions(
            name="menuitem",
            options={
                "ordering": ["category", "name_key", "id"],
                "verbose_name": "menu item",
                "verbose_name_plural": "menu items",
            },
        ),
    ]
