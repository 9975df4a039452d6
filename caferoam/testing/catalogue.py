"""What the database's own catalogue says about its locks. Each function lists offenders; an empty list is good news."""

from django.db import connection

READABLE = frozenset(
    {
        ("anon", "shops"),
        ("anon", "shop_photos"),
        ("anon", "taxonomy_tags"),
        ("anon", "shop_tags"),
        ("anon", "shop_search"),
        ("anon", "effective_shop_tags"),
        ("anon", "menu_items"),
        ("authenticated", "shops"),
        ("authenticated", "shop_photos"),
        ("authenticated", "taxonomy_tags"),
        ("authenticated", "shop_tags"),
        ("authenticated", "shop_search"),
        ("authenticated", "effective_shop_tags"),
        ("authenticated", "menu_items"),
        ("authenticated", "embedding_models"),
        ("authenticated", "shop_embeddings"),
        ("authenticated", "profiles"),
        ("authenticated", "consents"),
        ("authenticated", "user_roles"),
        ("authenticated", "uploads"),
        ("authenticated", "data_exports"),
        ("authenticated", "account_deletions"),
        ("authenticated", "check_ins"),
        ("authenticated", "stamps"),
        ("authenticated", "lists"),
        ("authenticated", "list_items"),
    }
)
"""Who may read what in ``public``; every pair is meant."""

WRITABLE = frozenset(
    {
        ("profiles", "INSERT"),
        ("profiles", "UPDATE"),
        ("consents", "INSERT"),
        ("uploads", "INSERT"),
        ("uploads", "DELETE"),
        ("data_exports", "INSERT"),
        ("account_deletions", "INSERT"),
        ("check_ins", "INSERT"),
        ("check_ins", "DELETE"),
        ("lists", "INSERT"),
        ("lists", "UPDATE"),
        ("lists", "DELETE"),
        ("list_items", "INSERT"),
        ("list_items", "UPDATE"),
        ("list_items", "DELETE"),
    }
)
"""What members may write in ``public``, of their own; anon may write nothing."""

CALLABLE = frozenset(
    {
        "private.is_active(uuid)",
        "private.member_state_v1(uuid)",
        "private.applied_migrations()",
        "private.may_put_object_v1(text,text)",
        "private.may_read_object_v1(text,text)",
        "private.restore_account_v1()",
        "private.visited_shops_v1(uuid[])",
        "private.stamp_facts_v1(uuid,double precision)",
        "private.closed_listed_shops_v1(uuid[])",
        "private.unsubscribe_v1(bytea)",
        "private.take_mail_event_v1(text,text,jsonb)",
        "private.note_search_v1(text,text,integer,numeric)",
        "private.search_allowed_v1()",
    }
)
"""The functions of ours that anon and authenticated may call."""


def _rows(query: str) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        rows: list[tuple[str, ...]] = cursor.fetchall()
    return rows


def tables_without_row_security() -> list[str]:
    """Tables of ``public`` on which row-level security is off."""
    return [
        name
        for (name,) in _rows(
            "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')"
            " AND NOT c.relrowsecurity ORDER BY 1"
        )
    ]


def views_that_ignore_row_security() -> list[str]:
    """Views that read as their owner, and materialised ones, which never know who asks."""
    return [
        name
        for (name,) in _rows(
            "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND (c.relkind = 'm'"
            " OR c.relkind = 'v' AND NOT coalesce(c.reloptions @> ARRAY['security_invoker=true'], false)) ORDER BY 1"
        )
    ]


def grants() -> set[tuple[str, str, str]]:
    """(role, table, privilege) that anon and authenticated hold in ``public``, by themselves or through PUBLIC."""
    return {
        (role, table, privilege)
        for role, table, privilege in _rows(
            "SELECT r.rolname, c.relname, p.privilege FROM pg_class c"
            " CROSS JOIN (VALUES ('anon'), ('authenticated')) AS r (rolname)"
            " CROSS JOIN (VALUES ('SELECT'), ('INSERT'), ('UPDATE'), ('DELETE'), ('TRUNCATE'), ('REFERENCES'),"
            "  ('TRIGGER')) AS p (privilege)"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')"
            " AND (has_table_privilege(r.rolname, c.oid, p.privilege)"
            "  OR p.privilege IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')"
            "  AND has_any_column_privilege(r.rolname, c.oid, p.privilege))"
        )
    }


def grants_without_policy() -> list[tuple[str, ...]]:
    """(role, table, privilege) with a grant but no policy for that role: such a read looks empty instead of refused,
    and such a write looks as if it had changed nothing.
    """
    policies = set(
        _rows(
            "SELECT r.rolname, p.tablename, p.cmd FROM pg_policies p"
            " CROSS JOIN (VALUES ('anon'), ('authenticated')) AS r (rolname)"
            " WHERE p.schemaname = 'public' AND r.rolname = ANY (p.roles)"
        )
    )
    views = {name for (name,) in _rows("SELECT viewname FROM pg_views WHERE schemaname = 'public'")}
    return sorted(grant for grant in grants() - policies if grant[1] not in views)


def careless_policies() -> list[str]:
    """Policies for everybody (TO PUBLIC) or for all commands at once, or whose name is not ``<table>_<command>``."""
    return [
        name
        for (name,) in _rows(
            "SELECT tablename || '.' || policyname FROM pg_policies WHERE schemaname = 'public'"
            " AND (roles = '{public}' OR cmd = 'ALL' OR policyname <> tablename || '_' || lower(cmd)) ORDER BY 1"
        )
    ]


def careless_definer_functions() -> list[str]:
    """SECURITY DEFINER functions of ours outside schema ``private`` or without an empty ``search_path``."""
    return [
        name
        for (name,) in _rows(
            "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.prosecdef"
            " AND p.pronamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema')"
            " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
            " AND (p.pronamespace <> 'private'::regnamespace"
            "  OR NOT coalesce(p.proconfig && ARRAY['search_path=\"\"', 'search_path='], false)) ORDER BY 1"
        )
    ]


def functions_without_search_path() -> list[str]:
    """Functions in ``private`` whose ``search_path`` is left to the caller."""
    return [
        name
        for (name,) in _rows(
            "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = 'private'::regnamespace"
            " AND NOT coalesce(p.proconfig && ARRAY['search_path=\"\"', 'search_path='], false) ORDER BY 1"
        )
    ]


def callable_functions() -> set[str]:
    """Functions of ours, in ``private`` or ``public``, that anon or authenticated may call."""
    return {
        name
        for (name,) in _rows(
            "SELECT p.oid::regprocedure::text FROM pg_proc p"
            " WHERE p.pronamespace IN ('private'::regnamespace, 'public'::regnamespace)"
            " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
            " AND (has_function_privilege('anon', p.oid, 'EXECUTE')"
            "  OR has_function_privilege('authenticated', p.oid, 'EXECUTE'))"
        )
    }
