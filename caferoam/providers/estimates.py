"""What asking a model is likely to cost, before it is asked."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from caferoam.providers.usage import Usage

if TYPE_CHECKING:
    from caferoam.providers.llm.protocol import DescribeRequest


@runtime_checkable
class DescribeEstimator(Protocol):
    """A describer with prices."""

    def estimate(self, request: "DescribeRequest", *, batch: bool = False) -> Usage:
        """What the request is likely to take, rather too much: nobody counts tokens exactly but the vendor."""

    def price(self, tokens: Usage, *, batch: bool = False) -> Decimal:
        """What so many tokens cost today, in USD."""


@runtime_checkable
class EmbedEstimator(Protocol):
    """An embedder with prices."""

    def estimate(self, texts: Sequence[str]) -> Usage:
        """As ``DescribeEstimator.estimate``, of all texts together."""

    def price(self, tokens: Usage) -> Decimal:
        """What so many tokens cost today, in USD."""
