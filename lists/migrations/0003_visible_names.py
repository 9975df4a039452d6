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


def name_blank_lists(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """A list whose name nobody can see is called 清單 and its number, or the next one that is free."""
    lists = apps.get_model("lists", "ShopList").objects
    for shop_list in lists.exclude(name__regex=_SEEN).order_by("pk"):
        taken = set(lists.filter(user_id=shop_list.user_id).values_list("name_key", flat=True))
        number = next(n for n in range(shop_list.slot, shop_list.slot + 4) if f"清單{n}" not in taken)
        lists.filter(pk=shop_list.pk).update(name=f"清單 {number}")


class Migration(migrations.Migration):
    dependencies = [("lists", "0002_rules")]
    operations = [
        # First for what comes from now on, so that nothing slips in while the rest is put right.
        AddConstraintNotValid(
            "shoplist",
            models.CheckConstraint(condition=models.Q(("name__regex", _SEEN)), name="lists_name_visible"),
        ),
        migrations.RunPython(name_blank_lists, migrations.RunPython.noop),
        ValidateConstraint("shoplist", "lists_name_visible"),
    ]
