"""Vectors by OpenAI: https://developers.openai.com/api/docs/guides/embeddings."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np
from django.conf import settings

from caferoam.providers.embeddings.openai.answer import NoVectorsError, read_answer
from caferoam.providers.embeddings.openai.client import call, check_key
from caferoam.providers.embeddings.openai.requests import input_of, requests_of
from caferoam.providers.embeddings.protocol import DIMENSIONS, Embedded, Vectors
from caferoam.providers.errors import AnswerUnusable, ProviderRefused, ProviderUnavailable
from caferoam.providers.prices import MILLION, as_in_ledger, prices_on
from caferoam.providers.usage import NOTHING, Usage

__all__ = ["OpenAIEmbedder"]


class OpenAIEmbedder:
    """Asks one of OpenAI's models, which must be able to shorten its vectors to ``DIMENSIONS``.

    Raises:
        ImproperlyConfigured: there is no key, or no price for the model.
    """

    provider = "openai"
    dimensions = DIMENSIONS

    def __init__(self, model: str) -> None:
        check_key()
        self.model = model
        self._price()

    def embed(self, texts: Sequence[str]) -> Embedded:
        """See ``Embedder.embed``. Up to 2,048 texts of usual length are one request."""
        rows: list[Vectors] = [np.zeros((0, DIMENSIONS), dtype=np.float32)]
        usage = NOTHING
        for inputs in requests_of(texts):
            try:
                vectors, used = self._ask(inputs)
            except (ProviderUnavailable, ProviderRefused) as exc:
                exc.usage += usage  # what was answered before is lost, but not free
                raise
            rows.append(vectors)
            usage += used
        return Embedded(np.concatenate(rows), usage)

    def estimate(self, texts: Sequence[str]) -> Usage:
        """See ``EmbedEstimator.estimate``: a token for every two bytes, which is more than Chinese or English has."""
        tokens = Usage(tokens_in=sum(-(-len(input_of(text).encode()) // 2) for text in texts))
        return replace(tokens, usd=self.price(tokens))

    def price(self, tokens: Usage) -> Decimal:
        """See ``EmbedEstimator.price``."""
        return as_in_ledger(tokens.tokens_in * self._price() / MILLION)

    def _ask(self, inputs: Sequence[str]) -> tuple[Vectors, Usage]:
        body = call(
            lambda client: (
                client.embeddings.with_raw_response.create(
                    input=list(inputs), model=self.model, dimensions=DIMENSIONS, encoding_format="base64"
                ).content
            )
        )
        answer = read_answer(body, inputs=len(inputs))
        usage = Usage(tokens_in=answer.tokens, usd=as_in_ledger(answer.tokens * self._price() / MILLION))
        try:
            return answer.vectors(len(inputs), self.model), usage
        except NoVectorsError as exc:
            raise AnswerUnusable(f"OpenAI's answer is of no use: {exc}.", usage) from exc

    def _price(self) -> Decimal:
        """USD for a million tokens, as of today."""
        chosen = self.model == settings.OPENAI_EMBEDDING_MODEL
        (price,) = prices_on("OPENAI_PRICES", self.model, setting="OPENAI_EMBEDDING_MODEL" if chosen else "This call")
        return price
