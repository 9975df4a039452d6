"""How fast the clocks go in the experiments, and what is asked of the queue by them."""

from typing import Final

LEASE_S: Final = 8.0
KEEP_S: Final = 2.0
RESCUE_S: Final = 1.0

AFTER_A_LOSS_S: Final = LEASE_S + 20
"""Until everything has ended that a killed process had in its hands."""
