from django.apps import AppConfig

from accounts.member_data import DELETE, Export, MemberTable, register
from shops.exporting import SHOP_NAME


class StampsConfig(AppConfig):
    name = "stamps"

    def ready(self) -> None:
        register(MemberTable("stamps", "user_id", DELETE, Export("你的印章", "Your stamps", extra=SHOP_NAME)))
