"""Menus without a language model: they cannot be read."""

from caferoam.providers.errors import ProviderRefused
from caferoam.providers.llm.protocol import Menu


class OfflineMenuReader:
    """Reads nothing, and says so."""

    provider = "offline"
    model = "offline-none"

    def read_menu(self, image: bytes, content_type: str) -> Menu:
        """See ``MenuReader.read_menu``; always refuses."""
        raise ProviderRefused("Photos of menus are read by a language model only. LLM_PROVIDER is offline.")
