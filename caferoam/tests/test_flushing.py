"""What a test commits is gone before the next one, whichever way it got there."""

import psycopg
import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from caferoam.api.principal import Principal
from caferoam.jobs.models import Job, JobEvent
from caferoam.jobs.tests.conftest import aside, someone_waits
from caferoam.testing.flushing import KEPT, Flush

pytestmark = pytest.mark.django_db(transaction=True)


def filled() -> set[str]:
    """The tables of models that have rows."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    with connection.cursor() as cursor:
        return {name for name in tables if cursor.execute(f'SELECT FROM "{name}" LIMIT 1').fetchone() is not None}


def test_all_tables_are_empty_but_those_that_are_made_of_the_models(member: Principal) -> None:
    permissions = set(Permission.objects.values_list("pk", "codename"))
    job = Job.objects.create(job_type="test", payload={})
    JobEvent.objects.create(job=job, kind=JobEvent.Kind.REQUEUED, attempt=1)
    assert filled() >= {"profiles", "consents", "job_queue", "job_events", *KEPT}
    Flush()()
    assert filled() == set(KEPT)
    assert set(Permission.objects.values_list("pk", "codename")) == permissions


def test_what_is_made_of_the_models_is_made_anew_once_a_test_has_touched_it() -> None:
    names = set(Permission.objects.values_list("content_type__model", "codename"))
    flush = Flush()
    Permission.objects.create(codename="fly", name="Can fly", content_type=ContentType.objects.earliest("pk"))
    flush()
    assert set(Permission.objects.values_list("content_type__model", "codename")) == names
    Permission.objects.filter(codename="view_job").update(codename="see_job")
    flush()
    assert set(Permission.objects.values_list("content_type__model", "codename")) == names
    Permission.objects.earliest("pk").delete()
    flush()
    assert set(Permission.objects.values_list("content_type__model", "codename")) == names


def test_whoever_still_writes_is_waited_for(owner: psycopg.Connection, worker: psycopg.Connection) -> None:
    worker.execute("BEGIN")
    worker.execute("INSERT INTO job_queue (job_type, payload) VALUES ('test', '{}')")
    with aside(Flush()) as flushed:
        waited = someone_waits(owner)
        worker.execute("COMMIT")
        flushed.result(30)
    assert waited
    assert filled() == set(KEPT)
