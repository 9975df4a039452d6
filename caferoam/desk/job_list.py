"""Which jobs the list shows: filters, search, and pages that count no further than anybody leafs."""

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from caferoam.jobs.models import Job, Lane

COUNT_LIMIT: Final = 10_000
_BEGINNING: Final = re.compile(r"[0-9a-f]{4,32}")
# As three conditions: each is the one of a partial index, so that finished jobs are not looked at.
_WITH_ERROR: Final = Q(status="pending") | Q(status="claimed") | Q(status__in=["failed", "dead_letter"])


class BoundedPaginator(Paginator):  # type: ignore[type-arg]  # generic in the stubs only
    """Counts up to ``COUNT_LIMIT`` rows, and offers as many: who looks for more is better served by a filter."""

    @cached_property
    def count(self) -> int:
        return min(self._counted, COUNT_LIMIT)

    @property
    def has_more(self) -> bool:
        """Whether there are rows that are not counted."""
        return self._counted > COUNT_LIMIT

    @cached_property
    def _counted(self) -> int:
        jobs: QuerySet[Any] = self.object_list  # type: ignore[assignment]  # the change list gives a queryset
        return jobs.order_by().values("pk")[: COUNT_LIMIT + 1].count()


class JobChangeList(ChangeList):
    """Newest first and nothing else: any other order would have to sort all of it."""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[str | Combinable]:
        return ["-created_at", "-pk"]


class _Choice(SimpleListFilter):
    """A filter with fixed choices; what is none of them is an empty list rather than everything."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        return queryset if value is None else self.narrow(queryset, value)

    def narrow(self, jobs: QuerySet[Any], value: str) -> QuerySet[Any]:
        raise NotImplementedError


class StatusFilter(_Choice):
    title = _("State")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> Iterable[tuple[str, Any]]:
        return [
            ("dead_letter", _("Dead letters")),
            ("failed", _("Failed")),
            ("pending", _("Waiting")),
            ("claimed", _("Running or handed over")),
            ("completed", _("Done")),
        ]

    def narrow(self, jobs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return jobs.filter(status=value)


class TypeFilter(_Choice):
    title = _("Type")
    parameter_name = "job_type"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> Iterable[tuple[str, str]]:
        known = list(Lane.objects.order_by("pk").values_list("pk", flat=True))
        asked = request.GET.get(self.parameter_name)
        return [(name, name) for name in ([*known, asked] if asked and asked not in known else known)]

    def narrow(self, jobs: QuerySet[Any], value: str) -> QuerySet[Any]:
        return jobs.filter(job_type=value)


class AgeFilter(_Choice):
    title = _("Queued")
    parameter_name = "age"
    _WITHIN = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Any]") -> Iterable[tuple[str, Any]]:
        return [
            ("hour", _("in the last hour")),
            ("day", _("in the last 24 hours")),
            ("week", _("in the last 7 days")),
            ("older", _("earlier")),
        ]

    def narrow(self, jobs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if value == "older":
            return jobs.filter(created_at__lt=Now() - self._WITHIN["week"])
        return jobs.filter(created_at__gte=Now() - self._WITHIN[value]) if value in self._WITHIN else jobs.none()


def search(jobs: QuerySet[Job], text: str) -> QuerySet[Job]:
    """By a job's id or how it begins, by the id of the café in its payload, else by words of its last error."""
    text = text.strip()
    if not text:
        return jobs
    digits = text.lower().replace("-", "")
    if len(digits) == 32 and _BEGINNING.fullmatch(digits):
        wanted = UUID(digits)
        shop = KeyTextTransform("shop_id", "payload")
        return jobs.alias(shop_id=shop).filter(Q(pk=wanted) | Q(payload__has_key="shop_id", shop_id=str(wanted)))
    by_error = _WITH_ERROR & Q(last_error__icontains=text)
    if _BEGINNING.fullmatch(digits):
        first, last = UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f"))
        return jobs.filter(Q(pk__range=(first, last)) | by_error)
    return jobs.filter(by_error)
