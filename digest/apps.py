from django.apps import AppConfig

from accounts.member_data import DELETE, Anonymise, Export, MemberTable, NotExported, register


class DigestConfig(AppConfig):
    name = "digest"

    def ready(self) -> None:
        register(
            MemberTable(
                "digest_deliveries",
                "profile_id",
                DELETE,
                Export(
                    "寄給你的每週精選", "Weekly emails sent to you", left_out=("chunk", "email_hash", "provider_id")
                ),
            ),
            MemberTable(
                "digest_unsubscribes", "profile_id", DELETE, NotExported("Hashes of the links in the emails; no more.")
            ),
            # The hash stays: mail to an address that bounced or complained must not start again with a new account.
            MemberTable(
                "digest_suppressions",
                "profile_id",
                Anonymise("profile_id = NULL"),
                Export("不再寄信的原因", "Why no mail is sent to you", left_out=("email_hash",)),
            ),
        )
