"""The one screen that ``make run`` ends with: what runs where, and a line to try it with."""

import os
import shlex
from pathlib import Path
from typing import Final

EXAMPLE_SEARCH: Final = "有插座可以工作的安靜咖啡廳"
EXAMPLE_MEMBER: Final = "guest@example.com"
OPERATOR: Final = "admin"


def summary(
    *,
    web: str,
    api_url: str,
    admin_url: str,
    metrics_port: int,
    admin_password: str,
    postgres_port: int,
    valkey_port: int,
    standin_url: str,
    logs: Path,
    token: str,
) -> str:
    """The screen as text. ``web`` is the web app's address, or why there is none."""
    rows = [
        ("Web app", web, "open this; sign up with any address, no mail is sent")
        if web.startswith("http")
        else ("Web app", "does not run", f"the rest works without it; {web}"),
        ("API", api_url, "docs at /docs, health at /healthz and /readyz"),
        ("Admin", admin_url, f"jobs, lanes, schedule: log in as {OPERATOR} with {admin_password}"),
        ("PostgreSQL", f"127.0.0.1:{postgres_port}", "a shell: .venv/bin/python manage.py dbshell"),
        ("Valkey", f"127.0.0.1:{valkey_port}", "the job queue's doorbell"),
        ("Supabase", standin_url, "stands in for its Auth and Storage"),
        ("Background", "relay, worker, beat", "jobs, and the daily schedule"),
        ("Metrics", f"http://127.0.0.1:{metrics_port}", "of all processes, at /metrics; alerts are in ops/alerts.yml"),
        ("Logs", os.path.relpath(logs), "one file per process"),
    ]
    table = "\n".join(f"  {what:<12}{where:<26}{note}" for what, where, note in rows)
    ask = " ".join(
        [
            "curl -G",
            shlex.quote(f"{api_url}/search"),
            "-H",
            shlex.quote(f"Authorization: Bearer {token}"),
            "--data-urlencode",
            shlex.quote(f"text={EXAMPLE_SEARCH}"),
        ]
    )
    return f"""
CafeRoam is up. Ctrl-C stops all of it; `make reset` forgets its data.

{table}

Ask it where to go. The token lasts an hour; `.venv/bin/python manage.py dev_token you@example.com` prints a new one.

{ask}
"""
