"""What everybody may do in every table of schema ``public`` on the API's login."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, LiteralString


@dataclass(frozen=True)
class OfMembers:
    """Holds rows of members, which they alone see.

    ``whose`` says which rows ``t`` are those of ``%(member)s``. ``insert`` adds one for them, where they may do that.
    Columns that are in neither ``insertable`` nor ``updatable`` are not theirs to write.
    """

    whose: LiteralString
    insert: LiteralString = ""
    insertable: frozenset[str] = frozenset()
    updatable: frozenset[str] = frozenset()
    deletes: LiteralString = ""
    """Which of their rows they may delete: SQL over ``t``; none if empty."""


@dataclass(frozen=True)
class OfCafes:
    """Holds what the public reads; nobody writes it here. ``seen`` says which rows ``t`` are meant to be seen, and
    ``hidden`` which columns are not.
    """

    seen: LiteralString = "t.shop_id IN (SELECT id FROM shops WHERE status = 'live')"
    to_anon: bool = True
    hidden: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Closed:
    """The API has no business there, whoever asks."""


_OWN: Final = "t.user_id = %(member)s"

TABLES: Final[Mapping[str, OfMembers | OfCafes | Closed]] = {
    "profiles": OfMembers(
        whose="t.id = %(member)s",
        insert="INSERT INTO profiles (id, display_name, locale) VALUES (%(member)s, 'x', 'en')",
        insertable=frozenset({"id", "display_name", "locale"}),
        updatable=frozenset({"display_name", "locale", "avatar_upload_id"}),
    ),
    "consents": OfMembers(
        whose=_OWN,
        insert="INSERT INTO consents (user_id, kind, granted, version, locale, source)"
        " VALUES (%(member)s, 'service', true, 'x', 'en', 'profile')",
        insertable=frozenset({"user_id", "kind", "granted", "version", "locale", "source"}),
    ),
    "user_roles": OfMembers(whose=_OWN),
    "uploads": OfMembers(
        whose=_OWN,
        insert="INSERT INTO uploads (user_id, purpose, content_type, bytes)"
        " VALUES (%(member)s, 'avatar', 'image/png', 9)",
        insertable=frozenset({"user_id", "purpose", "content_type", "bytes"}),
        deletes="t.status = 'pending'",
    ),
    "data_exports": OfMembers(
        whose=_OWN,
        insert="INSERT INTO data_exports (user_id) VALUES (%(member)s)",
        insertable=frozenset({"user_id"}),
    ),
    "account_deletions": OfMembers(
        whose=_OWN,
        insert="INSERT INTO account_deletions (user_id) VALUES (%(member)s)",
        insertable=frozenset({"user_id"}),
    ),
    "check_ins": OfMembers(
        whose=_OWN,
        insert="INSERT INTO check_ins (user_id, shop_id, photo_upload_ids)"
        " VALUES (%(member)s, %(shop)s, ARRAY[%(photo)s::uuid])",
        insertable=frozenset(
            {"user_id", "shop_id", "photo_upload_ids", "menu_upload_id", "note", "idempotency_key", "request_hash"}
        ),
        deletes="true",
    ),
    "stamps": OfMembers(whose=_OWN),
    "lists": OfMembers(
        whose=_OWN,
        insert="INSERT INTO lists (user_id, name) VALUES (%(member)s, 'x')",
        insertable=frozenset({"user_id", "name"}),
        updatable=frozenset({"name", "updated_at"}),
        deletes="true",
    ),
    "list_items": OfMembers(
        whose="t.list_id IN (SELECT l.id FROM lists AS l WHERE l.user_id = %(member)s)",
        insert="INSERT INTO list_items (list_id, shop_id, position) VALUES (%(list)s, %(shop)s, 2)",
        insertable=frozenset({"list_id", "shop_id", "position", "note"}),
        updatable=frozenset({"position", "note"}),
        deletes="true",
    ),
    "shops": OfCafes(seen="t.status = 'live'"),
    "shop_photos": OfCafes(),
    "shop_tags": OfCafes(),
    "shop_search": OfCafes(),
    "effective_shop_tags": OfCafes(),
    "menu_items": OfCafes(hidden=frozenset({"source_upload_id", "needs_review", "created_at"})),
    "taxonomy_tags": OfCafes(seen="true"),
    # A vector tells nothing; search joins it to what is live.
    "shop_embeddings": OfCafes(seen="true", to_anon=False),
    "embedding_models": OfCafes(seen="true", to_anon=False),
    **dict.fromkeys(
        (
            "auth_group",
            "auth_group_permissions",
            "auth_permission",
            "auth_user",
            "auth_user_groups",
            "auth_user_user_permissions",
            "digest_deliveries",
            "digest_editions",
            "digest_picks",
            "digest_suppressions",
            "digest_unsubscribes",
            "digest_webhook_events",
            "django_admin_log",
            "django_celery_beat_clockedschedule",
            "django_celery_beat_crontabschedule",
            "django_celery_beat_intervalschedule",
            "django_celery_beat_periodictask",
            "django_celery_beat_periodictasks",
            "django_celery_beat_solarschedule",
            "django_content_type",
            "django_migrations",
            "django_session",
            "geocodes",
            "job_events",
            "job_lanes",
            "job_queue",
            "job_starts",
            "llm_batch_items",
            "llm_batches",
            "llm_budgets",
            "llm_daily_spend",
            "llm_usage",
            "shop_reviews",
        ),
        Closed(),
    ),
}
