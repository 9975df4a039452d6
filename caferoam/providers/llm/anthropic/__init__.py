"""Descriptions by Anthropic's Claude: https://platform.claude.com/docs/en/api/messages."""

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from math import ceil
from typing import Final

from anthropic.types import Message
from anthropic.types.message_create_params import MessageCreateParamsNonStreaming
from django.conf import settings

from caferoam.providers.llm.anthropic.answer import description_of, json_of, usage_of
from caferoam.providers.llm.anthropic.client import call, check_key
from caferoam.providers.llm.anthropic.prices import Tokens, prices_of
from caferoam.providers.llm.anthropic.prompt import (
    VERSION,
    answer_schema,
    review_names,
    shop_block,
    system_prompt,
    tokens_of,
)
from caferoam.providers.llm.protocol import DescribeRequest, Description, Taxonomy
from caferoam.providers.usage import Usage

__all__ = ["SETTING", "AnthropicDescriber"]

MAX_ANSWER_TOKENS: Final = 12_000
"""Of thought and text: a description has some 2,000, and what it thinks before that counts too."""
EXPECTED_ANSWER_TOKENS: Final = 2_500
"""What an answer has, rather too much."""
SETTING: Final = "ANTHROPIC_MODEL"
"""What chooses the model."""


class AnthropicDescriber:
    """Asks the model that ``ANTHROPIC_MODEL`` names.

    Raises:
        ImproperlyConfigured: there is no key, or no price for the model.
    """

    provider = "anthropic"

    def __init__(self) -> None:
        check_key()
        self.vendor_model: str = settings.ANTHROPIC_MODEL
        prices_of(self.vendor_model, setting=SETTING)
        self._prepared: tuple[str, str, Mapping[str, object]] | None = None

    @property
    def model(self) -> str:
        """The vendor's name of it, and the version of what it is asked."""
        return f"{self.vendor_model}/{VERSION}"

    def describe(self, request: DescribeRequest) -> Description:
        """See ``Describer.describe``."""
        params = self.params(request)
        message = call(lambda client: client.messages.create(**params))
        return self.read(message, request)

    def params(self, request: DescribeRequest) -> MessageCreateParamsNonStreaming:
        """The request as the vendor's API takes it, alone or within a batch."""
        system, schema = self._prepare(request.taxonomy)
        return {
            "model": self.vendor_model,
            "max_tokens": MAX_ANSWER_TOKENS,
            "system": [{"type": "text", "text": system, "cache_control": {"type": "ephemeral"}}],
            "messages": [{"role": "user", "content": [{"type": "text", "text": shop_block(request)}]}],
            "output_config": {"effort": "low", "format": {"type": "json_schema", "schema": dict(schema)}},
        }

    def estimate(self, request: DescribeRequest, *, batch: bool = False) -> Usage:
        """See ``DescribeEstimator.estimate``. In a batch the cache is not counted on: the vendor promises nothing."""
        system, schema = self._prepare(request.taxonomy)
        shared = ceil(tokens_of(system) + tokens_of(json.dumps(schema)))
        told = ceil(tokens_of(shop_block(request)))
        tokens = Usage(told + shared, EXPECTED_ANSWER_TOKENS, 0 if batch else shared)
        return replace(tokens, usd=self.price(tokens, batch=batch))

    def price(self, tokens: Usage, *, batch: bool = False) -> Decimal:
        """See ``DescribeEstimator.price``."""
        told = Tokens(tokens.tokens_in - tokens.tokens_cached, 0, tokens.tokens_cached, tokens.tokens_out)
        return prices_of(self.vendor_model, setting=SETTING).usd(told, batch=batch)

    def read(self, message: Message, request: DescribeRequest, *, batch: bool = False) -> Description:
        """The description that the answer to ``params(request)`` holds.

        Raises:
            AnswerUnusable: it holds none.
            ProviderUnavailable: it is no message.
        """
        usage = usage_of(message, self.vendor_model, setting=SETTING, batch=batch)
        return description_of(json_of(message, usage), usage, review_names(request))

    def _prepare(self, taxonomy: Taxonomy) -> tuple[str, Mapping[str, object]]:
        prepared = self._prepared  # one read, so that threads with two taxonomies cannot mix them up
        if prepared is None or prepared[0] != taxonomy.version:
            prepared = self._prepared = (taxonomy.version, system_prompt(taxonomy), answer_schema(taxonomy))
        return prepared[1], prepared[2]
