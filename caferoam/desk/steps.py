"""What operators can do to jobs, and the page that asks before any of it is done.

A step reaches one job, those ticked on a page, or all that match the filter; always as a queryset, so that no number of
them is loaded. The page says how many of which it will change, and what will happen to them.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol
from uuid import UUID

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import BadRequest
from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from caferoam.desk.words import Condition
from caferoam.jobs import operations
from caferoam.jobs.models import Job


class Operation(Protocol):
    """A function of ``caferoam.jobs.operations``."""

    def __call__(self, jobs: QuerySet[Job], *, by: str) -> int: ...


@dataclass(frozen=True)
class Step:
    """One thing that can be done. ``applies`` says to which rows, ``conditions`` the same of one job's state."""

    name: str
    label: Promise
    """On the button of one job."""
    label_for_many: Promise
    question: Callable[[int], str]
    consequence: Promise
    applies: Q
    conditions: frozenset[Condition]
    operation: Operation
    done: Callable[[int], str]
    is_destructive: bool = False


STEPS: Final[Mapping[str, Step]] = {
    step.name: step
    for step in (
        Step(
            name="requeue",
            label=_("Queue again"),
            label_for_many=_("Queue again: failed jobs and dead letters"),
            question=lambda n: ngettext("Queue %(n)d job again?", "Queue %(n)d jobs again?", n) % {"n": n},
            consequence=_(
                "They run as soon as their lane has room, with up to three further attempts. Do this once the cause is"
                " mended: otherwise they fail again, and may cost money again."
            ),
            applies=Q(status__in=[Job.Status.FAILED, Job.Status.DEAD_LETTER]),
            conditions=frozenset({Condition.FAILED, Condition.DEAD}),
            operation=operations.requeue,
            done=lambda n: ngettext("%(n)d job was queued again.", "%(n)d jobs were queued again.", n) % {"n": n},
        ),
        Step(
            name="run_now",
            label=_("Run now"),
            label_for_many=_("Run now: jobs that wait for their time"),
            question=lambda n: ngettext("Run %(n)d job now?", "Run %(n)d jobs now?", n) % {"n": n},
            consequence=_(
                "They no longer wait for their time (a retry, say, or a provider's pause) but run as soon as their lane"
                " has room. A paused lane stays paused."
            ),
            applies=Q(status=Job.Status.PENDING, scheduled_at__gt=Now()),
            conditions=frozenset({Condition.LATER}),
            operation=operations.run_now,
            done=lambda n: ngettext("%(n)d job is due now.", "%(n)d jobs are due now.", n) % {"n": n},
        ),
        Step(
            name="cancel",
            label=_("Cancel"),
            label_for_many=_("Cancel: waiting and running jobs"),
            question=lambda n: ngettext("Cancel %(n)d job?", "Cancel %(n)d jobs?", n) % {"n": n},
            consequence=_(
                "They end as failed. What a running job writes to the database is undone; what it has already done"
                " elsewhere (a mail sent, a provider asked) is not. They can be queued again."
            ),
            applies=Q(status__in=[Job.Status.PENDING, Job.Status.CLAIMED]),
            conditions=frozenset({Condition.DUE, Condition.LATER, Condition.HANDED_OVER, Condition.RUNNING}),
            operation=operations.cancel,
            done=lambda n: ngettext("%(n)d job was cancelled.", "%(n)d jobs were cancelled.", n) % {"n": n},
            is_destructive=True,
        ),
        Step(
            name="discard",
            label=_("Discard"),
            label_for_many=_("Discard: dead letters"),
            question=lambda n: ngettext("Discard %(n)d dead letter?", "Discard %(n)d dead letters?", n) % {"n": n},
            consequence=_(
                "Their work is given up: they end as failed, and nobody is asked to look at them any more. They can"
                " still be queued again until failed jobs are tidied away."
            ),
            applies=Q(status=Job.Status.DEAD_LETTER),
            conditions=frozenset({Condition.DEAD}),
            operation=operations.discard,
            done=lambda n: (
                ngettext("%(n)d dead letter was discarded.", "%(n)d dead letters were discarded.", n) % {"n": n}
            ),
            is_destructive=True,
        ),
    )
}


def steps_for(condition: Condition) -> list[Step]:
    """Those that change a job in this state."""
    return [step for step in STEPS.values() if condition in step.conditions]


@dataclass(frozen=True)
class Target:
    """What a step is to be done to, and how the page that asks comes back with the same.

    ``fields`` are sent again with the answer. An ``open_ended`` target may have grown until then: what is newer than
    the page showed is left alone. ``told`` says for the log which they are, where it is not the ``only`` one.
    """

    jobs: QuerySet[Job]
    fields: Sequence[tuple[str, str]]
    back: str
    open_ended: bool = False
    told: str = ""
    only: UUID | None = None


def ask_or_do(
    request: HttpRequest, site: AdminSite, step: Step, target: Target
) -> TemplateResponse | HttpResponseRedirect:
    """Show what the step would change, or do it when that page was answered. For POST requests of those who may."""
    jobs = target.jobs.filter(step.applies)
    if "confirmed" in request.POST:
        if target.open_ended:
            jobs = jobs.filter(created_at__lte=_moment(request.POST.get("newest", "")))
        with transaction.atomic():
            changed = step.operation(jobs, by=request.user.get_username())
            if changed:
                _note(request, step, target, changed)
        messages.add_message(request, messages.SUCCESS if changed else messages.WARNING, step.done(changed))
        return HttpResponseRedirect(target.back)
    counts = list(jobs.order_by().values("job_type", "status").annotate(jobs=Count("pk"), newest=Max("created_at")))
    total = sum(row["jobs"] for row in counts)
    if not total:
        messages.warning(request, _("None of these jobs is in a state to which this applies. Nothing was changed."))
        return HttpResponseRedirect(target.back)
    newest_of_all: datetime = max(row["newest"] for row in counts)
    context: dict[str, Any] = {
        **site.each_context(request),
        "title": step.question(total),
        "step": step,
        "counts": sorted(counts, key=lambda row: (-row["jobs"], row["job_type"], row["status"])),
        "total": total,
        "only": target.only,
        "fields": [*target.fields, ("newest", newest_of_all.isoformat()), ("confirmed", "yes")],
        "back": target.back,
    }
    return TemplateResponse(request, "desk/confirm_step.html", context)


def _note(request: HttpRequest, step: Step, target: Target, changed: int) -> None:
    LogEntry.objects.create(
        user_id=str(request.user.pk),
        content_type=ContentType.objects.get_for_model(Job),
        object_id=str(target.only) if target.only else None,
        object_repr=str(target.only or ""),
        action_flag=CHANGE,
        change_message=json.dumps([{"step": step.name, "jobs": changed, "of": target.told}]),
    )


def _moment(text: str) -> datetime:
    """As the page that asks wrote it."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as exc:
        raise BadRequest("Not a moment.") from exc
    if moment.tzinfo is None:
        raise BadRequest("A moment without its zone.")
    return moment
