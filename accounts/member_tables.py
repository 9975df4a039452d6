"""What this app keeps of members, and what the tables beneath it do, which know of no members."""

from typing import Final

from accounts import member_data
from accounts.member_data import DELETE, Anonymise, Export, Keep, MemberTable, NotExported

_OF_OPERATORS: Final = "It names operators of the admin, who are no members."
_WORKINGS: Final = NotExported("Workings of the service: ids of what other files hold, for some days.")
_OPERATORS: Final = NotExported(_OF_OPERATORS)


def register() -> None:
    """For ``AppConfig.ready``."""
    member_data.register(
        MemberTable(
            "profiles",
            "id",
            DELETE,
            Export("個人檔案", "Your profile", extra={"email": "private.member_email_v1(t.id)"}),
        ),
        MemberTable("consents", "user_id", DELETE, Export("你同意與撤回的紀錄", "What you agreed to and took back")),
        MemberTable("user_roles", "user_id", DELETE, Export("你的角色", "Your roles", left_out=("granted_by",))),
        MemberTable(
            "uploads",
            "user_id",
            DELETE,
            Export(
                "你上傳的照片",
                "Photos you uploaded",
                left_out=("bucket", "path", "photo_bucket", "photo_path", "thumbnail_path"),
            ),
        ),
        MemberTable(
            "data_exports", "user_id", DELETE, Export("你要求過的資料匯出", "Exports you asked for", left_out=("path",))
        ),
        MemberTable(
            "account_deletions",
            "user_id",
            DELETE,
            Export(
                "你提出又撤回的刪除要求",
                "Deletions you asked for and took back",
                # Workings; and who did it where it was an operator, as with roles.
                left_out=("requested_by", "user_hmac", "step", "attempts", "last_error", "counts"),
            ),
            # The one that is being fulfilled stays as a tombstone while a token may be valid; then its user_id goes.
            rows="t.user_id = %(member)s AND t.cancelled_at IS NOT NULL",
        ),
        # All jobs about a member carry user_id. The one that erases goes on until it has erased everything else.
        MemberTable(
            "job_queue",
            "payload",
            DELETE,
            _WORKINGS,
            rows="t.payload ->> 'user_id' = %(member)s::text AND t.job_type <> 'erase_member'",
        ),
        MemberTable("job_events", "job_id", DELETE, _WORKINGS, parent="job_queue"),
        MemberTable("job_starts", "job_id", DELETE, _WORKINGS, parent="job_queue"),
        # Who did something, and when, stays; to whom it was done does not.
        MemberTable(
            "django_admin_log",
            "object_id",
            Anonymise(
                "object_id = NULL, object_repr = 'an erased member',"
                " change_message = replace(t.change_message, %(member)s::text, 'an erased member')"
            ),
            NotExported("Written by operators about their own work."),
            rows="%(member)s::text = t.object_id OR strpos(t.object_repr || t.change_message, %(member)s::text) > 0",
        ),
        MemberTable("django_admin_log", "user_id", Keep(_OF_OPERATORS), _OPERATORS),
        MemberTable("auth_user", "email", Keep(_OF_OPERATORS), _OPERATORS),
        MemberTable("auth_user_groups", "user_id", Keep(_OF_OPERATORS), _OPERATORS),
        MemberTable("auth_user_user_permissions", "user_id", Keep(_OF_OPERATORS), _OPERATORS),
    )
