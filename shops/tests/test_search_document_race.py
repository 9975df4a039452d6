"""Two transactions that tag one shop at once: the document ends with both tags."""

import threading

import psycopg
import pytest

from shops.models import Shop, ShopSearch, TaxonomyTag

_TAG = "INSERT INTO shop_tags (shop_id, tag_id, source, confidence) VALUES (%s, %s, %s, 0.9)"


@pytest.mark.slow
def test_concurrent_tags_both_reach_the_document(owner: psycopg.Connection, worker: psycopg.Connection) -> None:
    shop = Shop.objects.create(name="霧裡咖啡", latitude=25.03, longitude=121.54, status=Shop.Status.LIVE)
    for number in (1, 2):
        TaxonomyTag.objects.create(
            id=f"tag{number}", number=number, dimension="ambience", label=f"Tag {number}", label_zh=f"標籤{number}"
        )
    with worker.transaction():
        worker.execute(_TAG, [shop.pk, "tag1", "offline"])
        second = threading.Thread(target=owner.execute, args=(_TAG, [shop.pk, "tag2", "import"]))
        second.start()
        while not _waits_for_a_lock(worker):
            second.join(0.01)
    second.join()
    assert ShopSearch.objects.get(shop=shop).tag_numbers == [1, 2]


def _waits_for_a_lock(connection: psycopg.Connection) -> bool:
    row = connection.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)").fetchone()
    return bool(row and row[0])
