"""Language models: one protocol, one module per vendor, chosen by ``LLM_PROVIDER``."""

from functools import cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from caferoam.providers.errors import AnswerUnusable
from caferoam.providers.llm.checks import configured, ping
from caferoam.providers.llm.offline import OfflineDescriber
from caferoam.providers.llm.offline.menu import OfflineMenuReader
from caferoam.providers.llm.protocol import (
    DescribedTag,
    Describer,
    DescribeRequest,
    Description,
    Evidence,
    Facts,
    Menu,
    MenuEntry,
    MenuReader,
    Modes,
    Review,
    Taxonomy,
)

__all__ = [
    "AnswerUnusable",
    "DescribeRequest",
    "DescribedTag",
    "Describer",
    "Description",
    "Evidence",
    "Facts",
    "Menu",
    "MenuEntry",
    "MenuReader",
    "Modes",
    "Review",
    "Taxonomy",
    "configured",
    "get_describer",
    "get_menu_reader",
    "ping",
]


def get_describer(provider: str | None = None) -> Describer:
    """The describer that the settings choose, or that of another provider; one for the whole process."""
    return _describer(provider or settings.LLM_PROVIDER)


@cache
def _describer(name: str) -> Describer:
    if name == "offline":
        return OfflineDescriber()
    if name == "anthropic":
        # The SDK takes a third of a second and some 60 MB, which only those pay who use it.
        from caferoam.providers.llm.anthropic.batches import AnthropicBatchDescriber  # noqa: PLC0415 - it brings that

        return AnthropicBatchDescriber()
    raise ImproperlyConfigured(f"LLM_PROVIDER can be offline or anthropic, not {name!r}.")


def get_menu_reader() -> MenuReader:
    """The reader of menus that the settings choose; one for the whole process."""
    return _menu_reader(settings.LLM_PROVIDER)


@cache
def _menu_reader(name: str) -> MenuReader:
    if name == "offline":
        return OfflineMenuReader()
    if name == "anthropic":
        from caferoam.providers.llm.anthropic.menu import AnthropicMenuReader  # noqa: PLC0415 - as above

        return AnthropicMenuReader()
    raise ImproperlyConfigured(f"LLM_PROVIDER names no reader of menus: {name!r}.")
