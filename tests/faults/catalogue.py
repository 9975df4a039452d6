"""All experiments, in the order in which they are played."""

from tests.faults import kills, leases, relays
from tests.faults.experiment import catalogue

__all__ = ["catalogue", "kills", "leases", "relays"]
