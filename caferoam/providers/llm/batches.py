"""Descriptions in bulk: many requests handed over at once, answered within a day, for half the price."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from caferoam.providers.estimates import DescribeEstimator
from caferoam.providers.llm.protocol import Describer, DescribeRequest, Description
from caferoam.providers.usage import Usage


@dataclass(frozen=True)
class BatchAnswer:
    """What became of the request of this name. ``failure`` says why it was not answered; then nothing is paid.

    ``read`` makes the description of it, given what was asked, and raises as ``Describer.describe`` does.
    """

    name: str
    usage: Usage
    read: Callable[[DescribeRequest], Description]
    failure: str = ""
    expired: bool = False


@runtime_checkable
class BatchDescriber(Describer, DescribeEstimator, Protocol):
    """A describer that takes batches. All of these raise ``ProviderUnavailable`` and ``ProviderRefused`` only."""

    def submit(self, requests: Mapping[str, DescribeRequest]) -> str:
        """Hand requests over, by names of our own, and return the vendor's name of the batch.

        After ``ProviderUnavailable`` the batch may have been taken all the same: look for it by ``submitted_since``.
        """

    def is_answered(self, batch: str) -> bool:
        """Whether all of its answers are there."""

    def answers(self, batch: str) -> Iterator[BatchAnswer]:
        """The answers, in any order."""

    def submitted_since(self, moment: datetime) -> list[str]:
        """The batches that were taken since then, anybody's who shares our key."""
