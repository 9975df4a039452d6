"""What an experiment is, what it finds, and how it says that something is wrong."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.faults.stage import Stage


class Failed(Exception):
    """The system did not do what it must."""


class Skipped(Exception):
    """This machine lacks something that the experiment needs; ``str()`` says what."""


@dataclass(frozen=True)
class Verdict:
    """``recovered_s`` is the time from the fault, or its end, until the jobs had ended or the queue moved again.

    ``burned`` counts attempts that did not complete a job, those excepted which the queue itself gave back.
    """

    jobs: int
    starts: int
    burned: int
    recovered_s: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Experiment:
    """``what`` says what it does and what passes."""

    name: str
    what: str
    play: "Callable[[Stage], Verdict]"


catalogue: dict[str, Experiment] = {}


def experiment(play: "Callable[[Stage], Verdict]") -> "Callable[[Stage], Verdict]":
    """Put a function into the catalogue, under its name; its docstring says what it does and what passes."""
    name = play.__name__.replace("_", "-")
    catalogue[name] = Experiment(name, (play.__doc__ or "").strip(), play)
    return play
