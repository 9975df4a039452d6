"""Taking the consent back by the link in the mail. The link opens nothing else, and whether it is known is not told."""

from caferoam.jobs.statements import rows_of
from digest.addresses import link_hash


def unsubscribe(token: str) -> None:
    """Withdraw the consent of whoever the link is for, if anybody, and if it still stands."""
    rows_of("SELECT private.unsubscribe_v1(%s)", [link_hash(token)])
