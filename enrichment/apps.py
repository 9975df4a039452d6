from django.apps import AppConfig

from accounts.member_data import Anonymise, MemberTable, NotExported, register


class EnrichmentConfig(AppConfig):
    name = "enrichment"

    def ready(self) -> None:
        # What a menu says is the café's. Who photographed it is forgotten with them.
        register(
            MemberTable(
                "menu_items",
                "source_upload_id",
                Anonymise("source_upload_id = NULL"),
                NotExported("The café's menu. The photo that it was read from is exported."),
                parent="uploads",
            )
        )
