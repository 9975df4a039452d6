"""What CafeRoam asks of a language model: describe one shop in the words of the taxonomy, and prove it by quotes."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Protocol
from uuid import UUID

from caferoam.providers.usage import NOTHING, Usage
from caferoam.text.taxonomy import TagDefinition


@dataclass(frozen=True)
class Taxonomy:
    """The tags that may be given. Two with the same ``version`` are the same."""

    definitions: tuple[TagDefinition, ...]

    @cached_property
    def version(self) -> str:
        """SHA-256 over all definitions."""
        canonical = json.dumps([asdict(one) for one in self.definitions], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    @cached_property
    def by_id(self) -> Mapping[str, TagDefinition]:
        """The definitions by their id."""
        return {one.id: one for one in self.definitions}


@dataclass(frozen=True, slots=True)
class Facts:
    """What the shop's sources say of it. Text from outside: data, never instruction."""

    name: str
    city: str = ""
    district: str = ""
    address: str = ""
    mrt: str = ""
    description: str = ""
    opening_hours: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """What one visitor wrote. Text from outside: data, never instruction."""

    id: UUID
    text: str


@dataclass(frozen=True)
class DescribeRequest:
    """All that the describer is told. ``attributes`` are the source's votes and answers, as in ``Shop.attributes``."""

    facts: Facts
    attributes: Mapping[str, object]
    reviews: tuple[Review, ...]
    taxonomy: Taxonomy


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words of the request that support a tag: of a review, or of a field of ``Facts``, or of ``attributes.<name>``."""

    quote: str
    review_id: UUID | None = None
    field: str | None = None


@dataclass(frozen=True, slots=True)
class DescribedTag:
    """A tag that fits. ``confidence`` is in 0..1."""

    id: str
    confidence: float
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Modes:
    """How well the shop suits working, resting and meeting people: each in 0..1."""

    work: float
    rest: float
    social: float


@dataclass(frozen=True, slots=True)
class Description:
    """The answer. ``modes`` is None where nothing is known of them; summaries are two or three sentences."""

    tags: tuple[DescribedTag, ...]
    summary_zh: str
    summary_en: str
    modes: Modes | None
    usage: Usage = NOTHING


class Describer(Protocol):
    """Describes shops. Safe to share between threads."""

    @property
    def provider(self) -> str:
        """Whose model it is, as in ``LlmUsage.provider``."""

    @property
    def model(self) -> str:
        """Changes whenever the same request may get a better answer, so that shops are described anew."""

    def describe(self, request: DescribeRequest) -> Description:
        """Describe one shop.

        Raises:
            ProviderUnavailable: try later.
            AnswerUnusable: try again, a few times.
            ProviderRefused: this shop will never be described.
        """


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A line of a menu as it was read. ``price_twd`` is None where none is legible."""

    name: str
    price_twd: float | None = None
    category: str = ""


@dataclass(frozen=True, slots=True)
class Menu:
    """What stands on a photo of a menu; nothing, if it is none."""

    entries: tuple[MenuEntry, ...]
    usage: Usage = NOTHING


class MenuReader(Protocol):
    """Reads photos of menus. Safe to share between threads."""

    @property
    def provider(self) -> str:
        """As ``Describer.provider``."""

    @property
    def model(self) -> str:
        """As ``Describer.model``."""

    def read_menu(self, image: bytes, content_type: str) -> Menu:
        """Read one photo, a JPEG, PNG or WebP.

        Raises:
            ProviderUnavailable: try later.
            AnswerUnusable: try again, a few times.
            ProviderRefused: this photo will never be read.
        """
