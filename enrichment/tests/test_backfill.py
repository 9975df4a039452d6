"""manage.py backfill."""

from collections.abc import Sequence
from datetime import timedelta
from io import StringIO
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models.functions import Now

from caferoam.jobs.models import Job
from enrichment.backfill import CHUNK
from enrichment.tests.making import a_shop, forget_jobs, make_shop, waiting
from shops.models import Shop, ShopEmbedding

pytestmark = pytest.mark.usefixtures("taxonomy")


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("backfill", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue().strip()


def enriched(name: str, *, days_ago: int = 1, model: str = "offline-rules-2", embedded: bool | None = None) -> Shop:
    """``embedded``: True after it was enriched, False before, None never."""
    shop = make_shop(name)
    Shop.objects.filter(pk=shop.pk).update(enriched_at=Now() - timedelta(days=days_ago), enriched_model=model)
    if embedded is not None:
        ShopEmbedding.objects.create(
            shop=shop,
            model="use-multilingual-3",
            input_hash=b"1",
            embedding=[1.0] + [0.0] * 1535,
            embedded_at=Now() - timedelta(days=days_ago + (-1 if embedded else 1)),
        )
    return shop


def queued(job_type: str, arguments: Sequence[str]) -> set[UUID]:
    forget_jobs()
    run(*arguments)
    return set(waiting(job_type))


def test_enrich_picks_what_is_missing_stale_or_all() -> None:
    never, fresh = make_shop("甲"), enriched("乙")
    old, other = enriched("丙", days_ago=91), enriched("丁", model="another")
    make_shop("戊", status=Shop.Status.CLOSED)
    assert queued("enrich_shop", ["enrich"]) == {never.pk}
    assert queued("enrich_shop", ["enrich", "--missing"]) == {never.pk}
    assert queued("enrich_shop", ["enrich", "--stale"]) == {old.pk, other.pk}
    assert queued("enrich_shop", ["enrich", "--all"]) == {never.pk, fresh.pk, old.pk, other.pk}


def test_embed_picks_what_is_missing_stale_or_all() -> None:
    never, fresh, old = enriched("甲"), enriched("乙", embedded=True), enriched("丙", embedded=False)
    assert queued("generate_embedding", ["embed"]) == {never.pk}
    assert queued("generate_embedding", ["embed", "--stale"]) == {old.pk}
    assert queued("generate_embedding", ["embed", "--all"]) == {never.pk, fresh.pk, old.pk}


def test_the_limit_counts_what_is_queued_and_a_second_run_goes_on() -> None:
    for name in "甲乙丙丁戊":
        make_shop(name)
    forget_jobs()
    assert run("enrich", "--limit", "2") == "enrich, missing: 2 shops queued, 0 were waiting already."
    assert run("enrich", "--limit", "2") == "enrich, missing: 2 shops queued, 2 were waiting already."
    assert run("enrich") == "enrich, missing: 1 shops queued, 4 were waiting already."
    assert run("enrich") == "enrich, missing: 0 shops queued, 5 were waiting already."


def test_all_goes_on_after_the_shop_that_it_names_even_when_the_jobs_are_done() -> None:
    shops = sorted(make_shop(name).pk for name in "甲乙丙")
    forget_jobs()
    told = run("enrich", "--all", "--limit", "2")
    assert told == (
        f"enrich, all: 2 shops queued, 0 were waiting already. To do the others, go on with --after {shops[1]}."
    )
    forget_jobs()
    assert run("enrich", "--all", "--after", str(shops[1])) == "enrich, all: 1 shops queued, 0 were waiting already."
    assert waiting("enrich_shop") == [shops[2]]


def test_a_place_that_is_no_id_is_refused() -> None:
    with pytest.raises(CommandError, match="--after"):
        run("enrich", "--all", "--after=last")


@pytest.mark.parametrize("limit", ["0", "-1", "many", "1.5"])
def test_a_limit_that_is_no_number_of_shops_is_refused(limit: str) -> None:
    with pytest.raises(CommandError, match="--limit"):
        run("enrich", f"--limit={limit}")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("which", ["missing", "all"])
def test_chunks_that_are_done_stay_queued_when_it_is_stopped(which: str) -> None:
    Shop.objects.bulk_create(Shop(**a_shop(str(number))) for number in range(CHUNK + 20))
    forget_jobs()
    stopped = False

    def interrupt_the_second(execute, sql, params, many, context):  # type: ignore[no-untyped-def]  # Django's hook
        nonlocal stopped
        if "queue_shop_jobs_v2" in sql and Job.objects.exists() and not stopped:
            stopped = True
            raise KeyboardInterrupt
        return execute(sql, params, many, context)

    with (
        connection.execute_wrapper(interrupt_the_second),
        pytest.raises(CommandError, match="Stopped: 500") as told,
    ):
        run("enrich", f"--{which}")
    assert told.value.returncode == 130
    assert Job.objects.count() == CHUNK
    if which == "all":
        last = Shop.objects.order_by("id")[CHUNK - 1].pk
        assert str(told.value).endswith(f"go on with --after {last}.")
        assert run("enrich", "--all", "--after", str(last)) == "enrich, all: 20 shops queued, 0 were waiting already."
    else:
        assert str(told.value).endswith("The same command goes on from here.")
        assert run("enrich") == "enrich, missing: 20 shops queued, 500 were waiting already."
