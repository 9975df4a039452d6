"""All experiments, in the order in which they are played."""

from tests.faults import (
    beats,
    broker,
    database,
    deploys,
    kills,
    leases,
    listening,
    messages,
    pooling,
    providers,
    relays,
    storm,
)
from tests.faults.experiment import catalogue

__all__ = [
    "beats",
    "broker",
    "catalogue",
    "database",
    "deploys",
    "kills",
    "leases",
    "listening",
    "messages",
    "pooling",
    "providers",
    "relays",
    "storm",
]
