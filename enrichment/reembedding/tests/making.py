"""Shops with vectors, and the command."""

import logging
from collections.abc import Sequence
from io import StringIO
from uuid import UUID

from django.core.management import call_command
from django.db.models.functions import Now

from caferoam.testing.jobs import drain
from caferoam.testing.openai import OpenAIStub, error
from caferoam.testing.vendors import Asked, Reaction
from enrichment.models import EmbeddingModel
from enrichment.tests.making import make_shop
from shops.models import Shop, ShopEmbedding

OFFLINE = "use-multilingual-3"
SMALL = "text-embedding-3-small"
LARGE = "text-embedding-3-large"
UNSPEAKABLE = "不可說"
"""What a vendor that is ``fastidious`` refuses every request for."""


def fastidious(vendor: OpenAIStub) -> None:
    """Let it refuse what cannot be said."""
    respond = vendor.respond

    def refuse(asked: Asked) -> Reaction:
        if any(UNSPEAKABLE in text for text in asked.json["input"]):
            return error(400, "invalid_request_error", None, "That cannot be said.")
        return respond(asked)

    vendor.respond = refuse


def described(*names: str) -> list[Shop]:
    """Shops that are described and have a vector of the model that is searched."""
    shops = [make_shop(name) for name in names]
    Shop.objects.filter(pk__in=[shop.pk for shop in shops]).update(enriched_at=Now())
    drain(["generate_embedding"])
    return shops


def describe_again(shop: Shop, summary: str) -> None:
    """What enrichment, or a curator, does to a shop."""
    Shop.objects.filter(pk=shop.pk).update(summary_zh=summary, description=summary, enriched_at=Now())


class Terminal(StringIO):
    """Somebody who answers."""

    def isatty(self) -> bool:
        return True


def reembed(*arguments: str, answer: str | None = None) -> str:
    """What the command says; without an ``answer`` nobody is there to be asked."""
    out = StringIO()
    stdin = StringIO() if answer is None else Terminal(answer)
    call_command("reembed", *arguments, stdout=out, stderr=StringIO(), stdin=stdin)
    return out.getvalue().strip()


def vectors_of(model: str) -> set[UUID]:
    """The shops that have one."""
    return set(ShopEmbedding.objects.filter(model=model).values_list("shop_id", flat=True))


def models() -> dict[str, str]:
    """Each with its status."""
    return dict(EmbeddingModel.objects.values_list("model", "status"))


def ids(shops: Sequence[Shop]) -> set[UUID]:
    """Of these shops."""
    return {shop.pk for shop in shops}


class Heard(logging.Handler):
    """What a logger says."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())
