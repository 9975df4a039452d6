"""All that the database keeps of a member, to be compared."""

from psycopg import sql

from tests.identity.belongings import Belongings
from tests.identity.tables import TABLES, OfMembers
from tests.identity.world import World


def rows_of(world: World, belongings: Belongings) -> dict[str, str]:
    """Every row of theirs as text, table by table."""
    return {
        name: str(
            world.owner.execute(
                sql.SQL("SELECT jsonb_agg(to_jsonb(t) ORDER BY t.id) FROM {} AS t WHERE ").format(sql.Identifier(name))
                + sql.SQL(rules.whose),
                {"member": belongings.member.user_id},
            ).fetchone()
        )
        for name, rules in TABLES.items()
        if isinstance(rules, OfMembers)
    }
