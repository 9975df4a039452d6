from django.db import migrations

from caferoam.database.sql import named_sql


class Migration(migrations.Migration):
    dependencies = [
        ("database", "0003_applied_migrations"),
        ("admin", "0003_logentry_add_action_flag_choices"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("sessions", "0001_initial"),
    ]
    operations = [named_sql("0004_admin_tables")]
