"""SQL in named files beside the migration that runs it."""

import inspect
from pathlib import Path

from django.db import migrations


def named_sql(name: str) -> migrations.RunSQL:
    """The pair ``sql/<name>.up.sql`` and ``.down.sql`` beside the calling migration, as one reversible operation.

    Applied files never change: new behaviour is a new file (and a ``_v2`` function), so that code and schema can be
    deployed in either order.

    Raises:
        FileNotFoundError: one of the two files is missing.
    """
    caller = inspect.stack()[1].filename
    folder = Path(caller).parent / "sql"
    up, down = (_read(folder / f"{name}.{direction}.sql") for direction in ("up", "down"))
    return migrations.RunSQL(up, down or migrations.RunSQL.noop)


def _read(path: Path) -> str:
    statements = path.read_text(encoding="utf-8")
    bare = "".join(line for line in statements.splitlines() if not line.strip().startswith("--")).strip()
    return statements if bare else ""
