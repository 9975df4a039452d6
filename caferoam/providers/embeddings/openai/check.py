"""Whether OpenAI knows our key and the model that we name: https://developers.openai.com/api/reference/resources/models."""

from django.conf import settings

from caferoam.providers.embeddings.openai import OpenAIEmbedder
from caferoam.providers.embeddings.openai.client import call
from caferoam.providers.errors import ProviderUnavailable


def ping() -> str:
    """What OpenAI says of the model. It costs nothing.

    Raises:
        ProviderUnavailable, ProviderRefused
        ImproperlyConfigured: there is no key, or no price for the model.
    """
    name = OpenAIEmbedder(settings.OPENAI_EMBEDDING_MODEL).model  # as a worker makes it at its start
    model = call(lambda client: client.models.retrieve(name))
    if getattr(model, "id", None) != name:
        raise ProviderUnavailable("OpenAI answered with something that is no model.")
    return f"{name} is there"
