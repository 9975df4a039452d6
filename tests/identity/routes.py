"""What everybody may do on every route: how she calls it, and how a stranger fares who sends the same request."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from tests.identity.belongings import Belongings, photo_file

type Body = dict[str, object]


@dataclass(frozen=True)
class Call:
    """One verb of one route of members.

    ``path`` and ``body`` are hers: she gets ``owner``, and a stranger who sends the very same gets ``stranger``.
    Everybody else is refused, except for those in ``admits``: there a member in that state, who asks for what is their
    own, gets that status. ``shows`` is what she finds in the answer, in proof that it is about what is hers.
    """

    path: Callable[[Belongings], str]
    owner: int
    stranger: int
    body: Callable[[Belongings], Body] | None = None
    admits: Mapping[str, int] = field(default_factory=dict)
    shows: Callable[[Belongings], object] | None = None


@dataclass(frozen=True)
class Public:
    """One verb of a route that is open to all: the same answer to everybody whose token, if any, is good.

    ``ignores_tokens``: nobody is asked for one there, and so none is looked at. ``ignores_parameters``: whatever a
    program adds to the URL must not matter. ``answer`` is its status and, for a problem, its code.
    """

    path: Callable[[Belongings], str]
    ignores_tokens: bool = False
    ignores_parameters: bool = False
    answer: tuple[int, str | None] = (200, None)


def at(path: str) -> Callable[[Belongings], str]:
    """The same path for everybody."""
    return lambda _hers: path


def nothing(_hers: Belongings) -> Body:
    """An empty body."""
    return {}


CONSENT_VERSION: Final = "consent_version"
"""Stands in a body for the version that is asked for at present."""

ROUTES: Final[Mapping[str, Call | Public]] = {
    # --- joining, and one's own profile -----------------------------------------------------------------------------
    "GET auth/consent": Public(at("/auth/consent")),
    "POST auth/callback": Call(
        at("/auth/callback"),
        owner=200,
        stranger=200,
        body=lambda _hers: {CONSENT_VERSION: CONSENT_VERSION, "locale": "en"},
        admits={"newcomer": 201},
        shows=lambda hers: hers.mark,
    ),
    "GET profile": Call(at("/profile"), owner=200, stranger=200, shows=lambda hers: hers.mark),
    "PATCH profile": Call(
        at("/profile"),
        owner=200,
        stranger=400,  # the picture is hers
        body=lambda hers: {"avatar_upload_id": str(hers.avatar)},
        shows=lambda hers: hers.avatar,
    ),
    "DELETE profile": Call(
        at("/profile"),
        owner=202,
        stranger=202,
        body=lambda _hers: {"confirm": "DELETE"},
        admits={"newcomer": 202, "leaving": 202, "closed": 202},
    ),
    "GET profile/deletion": Call(
        at("/profile/deletion"),
        owner=404,
        stranger=404,
        admits={"newcomer": 404, "leaving": 200, "closed": 404},
    ),
    "POST profile/restore": Call(
        at("/profile/restore"),
        owner=200,
        stranger=200,
        body=nothing,
        admits={"newcomer": 200, "leaving": 200, "closed": 200},
    ),
    "POST profile/export": Call(at("/profile/export"), owner=202, stranger=202, body=nothing),
    "GET profile/export": Call(at("/profile/export"), owner=200, stranger=200, shows=lambda hers: hers.export),
    # --- uploads, check-ins, stamps ---------------------------------------------------------------------------------
    "POST uploads": Call(
        at("/uploads"),
        owner=201,
        stranger=201,
        body=lambda _hers: {"purpose": "checkin_photo", "content_type": "image/jpeg", "bytes": len(photo_file())},
        shows=lambda hers: hers.member.user_id,  # in the path that was chosen for her
    ),
    "GET uploads/<str:upload_id>": Call(
        lambda hers: f"/uploads/{hers.photo}", owner=200, stranger=404, shows=lambda hers: hers.photo
    ),
    "GET checkins": Call(at("/checkins"), owner=200, stranger=200, shows=lambda hers: hers.check_in),
    "POST checkins": Call(
        at("/checkins"),
        owner=201,
        stranger=400,  # the photo is hers
        body=lambda hers: {"shop_id": str(hers.cafes.another), "upload_ids": [str(hers.photo)]},
        shows=lambda hers: hers.photo,
    ),
    "GET checkins/<str:check_in_id>": Call(
        lambda hers: f"/checkins/{hers.check_in}", owner=200, stranger=404, shows=lambda hers: hers.mark
    ),
    "DELETE checkins/<str:check_in_id>": Call(lambda hers: f"/checkins/{hers.check_in}", owner=204, stranger=404),
    "GET stamps": Call(at("/stamps"), owner=200, stranger=200, shows=lambda hers: hers.stamp),
    "GET stamps/<str:shop_id>.svg": Public(lambda hers: f"/stamps/{hers.cafes.visited}.svg"),
    # --- lists ------------------------------------------------------------------------------------------------------
    "GET lists": Call(at("/lists"), owner=200, stranger=200, shows=lambda hers: hers.mark),
    "POST lists": Call(at("/lists"), owner=201, stranger=201, body=lambda _hers: {"name": "咖啡"}),
    "GET lists/<str:list_id>": Call(
        lambda hers: f"/lists/{hers.list}", owner=200, stranger=404, shows=lambda hers: hers.mark
    ),
    "PATCH lists/<str:list_id>": Call(
        lambda hers: f"/lists/{hers.list}",
        owner=200,
        stranger=404,
        body=lambda hers: {"name": "新名字", "shop_ids": [str(hers.cafes.listed)]},
        shows=lambda hers: hers.list,
    ),
    "DELETE lists/<str:list_id>": Call(lambda hers: f"/lists/{hers.list}", owner=204, stranger=404),
    "POST lists/<str:list_id>/shops": Call(
        lambda hers: f"/lists/{hers.list}/shops",
        owner=201,
        stranger=404,
        body=lambda hers: {"shop_id": str(hers.cafes.another), "note": "靠窗"},
    ),
    "PATCH lists/<str:list_id>/shops/<str:shop_id>": Call(
        lambda hers: f"/lists/{hers.list}/shops/{hers.cafes.listed}",
        owner=200,
        stranger=404,
        body=lambda _hers: {"note": "靠窗"},
    ),
    "DELETE lists/<str:list_id>/shops/<str:shop_id>": Call(
        lambda hers: f"/lists/{hers.list}/shops/{hers.cafes.listed}", owner=204, stranger=404
    ),
    # --- cafés ------------------------------------------------------------------------------------------------------
    "GET shops": Public(at("/shops")),
    "GET shops/<str:shop_id>": Public(lambda hers: f"/shops/{hers.cafes.visited}"),
    "GET taxonomy": Public(at("/taxonomy")),
    "GET search": Call(at("/search?text=quiet"), owner=200, stranger=200),
    # --- the weekly email: the link in it, and what the mail provider signs ------------------------------------------
    "GET unsubscribe/<str:token>": Public(
        at("/unsubscribe/bm9ib2R5J3MgbGluaw"), ignores_tokens=True, ignores_parameters=True
    ),
    "POST unsubscribe/<str:token>": Public(
        at("/unsubscribe/bm9ib2R5J3MgbGluaw"), ignores_tokens=True, ignores_parameters=True
    ),
    "POST webhooks/resend": Public(
        at("/webhooks/resend"), ignores_tokens=True, ignores_parameters=True, answer=(403, "signature_refused")
    ),
    # --- what operators and engineers look at -----------------------------------------------------------------------
    "GET healthz": Public(at("/healthz"), ignores_tokens=True),
    "GET readyz": Public(at("/readyz"), ignores_tokens=True),
    "GET metrics": Public(at("/metrics"), ignores_tokens=True, ignores_parameters=True),
    "GET schema": Public(at("/schema"), ignores_tokens=True),
    "GET docs": Public(at("/docs"), ignores_tokens=True),
    "GET docs/assets/<str:name>": Public(at("/docs/assets/start.js"), ignores_tokens=True),
}
