"""Finding jobs, understanding one, and what can be done to them."""

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from caferoam.desk.job_list import COUNT_LIMIT
from caferoam.desk.tests.conftest import dead_letters
from caferoam.jobs import endings, queue
from caferoam.jobs.models import Job, JobEvent, Lane

LIST = "/jobs/job/"


def shown(page: bytes) -> set[UUID]:
    """The jobs in the list."""
    return {UUID(job_id) for job_id in re.findall(r'name="_selected_action" value="([^"]+)"', page.decode())}


def texts(page: bytes) -> str:
    """What there is to read, without tags and with single blanks."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.decode()).split())


def started(job_type: str = "enrich_shop", **payload: object) -> queue.StartedJob:
    """The first attempt at a new job, the only one due of its type."""
    queue.enqueue(job_type, payload)
    (job,) = queue.start(queue.claim([job_type]).tickets[job_type])
    return job


def ask(client: Client, step: str, url: str = LIST, **fields: object) -> bytes:
    """The page that asks, after its fields were sent as the list sends them."""
    answer = client.post(url, {"action": step, "index": "0", "select_across": "0", **fields})
    assert answer.status_code == 200, answer
    return answer.content


def confirm(client: Client, page: bytes, url: str = LIST) -> str:
    """Answer that page with yes; what is said afterwards."""
    fields: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.decode()):
        fields.setdefault(name, []).append(value)
    answer = client.post(url, fields, follow=True)
    assert answer.redirect_chain
    return " ".join(str(message) for message in answer.context["messages"])


# --- finding


@pytest.mark.parametrize("status", ["pending", "failed", "dead_letter", "completed"])
def test_the_list_is_narrowed_down_by_state(admin: Client, status: str) -> None:
    ended = timezone.now()
    jobs = {
        name: dead_letters(1, status=name, completed_at=ended)[0]
        for name in ("pending", "failed", "dead_letter", "completed")
    }
    assert shown(admin.get(LIST).content) == {job.pk for job in jobs.values()}
    assert shown(admin.get(f"{LIST}?status={status}").content) == {jobs[status].pk}


def test_the_list_is_narrowed_down_by_type_and_age(admin: Client, lane: Lane) -> None:
    (of_type,) = dead_letters(1)
    (other,) = dead_letters(1, job_type="retired_type")
    (of_yesterday,) = dead_letters(1, created_at=timezone.now() - timedelta(hours=30))
    (old,) = dead_letters(1, created_at=timezone.now() - timedelta(days=8))
    assert shown(admin.get(f"{LIST}?job_type=retired_type").content) == {other.pk}
    assert shown(admin.get(f"{LIST}?job_type=enrich_shop&age=hour").content) == {of_type.pk}
    assert shown(admin.get(f"{LIST}?age=day").content) == {of_type.pk, other.pk}
    assert shown(admin.get(f"{LIST}?age=week").content) == {of_type.pk, other.pk, of_yesterday.pk}
    assert shown(admin.get(f"{LIST}?age=older").content) == {old.pk}
    assert shown(admin.get(f"{LIST}?age=nonsense").content) == set()


def test_a_job_is_found_by_its_id_its_beginning_its_cafe_and_its_error(admin: Client) -> None:
    shop = uuid4()
    (job,) = dead_letters(1, payload={"shop_id": str(shop)}, last_error="ProviderRefused: 100% wrong")
    dead_letters(3)
    for text in (str(job.pk), job.pk.hex, str(job.pk)[:8], f" {shop} ", "100% WRONG", "refused: 100"):
        assert shown(admin.get(LIST, {"q": text}).content) == {job.pk}, text
    for text in (str(uuid4()), "no such error", "' OR 1=1 --"):
        assert shown(admin.get(LIST, {"q": text}).content) == set(), text


def test_a_finished_job_is_not_searched_for_its_error_but_found_by_its_cafe(admin: Client) -> None:
    shop = uuid4()
    columns = {"status": "completed", "completed_at": timezone.now(), "payload": {"shop_id": str(shop)}}
    (done,) = dead_letters(1, last_error="left over", **columns)
    assert shown(admin.get(LIST, {"q": "left over"}).content) == set()
    assert shown(admin.get(LIST, {"q": str(shop)}).content) == {done.pk}


def test_the_newest_come_first_a_page_at_a_time(admin: Client) -> None:
    now = timezone.now()
    jobs = [dead_letters(1, created_at=now - timedelta(minutes=age))[0] for age in range(55)]
    first, second = admin.get(LIST).content, admin.get(f"{LIST}?p=2").content
    assert shown(first) == {job.pk for job in jobs[:50]}
    assert shown(second) == {job.pk for job in jobs[50:]}
    assert "1 to 50 of 55" in texts(first)
    assert admin.get(f"{LIST}?p=9999").status_code == 302, "a page that is not there leads back"


@pytest.mark.slow
def test_no_more_is_counted_than_anybody_leafs_through(
    admin: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    dead_letters(COUNT_LIMIT + 5)
    with django_assert_max_num_queries(6):
        page = admin.get(LIST).content
    assert f"1 to 50 of more than {COUNT_LIMIT:,}" in texts(page)
    assert "Select all that match, more than 10,000" in texts(page)


# --- understanding


def test_a_job_s_page_tells_its_whole_story(
    admin: Client, lane: Lane, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    job = started(shop_id="b8a1", _request_id="req-1")
    endings.fail(job.attempt, "ProviderBusy: 早安", traceback="Traceback …\n  File <evil>\nProviderBusy")
    with django_assert_max_num_queries(6):
        page = admin.get(f"{LIST}{job.attempt.job_id}/change/").content
    told = texts(page)
    assert "Waiting for its time" in told
    assert "then comes attempt 2 of 5" in told
    assert "Attempt 1 failed; to be tried again" in told
    assert "ProviderBusy: 早安" in told
    payload, origin = told.split("What it was told (payload)")[1].split("Where it comes from")
    assert "b8a1" in payload
    assert "_request_id" not in payload
    assert "Request id req-1" in origin
    (event,) = JobEvent.objects.filter(job=job.attempt.job_id)
    traceback = admin.get(f"{LIST}{job.attempt.job_id}/traceback/{event.pk}/").content.decode()
    assert "File &lt;evil&gt;" in traceback
    assert admin.get(f"{LIST}{uuid4()}/traceback/{event.pk}/").status_code == 404


def test_a_running_job_shows_its_progress_and_who_works_on_it(admin: Client, lane: Lane) -> None:
    job = started()
    queue.report_progress(job.attempt, done=30, total=120, note="third page")
    page = admin.get(f"{LIST}{job.attempt.job_id}/change/").content
    assert "Attempt 1 of 5 has been running for" in texts(page)
    assert '<progress max="120" value="30"' in page.decode()
    assert "30 of 120, third page" in texts(page)


@pytest.mark.parametrize(
    ("columns", "buttons"),
    [
        ({"status": "pending"}, {"cancel"}),
        ({"status": "pending", "scheduled_at": Now() + timedelta(hours=1)}, {"run_now", "cancel"}),
        ({"status": "claimed", "claimed_at": Now()}, {"cancel"}),
        ({"status": "completed", "completed_at": Now()}, set()),
        ({"status": "failed", "completed_at": Now()}, {"requeue"}),
        ({"status": "dead_letter", "completed_at": Now()}, {"requeue", "discard"}),
    ],
)
def test_a_button_stands_only_where_it_does_something(
    admin: Client, viewer: Client, columns: dict[str, object], buttons: set[str]
) -> None:
    job = Job.objects.create(job_type="enrich_shop", attempts=1, **columns)
    url = f"{LIST}{job.pk}/change/"
    assert set(re.findall(r'name="step" value="(\w+)"', admin.get(url).content.decode())) == buttons
    assert 'name="step"' not in viewer.get(url).content.decode()


def test_a_job_waiting_in_a_paused_lane_or_for_unknown_code_says_so(admin: Client, lane: Lane) -> None:
    paused, unknown = queue.enqueue("enrich_shop"), queue.enqueue("of_tomorrow")
    Lane.objects.update(paused=True, pause_reason="the provider's bill")
    assert "Its lane is paused until somebody resumes it: the provider&#x27;s bill" in texts(
        admin.get(f"{LIST}{paused}/change/").content
    )
    assert "No code that runs knows this type of job." in texts(admin.get(f"{LIST}{unknown}/change/").content)


# --- doing


@pytest.mark.parametrize(
    ("step", "before", "after", "kind"),
    [
        ("requeue", {"status": "dead_letter"}, "pending", "requeued"),
        ("requeue", {"status": "failed"}, "pending", "requeued"),
        ("discard", {"status": "dead_letter"}, "failed", "discarded"),
        ("cancel", {"status": "pending"}, "failed", "cancelled"),
        ("cancel", {"status": "claimed", "claimed_at": Now()}, "failed", "cancelled"),
        ("run_now", {"status": "pending", "scheduled_at": Now() + timedelta(hours=1)}, "pending", "hastened"),
    ],
)
def test_a_step_asks_first_then_changes_one_job_under_the_operator_s_name(
    admin: Client, step: str, before: dict[str, object], after: str, kind: str
) -> None:
    job = Job.objects.create(job_type="enrich_shop", attempts=1, **before)
    url = f"{LIST}{job.pk}/step/"
    asked = admin.post(url, {"step": step})
    assert asked.status_code == 200
    assert f"enrich_shop {str(job.pk)[:8]}" in texts(asked.content)
    assert JobEvent.objects.count() == 0, "asking changes nothing"
    said = confirm(admin, asked.content, url)
    assert "1 " in said
    job.refresh_from_db()
    assert job.status == after
    assert job.scheduled_at <= timezone.now()
    assert list(JobEvent.objects.values_list("kind", "actor")) == [(kind, "admin")]


def test_a_step_for_those_ticked_leaves_the_others_alone(admin: Client) -> None:
    ticked, others = dead_letters(3), dead_letters(2)
    page = ask(admin, "requeue", _selected_action=[str(job.pk) for job in ticked])
    assert "Queue 3 jobs again?" in texts(page)
    assert "enrich_shop Dead letter 3" in texts(page)
    assert confirm(admin, page) == "3 jobs were queued again."
    assert set(Job.objects.filter(status="pending").values_list("pk", flat=True)) == {job.pk for job in ticked}
    assert Job.objects.filter(status="dead_letter").count() == len(others)


def test_a_step_for_all_that_match_reaches_beyond_the_page_in_a_few_statements(
    admin: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    matching = dead_letters(120, last_error="Timeout: provider")
    dead_letters(4, last_error="Bug: ours")
    dead_letters(2, status="completed", completed_at=timezone.now(), last_error="Timeout: provider")
    url = f"{LIST}?q=timeout&job_type=enrich_shop"
    fields = {"select_across": "1", "_selected_action": str(matching[0].pk)}
    with django_assert_max_num_queries(8):
        page = ask(admin, "requeue", url, **fields)
    assert "enrich_shop Dead letter 120" in texts(page)
    assert len(re.findall("_selected_action", page.decode())) == 1, "no list of ids"
    with django_assert_max_num_queries(40):
        assert confirm(admin, page, url) == "120 jobs were queued again."
    assert Job.objects.filter(status="pending").count() == 120
    assert Job.objects.filter(status="dead_letter").count() == 4


def test_the_count_tells_types_and_states_apart(admin: Client) -> None:
    dead_letters(2)
    dead_letters(3, status="failed", completed_at=timezone.now())
    dead_letters(1, job_type="weekly_email")
    fields = {"select_across": "1", "_selected_action": str(uuid4())}
    told = texts(ask(admin, "requeue", **fields))
    assert "enrich_shop Failed 3 enrich_shop Dead letter 2 weekly_email Dead letter 1 Together 6" in told.replace(
        "enrich_shop Dead letter 2 enrich_shop Failed 3", "enrich_shop Failed 3 enrich_shop Dead letter 2"
    )


def test_what_came_after_the_page_was_shown_is_not_swept_along(admin: Client) -> None:
    earlier = timezone.now() - timedelta(minutes=1)
    shown_jobs = dead_letters(2, created_at=earlier)
    page = ask(admin, "discard", select_across="1", _selected_action=str(shown_jobs[0].pk))
    (later,) = dead_letters(1)
    assert confirm(admin, page) == "2 dead letters were discarded."
    assert Job.objects.get(pk=later.pk).status == "dead_letter"


def test_a_step_that_applies_to_none_says_so(admin: Client) -> None:
    (job,) = dead_letters(1, status="completed", completed_at=timezone.now())
    answer = admin.post(LIST, {"action": "requeue", "index": "0", "_selected_action": str(job.pk)}, follow=True)
    assert "None of these jobs is in a state to which this applies" in texts(answer.content)
    assert Job.objects.get(pk=job.pk).status == "completed"


@pytest.mark.parametrize("step", ["requeue", "discard", "cancel", "run_now"])
def test_who_may_only_look_can_do_nothing(viewer: Client, step: str) -> None:
    (job,) = dead_letters(1)
    page = viewer.get(LIST).content.decode()
    assert str(job.pk)[:8] in page
    assert "_selected_action" not in page
    fields = {"action": step, "index": "0", "_selected_action": str(job.pk), "confirmed": "yes"}
    assert viewer.post(LIST, fields).status_code == 403
    assert viewer.post(f"{LIST}{job.pk}/step/", {"step": step, "confirmed": "yes"}).status_code == 403
    assert Job.objects.get(pk=job.pk).status == "dead_letter"


def test_a_link_changes_nothing_and_a_form_from_elsewhere_neither(admin: Client) -> None:
    (job,) = dead_letters(1)
    assert admin.get(f"{LIST}{job.pk}/step/", {"step": "requeue", "confirmed": "yes"}).status_code == 405
    assert admin.get(LIST, {"action": "requeue", "confirmed": "yes"}).status_code in {200, 302}
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = admin.cookies
    assert strict.post(f"{LIST}{job.pk}/step/", {"step": "requeue", "confirmed": "yes"}).status_code == 403
    assert Job.objects.get(pk=job.pk).status == "dead_letter"


def test_nonsense_is_refused_without_harm(admin: Client) -> None:
    (job,) = dead_letters(1)
    assert admin.post(LIST, {"action": "requeue", "index": "0", "_selected_action": "x"}).status_code == 400
    assert admin.post(f"{LIST}{job.pk}/step/", {"step": "explode"}).status_code == 404
    everything = {"action": "discard", "index": "0", "select_across": "1", "_selected_action": str(job.pk)}
    for newest in ({}, {"newest": "2026-99-99T99:99"}, {"newest": "2026-01-01T00:00"}):
        assert admin.post(LIST, everything | {"confirmed": "yes"} | newest).status_code == 400
    assert admin.get(f"{LIST}{uuid4()}/change/").status_code == 404
    assert admin.post(f"{LIST}{job.pk}/change/").status_code == 405
    assert admin.get(f"{LIST}add/").status_code in {302, 404}
    assert Job.objects.get(pk=job.pk).status == "dead_letter"
