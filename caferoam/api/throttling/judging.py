"""May this request go on? Asked with the scopes that apply to it, by the middleware and by views."""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest

from caferoam.api import abuse
from caferoam.api.addresses import address_of
from caferoam.api.throttling.counters import REST, Count, Limit, NotCountedError, counters
from caferoam.api.throttling.errors import LimitsUnavailable, TooManyRequests
from caferoam.api.throttling.scopes import Scope, Subject

_STANDING_KEY: Final = "caferoam.standing"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a request's caller stands with that of its limits which is nearest to be used up."""

    limit: int
    remaining: int
    reset_s: int

    def headers(self) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers-06 names them; later drafts put all into one."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset_s),
        }


def judge(request: HttpRequest, scopes: Sequence[Scope], *, member: UUID | None = None) -> None:
    """Count the request for all ``scopes``, in one round trip; note for ``standing_of`` how its caller stands.

    Raises:
        TooManyRequests: one of them is used up.
        LimitsUnavailable: Redis cannot count, and one of them must not do without.
    """
    if not settings.THROTTLE_SCALE:
        return
    limits = {limit: scope for scope in scopes for limit in _limits(request, scope, member)}
    try:
        verdict = counters(settings.REDIS_URL).count(list(limits))
    except NotCountedError as exc:
        for scope in scopes:
            abuse.uncounted.add(scope.name)
        if any(scope.needs_redis for scope in scopes):
            raise LimitsUnavailable(wait_s=_seconds(REST)) from exc
        return
    _note(request, verdict.counts)
    if not verdict.admitted:
        # Where several limits are used up, only waiting for the last of them helps.
        last = max((count for count in verdict.counts if not count.remaining), key=lambda count: count.reset)
        abuse.throttled.add(limits[last.limit].name)
        raise TooManyRequests(wait_s=_seconds(last.reset))


def standing_of(request: HttpRequest) -> Standing | None:
    """How the caller stands, as far as the request was judged."""
    standing: Standing | None = request.META.get(_STANDING_KEY)
    return standing


def _limits(request: HttpRequest, scope: Scope, member: UUID | None) -> list[Limit]:
    subject = str(member) if member and scope.subject is Subject.MEMBER else address_of(request)
    prefix = f"caferoam:throttle:{scope.name}:{_digest(subject)}"
    return [
        Limit(f"{prefix}:{rate.window // timedelta(seconds=1)}", rate.requests * settings.THROTTLE_SCALE, rate.window)
        for rate in scope.rates
    ]


def _digest(subject: str) -> str:
    """A subject's name in keys, which tells those who read them nothing. Keyed: all addresses are soon tried."""
    return hashlib.blake2b(subject.encode(), key=settings.SECRET_KEY.encode()[:64], digest_size=12).hexdigest()


def _note(request: HttpRequest, counts: Sequence[Count]) -> None:
    standings = [Standing(count.limit.requests, count.remaining, _seconds(count.reset)) for count in counts]
    if known := standing_of(request):
        standings.append(known)
    request.META[_STANDING_KEY] = min(standings, key=lambda standing: (standing.remaining, -standing.reset_s))


def _seconds(time: timedelta) -> int:
    """Whole ones, so that they are over when the time is."""
    return max(1, math.ceil(time.total_seconds()))
