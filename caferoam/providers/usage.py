"""What a call to a model took."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final


@dataclass(frozen=True, slots=True)
class Usage:
    """What one call cost. ``tokens_in`` is all of the input, ``tokens_cached`` what of it was in the vendor's cache."""

    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    usd: Decimal = Decimal(0)

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.tokens_in + other.tokens_in,
            self.tokens_out + other.tokens_out,
            self.tokens_cached + other.tokens_cached,
            self.usd + other.usd,
        )


NOTHING: Final = Usage()
"""What a call costs that no vendor answers."""
