from django.apps.registry import Apps
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_SEEN = (
    r"[^\u0020\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
    r"\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200c\u200d\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufffb\ufffe\uffff"
    r"\U000e0100-\U000e01ef\u0009\u000a"
    r"\u0001-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    r"\U000e0000-\U000e007f]"
)


def forget_blank_names(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Who is called by something that nobody can see is called nothing, as before they chose a name."""
    profiles = apps.get_model("accounts", "Profile").objects.exclude(display_name=None)
    profiles.exclude(display_name__regex=_SEEN).update(display_name=None)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_member_rules")]
    operations = [
        # First for what comes from now on, so that nothing slips in while the rest is put right.
        AddConstraintNotValid(
            "profile",
            models.CheckConstraint(
                condition=models.Q(("display_name__isnull", True), ("display_name__regex", _SEEN), _connector="OR"),
                name="profiles_display_name_visible",
            ),
        ),
        migrations.RunPython(forget_blank_names, migrations.RunPython.noop),
        ValidateConstraint("profile", "profiles_display_name_visible"),
    ]
