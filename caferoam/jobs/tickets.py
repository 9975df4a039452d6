"""Which row, and which start of it: as permission, as it travels through Redis, and as what has begun."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID


class Attempt(NamedTuple):
    """One start of one row. ``number`` counts from 1."""

    job_id: UUID
    number: int


class Ticket(NamedTuple):
    """Permission to start a row once: only while its ``attempts`` still equals ``token``."""

    job_id: UUID
    token: int

    @property
    def attempt(self) -> int:
        """The number of the attempt that this ticket starts."""
        return self.token + 1


type Message = list[tuple[str, int]]
"""Tickets as JSON."""


def to_message(tickets: Iterable[Ticket]) -> Message:
    return [(str(ticket.job_id), ticket.token) for ticket in tickets]


def from_message(message: Message) -> list[Ticket]:
    return [Ticket(UUID(job_id), token) for job_id, token in message]
