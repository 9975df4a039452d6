"""One request, followed by its id through the logs of relay and worker."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.urls import include, path
from rest_framework.request import Request
from rest_framework.response import Response

from caferoam.api.principal import Principal
from caferoam.api.views import MemberAPIView
from caferoam.jobs import enqueue
from caferoam.jobs.models import Job
from caferoam.testing.database import ApiClient
from caferoam.testing.live import Live, Process, eventually, live_processes

TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736"
REQUEST_ID = "request-of-a-guest"
KEYS = {"SUPABASE_PUBLISHABLE_KEY": "sb_publishable_0123456789abcdef", "ERASURE_HMAC_KEY": "0123456789abcdef" * 2}
PRODUCTION = {"CAFEROAM_ENV": "production", "SUPABASE_URL": "https://project.supabase.co", **KEYS}


class Order(MemberAPIView):
    """Writes a row whose trigger queues a job, as a check-in does."""

    def post(self, request: Request) -> Response:
        with self.as_member(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO orders DEFAULT VALUES")
        return Response({})


urlpatterns = [path("", include("caferoam.api.urls")), path("orders", Order.as_view())]

ORDERS = """
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY);
GRANT INSERT ON orders TO authenticated;
CREATE FUNCTION private.queue_order() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$ BEGIN
    INSERT INTO public.job_queue (job_type, payload)
    VALUES ('live_quiet', private.job_context_v1() || jsonb_build_object('shop_id', gen_random_uuid()));
    RETURN NULL;
END $$;
CREATE TRIGGER queue_order AFTER INSERT ON orders EXECUTE FUNCTION private.queue_order();
"""


@pytest.fixture
def orders(owner: psycopg.Connection) -> Iterator[None]:
    owner.execute(ORDERS)
    yield
    owner.execute("DROP TABLE orders; DROP FUNCTION private.queue_order()")


@pytest.fixture
def live(worker: psycopg.Connection, tmp_path: Path) -> Iterator[Live]:
    """Starts relays and workers that know the queue's own test types, and ends them with the test."""
    with live_processes(tmp_path, "caferoam.jobs.tests.live.settings") as processes:
        yield processes


def lines(process: Process, **fields: object) -> list[dict[str, Any]]:
    """What a process has logged with these fields."""
    told = [json.loads(line) for line in process.output().splitlines() if line.startswith("{")]
    return [line for line in told if fields.items() <= line.items()]


@pytest.mark.slow
@pytest.mark.urls("tests.test_one_request")
def test_one_request_id_leads_through_the_logs_of_relay_and_worker(
    live: Live, orders: None, api: ApiClient, member: Principal, bearer: Callable[[Principal], dict[str, str]]
) -> None:
    worker, relay = live.worker(**PRODUCTION), live.relay(**PRODUCTION)
    sent = {"X-Request-ID": REQUEST_ID, "traceparent": f"00-{TRACE_ID}-00f067aa0ba902b7-01"}
    assert api.post("/orders", headers={**bearer(member), **sent}).headers["X-Request-ID"] == REQUEST_ID
    ordered = Job.objects.get()
    assert eventually(lambda: lines(worker, job_id=str(ordered.pk))), worker.output() + relay.output()
    others = {str(enqueue("live_quiet")) for _ in range(20)}
    assert eventually(lambda: others <= {line["job_id"] for line in lines(worker, job_type="live_quiet")})

    whose = {"job_id": str(ordered.pk), "job_type": "live_quiet", "request_id": REQUEST_ID}
    assert [line["event"] for line in lines(relay, **whose)] == ["live_quiet published"]
    (told,) = lines(worker, **whose, trace_id=TRACE_ID, attempt=1)
    assert told["event"].startswith("live_quiet: 1 completed after 0.")
    assert [line for line in lines(worker) if "request_id" in line or "trace_id" in line] == [told], "it does not leak"
