"""The steps that curators take with an edition, and how each is asked about, answered and told of in the log."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from caferoam.desk.acts import tell
from digest import editions


@dataclass(frozen=True)
class Step:
    """``take`` raises ``EditionRefused``; ``note`` is what stands in the log. The texts are translated when shown."""

    take: Callable[[UUID], object]
    label: Any
    consequence: Any
    done: Any
    note: str


STEPS: Final = {
    "approve": Step(
        editions.approve,
        gettext_lazy("Approve"),
        gettext_lazy("It is sent on its Monday at 09:00 in Taipei. Until then you can take this back."),
        gettext_lazy("Approved."),
        "edition_approved",
    ),
    "withdraw": Step(
        editions.withdraw,
        gettext_lazy("Back to draft"),
        gettext_lazy("If nobody approves an edition by its Monday, 09:00 in Taipei, one made by rules is sent."),
        gettext_lazy("It is a draft again."),
        "edition_withdrawn",
    ),
    "send": Step(
        editions.send_now,
        gettext_lazy("Send now"),
        gettext_lazy("It goes out at once to all who want it, and nothing of it can be changed any more."),
        gettext_lazy("A worker sends it now."),
        "edition_sent",
    ),
}
REFUSALS: Final = {
    "empty": gettext_lazy("An edition needs at least one café that visitors can see."),
    "too_long": gettext_lazy("Its mail is so long that mail programs would cut off its end: shorten some texts."),
    "week_taken": gettext_lazy("Another edition is approved for that week, or was sent."),
    "no_draft": gettext_lazy("It is no draft any more."),
    "not_ready": gettext_lazy("It is not waiting to be sent."),
}
"""Why a step could not be taken, by ``EditionRefused.reason``."""

tell("edition_approved", lambda week: _("Approved the edition of %(week)s") % {"week": week})
tell("edition_withdrawn", lambda week: _("Made the edition of %(week)s a draft again") % {"week": week})
tell("edition_sent", lambda week: _("Sent the edition of %(week)s") % {"week": week})
