from django.apps import AppConfig

from accounts.member_data import DELETE, Export, MemberTable, register
from shops.exporting import SHOP_NAME


class CheckInsConfig(AppConfig):
    name = "checkins"

    def ready(self) -> None:
        register(
            MemberTable(
                "check_ins",
                "user_id",
                DELETE,
                Export("你的打卡", "Your check-ins", left_out=("idempotency_key", "request_hash"), extra=SHOP_NAME),
            )
        )
