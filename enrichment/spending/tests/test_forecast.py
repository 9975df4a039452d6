"""What embedding all cafés is likely to cost."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from caferoam.providers.embeddings import Embedded, get_embedder
from caferoam.providers.usage import NOTHING, Usage
from enrichment import embedding
from enrichment.models import LlmBudget, LlmUsage
from enrichment.spending import forecast
from enrichment.tests.making import make_shop
from shops.models import Shop

pytestmark = pytest.mark.usefixtures("taxonomy")


class Vendor:
    """A token for each character, a dollar for a thousand."""

    provider, model, dimensions = "vendor", "small", 1536

    def embed(self, texts: Sequence[str]) -> Embedded:
        """Nothing is to be asked of it here."""
        raise NotImplementedError(texts)

    def estimate(self, texts: Sequence[str]) -> Usage:
        """As said."""
        tokens = Usage(tokens_in=sum(map(len, texts)))
        return replace(tokens, usd=self.price(tokens))

    def price(self, tokens: Usage) -> Decimal:
        """As said."""
        return Decimal(tokens.tokens_in) / 1000


def test_texts_are_measured_as_they_would_be_sent() -> None:
    shops = [make_shop(f"第{number}間") for number in range(3)]
    texts = [document.text for document in embedding.read_documents([shop.pk for shop in shops], "small")]
    LlmBudget.objects.create(purpose="generate_embedding", daily_usd=Decimal("0.01"))
    expected = forecast.of_embedding(Shop.objects.order_by("id"), Vendor())
    assert (expected.shops, expected.to_ask, expected.is_measured) == (3, 3, False)
    assert expected.tokens == sum(map(len, texts))
    assert expected.usd(batch=False) == Decimal(expected.tokens) / 1000
    assert expected.standing.left_usd == Decimal("0.01")


def test_what_the_ledger_shows_is_shared_out_among_the_texts() -> None:
    for number in range(3):
        make_shop(f"第{number}間")
    LlmUsage.objects.create(provider="vendor", model="small", purpose="generate_embedding", tokens_in=6400, items=64)
    LlmUsage.objects.create(provider="vendor", model="large", purpose="generate_embedding", tokens_in=9999, items=1)
    expected = forecast.of_embedding(Shop.objects.order_by("id"), Vendor())
    assert (expected.is_measured, expected.tokens) == (True, 300)


def test_of_many_shops_a_sample_tells_how_many_have_changed() -> None:
    Shop.objects.bulk_create(
        Shop(name=f"第{number}間", status="live", city="台北市", district="大安區", latitude=25, longitude=121.5)
        for number in range(forecast.SAMPLE * 2)
    )
    model = get_embedder()
    embedding.write(embedding.draft(set(Shop.objects.order_by("id").values_list("id", flat=True)[:30]), model))

    class SameModel(Vendor):
        model = get_embedder().model

    expected = forecast.of_embedding(Shop.objects.order_by("id"), SameModel())
    assert (expected.shops, expected.to_ask) == (120, 60)
    everything = Shop.objects.order_by("id")
    embedding.write(embedding.draft(set(everything.values_list("id", flat=True)[:60]), model))
    assert forecast.of_embedding(everything, SameModel()).to_ask == 2, "none of the sample may be some of the rest"
    assert forecast.of_embedding(everything[:60], SameModel()).to_ask == 0
    assert forecast.of_embedding(Shop.objects.none(), SameModel()).usage == NOTHING
