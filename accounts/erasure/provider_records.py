"""What other services know of a member, besides files and the sign-in itself."""

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string


def erase_provider_records(member: UUID) -> None:
    """Let each service that the settings name forget the member. One that does not know them has done so already.

    Raises whatever its adapter raises: ``ProviderUnavailable``, ``ProviderRefused``.
    """
    for name in settings.MEMBER_RECORD_ERASERS:
        erase: Callable[[UUID], None] = import_string(name)
        erase(member)
