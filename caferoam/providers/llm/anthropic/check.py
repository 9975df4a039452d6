"""Whether Anthropic knows our key and the models that we name: https://platform.claude.com/docs/en/api/models/retrieve."""

from django.conf import settings

from caferoam.providers.llm.anthropic.batches import AnthropicBatchDescriber
from caferoam.providers.llm.anthropic.client import call
from caferoam.providers.llm.anthropic.menu import AnthropicMenuReader


def ping() -> str:
    """What Anthropic says of each model. It costs nothing.

    Raises:
        ProviderUnavailable, ProviderRefused
        ImproperlyConfigured: there is no key, or no price for a model.
    """
    AnthropicBatchDescriber(), AnthropicMenuReader()  # as a worker makes them at its start
    models = dict.fromkeys([settings.ANTHROPIC_MODEL, settings.ANTHROPIC_MENU_MODEL])
    return ", ".join(_said_of(model) for model in models)


def _said_of(name: str) -> str:
    model = call(lambda client: client.models.retrieve(name))
    return f"{name} is {model.lifecycle}" + (f" and retires on {model.retires_at:%Y-%m-%d}" if model.retires_at else "")
