"""What operators do to members. Of two operators who do the same at once, one changes something."""

from uuid import UUID

from django.db.models.functions import Now

from accounts.models import Profile, UserRole


def close_account(member: UUID) -> bool:
    """Refuse the member everything but to leave, from their next request on; say whether that is new."""
    return bool(Profile.objects.filter(pk=member, deactivated_at__isnull=True).update(deactivated_at=Now()))


def reopen_account(member: UUID) -> bool:
    """Take that back; say whether there was something to take back."""
    return bool(Profile.objects.filter(pk=member, deactivated_at__isnull=False).update(deactivated_at=None))


def grant_role(member: UUID, role: UserRole.Role, *, by: str) -> bool:
    """Let a member do what goes with a role; say whether that is new. ``by`` is the operator's name."""
    _row, is_new = UserRole.objects.get_or_create(user_id=member, role=role, defaults={"granted_by": by})
    return is_new


def revoke_role(member: UUID, role: UserRole.Role) -> bool:
    """Take a role away; say whether the member had it."""
    deleted, _by_model = UserRole.objects.filter(user_id=member, role=role).delete()
    return bool(deleted)
