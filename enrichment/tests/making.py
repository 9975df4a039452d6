"""Shops, reviews and jobs for the tests of enrichment."""

import hashlib
import time
from dataclasses import replace
from uuid import UUID

from caferoam.jobs import JobRun, queue
from caferoam.jobs.models import Job
from caferoam.providers.llm import DescribedTag, DescribeRequest, Description, Evidence, Modes
from shops.models import Shop, ShopReview


def make_shop(name: str = "霧裡咖啡", **fields: object) -> Shop:
    """A live café in Taipei."""
    return Shop.objects.create(**a_shop(name, **fields))


def a_shop(name: str = "霧裡咖啡", **fields: object) -> dict[str, object]:
    """The fields of one."""
    return {
        "name": name, "status": Shop.Status.LIVE, "city": "台北市", "district": "大安區", "latitude": 25.03,
        "longitude": 121.54, **fields,
    }  # fmt: skip


def review(shop: Shop, *texts: str) -> list[ShopReview]:
    """Reviews of a shop, in one statement."""
    return ShopReview.objects.bulk_create(
        ShopReview(shop=shop, source="test", text=text, text_hash=hashlib.sha256(text.encode()).digest())
        for text in texts
    )


def waiting(job_type: str) -> list[UUID]:
    """The shops for which such a job waits, in the order of their names."""
    payloads = Job.objects.filter(job_type=job_type, status=Job.Status.PENDING).values_list("payload", flat=True)
    shops = [UUID(payload["shop_id"]) for payload in payloads]
    return sorted(shops, key=lambda shop_id: Shop.objects.get(pk=shop_id).name)


def forget_jobs() -> None:
    """Empty the queue."""
    Job.objects.all().delete()


def started_run(job_type: str, shop: Shop) -> JobRun:
    """The attempt of a new job of the shop. Others of its type that wait are dropped."""
    Job.objects.filter(job_type=job_type, status=Job.Status.PENDING).delete()
    queue.enqueue(job_type, {"shop_id": str(shop.pk)})
    (tickets,) = queue.claim([job_type]).tickets.values()
    (started,) = queue.start(tickets)
    run = JobRun(started, deadline=time.monotonic() + 60)
    run.arguments = {"shop_id": shop.pk}
    return run


class ScriptedDescriber:
    """Says what it is told to say, proven by the shop's name, and lets something happen while it thinks."""

    provider = "scripted"
    model = "scripted-1"

    def __init__(self, *tags: DescribedTag, modes: Modes | None = None) -> None:
        self.tags = tags
        self.modes = modes
        self.asked: list[DescribeRequest] = []

    def describe(self, request: DescribeRequest) -> Description:
        """The script."""
        self.asked.append(request)
        self.meanwhile()
        name = Evidence(request.facts.name, field="name")
        tags = tuple(replace(tag, evidence=tag.evidence or (name,)) for tag in self.tags)
        return Description(tags, f"第{len(self.asked)}次", f"No. {len(self.asked)}", self.modes)

    def meanwhile(self) -> None:
        """What happens while it thinks: nothing, here."""
