"""Prometheus is told of members whose erasure is late, before the law's term is over."""

from datetime import timedelta

import psycopg
import pytest
from prometheus_client import CollectorRegistry, generate_latest

from accounts.erasure.gauges import LATE, REMEMBER_S, ErasureGauges
from caferoam.api.principal import Principal
from caferoam.testing.metrics import samples

pytestmark = pytest.mark.usefixtures("worker_login")


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def seen(gauges: ErasureGauges) -> tuple[float | None, float | None]:
    """How many are open, and how many of them late."""
    found = CollectorRegistry()
    found.register(gauges)
    told = samples(generate_latest(found).decode())
    return told.get("caferoam_erasures_open"), told.get("caferoam_erasures_late")


def leave(owner: psycopg.Connection, member: Principal) -> None:
    owner.execute("INSERT INTO account_deletions (user_id) VALUES (%s)", [member.user_id])


def due(owner: psycopg.Connection, member: Principal, ago: timedelta) -> None:
    owner.execute(
        "UPDATE account_deletions SET requested_at = now() - %(ago)s - interval '14 days',"
        " purge_after = now() - %(ago)s WHERE user_id = %(user)s",
        {"ago": ago, "user": member.user_id},
    )


def test_late_is_who_should_be_gone_for_a_day(
    owner: psycopg.Connection, member: Principal, other_member: Principal
) -> None:
    assert seen(ErasureGauges()) == (0, 0)
    leave(owner, member)
    leave(owner, other_member)
    assert seen(ErasureGauges()) == (2, 0)
    due(owner, member, LATE - timedelta(minutes=1))
    assert seen(ErasureGauges()) == (2, 0)
    due(owner, member, LATE + timedelta(minutes=1))
    assert seen(ErasureGauges()) == (2, 1)
    owner.execute("UPDATE account_deletions SET cancelled_at = now() WHERE user_id = %s", [other_member.user_id])
    owner.execute("UPDATE account_deletions SET purged_at = now() WHERE user_id = %s", [member.user_id])
    assert seen(ErasureGauges()) == (0, 0)


def test_the_table_is_read_once_a_minute_and_nothing_is_told_while_it_cannot_be(
    owner: psycopg.Connection, member: Principal
) -> None:
    clock = Clock()
    gauges = ErasureGauges(clock=clock)
    assert seen(gauges) == (0, 0)
    leave(owner, member)
    assert seen(gauges) == (0, 0)
    clock.now += REMEMBER_S
    assert seen(gauges) == (1, 0)
    owner.execute("REVOKE SELECT ON account_deletions FROM service_role")
    try:
        clock.now += REMEMBER_S
        assert seen(gauges) == (None, None)
    finally:
        owner.execute("GRANT SELECT ON account_deletions TO service_role")
