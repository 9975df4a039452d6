"""The embedding job's work against the bare model on the same texts."""

from itertools import batched

from django.db import transaction

from bench.results import Result, in_turn
from caferoam.providers.embeddings import get_embedder
from enrichment import embedding
from shops.models import Shop

SHOPS = 512
BATCH = 64
ROUNDS = 3


def embed_vs_model() -> list[Result]:
    """Texts a second of both, the median of runs in turn, in batches of 64 as the job gets them."""
    embedder = get_embedder()
    shop_ids = list(Shop.objects.live().filter(enriched_at__isnull=False).values_list("pk", flat=True)[:SHOPS])
    batches = list(batched(shop_ids, BATCH))
    texts = [[document.text for document in embedding.read_documents(batch, embedder.model)] for batch in batches]
    embedder.embed(texts[0])  # loads the model

    def job() -> None:
        for batch in batches:
            made = embedding.draft(batch, embedder, anew=True)
            with transaction.atomic():
                embedding.write(made)

    def bare() -> None:
        for batch in texts:
            embedder.embed(batch)

    job_s, bare_s = in_turn(job, bare, rounds=ROUNDS)
    count = len(shop_ids)
    return [Result("embed_vs_model", count / job_s, "texts/s", count / bare_s, bare_s / job_s)]
