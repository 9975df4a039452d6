"""All experiments, in the order in which they are played."""

from tests.faults import broker, database, deploys, kills, leases, listening, messages, pooling, providers, relays
from tests.faults.experiment import catalogue

__all__ = [
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
]
