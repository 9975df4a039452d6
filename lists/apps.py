from django.apps import AppConfig

from accounts.member_data import DELETE, Export, MemberTable, register
from shops.exporting import SHOP_NAME


class ListsConfig(AppConfig):
    name = "lists"

    def ready(self) -> None:
        register(
            MemberTable("lists", "user_id", DELETE, Export("你的清單", "Your lists", left_out=("name_key", "slot"))),
            MemberTable(
                "list_items",
                "list_id",
                DELETE,
                Export("清單上的咖啡廳", "Cafés on your lists", extra=SHOP_NAME),
                parent="lists",
            ),
        )
