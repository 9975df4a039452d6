"""Profiles: how a member joins, what they may change, and how they are shown to themselves."""

from datetime import datetime
from typing import Final, TypedDict
from uuid import UUID

from django.db import IntegrityError, connection

from accounts import consent
from accounts.models import Consent, Profile
from accounts.uploads.reading import PhotoView, describe
from accounts.uploads.refusals import Reason, UploadRefused
from caferoam.database.errors import violated_constraint
from caferoam.providers.storage import Storage

_AUTH_USER_CONSTRAINT: Final = "profiles_auth_user_fkey"
_AVATAR_CONSTRAINT: Final = "profiles_avatar_own_pending"


class UnknownUserError(Exception):
    """The token is good, but the user that it was given to is gone from Supabase Auth."""


class ProfileChanges(TypedDict, total=False):
    """What a member says anew of themselves; what is absent stays as it is."""

    display_name: str | None
    locale: str
    email_opt_in: bool
    avatar_upload_id: UUID | None


class ProfileView(TypedDict):
    """A profile as its member sees it."""

    id: UUID
    email: str | None
    display_name: str | None
    locale: str
    email_opt_in: bool
    avatar: PhotoView | None
    roles: list[str]
    pdpa_consent_at: datetime | None
    created_at: datetime
    counts: dict[str, int]


def join(member: UUID, *, locale: str, email_opt_in: bool | None) -> bool:
    """Note what a member has agreed to, of the current text; say whether their profile was made by that.

    Consents that say nothing new are not written again. Without an ``email_opt_in`` the last word on it stands; where
    there was none, it is a no.

    Raises:
        UnknownUserError: there is no such auth user any more.
    """
    try:
        with connection.cursor() as cursor:
            # In SQL because a member may give only these columns a value, and Django would name them all. Of two at
            # once, the second waits here for the first.
            cursor.execute(
                "INSERT INTO profiles (id, locale) VALUES (%s, %s) ON CONFLICT (id) DO NOTHING", [member, locale]
            )
            joined: bool = cursor.rowcount == 1
    except IntegrityError as exc:
        if violated_constraint(exc) != _AUTH_USER_CONSTRAINT:
            raise
        raise UnknownUserError from exc
    _lock(member)
    latest = {
        row.kind: row for row in Consent.objects.filter(user_id=member).order_by("kind", "-at", "-id").distinct("kind")
    }
    email = latest.get(Consent.Kind.WEEKLY_EMAIL)
    if email_opt_in is None:
        email_opt_in = email is not None and email.granted
    for kind, granted in {Consent.Kind.SERVICE: True, Consent.Kind.WEEKLY_EMAIL: email_opt_in}.items():
        before = latest.get(kind)
        if before is None or (before.granted, before.version) != (granted, consent.VERSION):
            _add_consent(member, kind=kind, granted=granted, locale=locale, source=Consent.Source.SIGN_UP)
    return joined


def change_profile(member: UUID, changes: ProfileChanges) -> None:
    """Write what a member says anew. An avatar must have been verified before.

    Raises:
        UploadRefused: meanwhile the avatar's upload was used elsewhere, or expired.
    """
    profile = _lock(member)
    columns: dict[str, object] = {name: value for name, value in changes.items() if name != "email_opt_in"}
    try:
        # Only what was asked for: to these columns a member's right to write is bound.
        Profile.objects.filter(pk=member).update(**columns)
    except IntegrityError as exc:
        if violated_constraint(exc) != _AVATAR_CONSTRAINT:
            raise
        raise UploadRefused({"avatar_upload_id": Reason.ALREADY_USED}) from exc
    opted_in = changes.get("email_opt_in", profile.email_opt_in)
    if opted_in != profile.email_opt_in:
        _add_consent(
            member,
            kind=Consent.Kind.WEEKLY_EMAIL,
            granted=opted_in,
            locale=changes.get("locale", profile.locale),
            source=Consent.Source.PROFILE,
        )


def read_profile(member: UUID) -> Profile:
    """The member's profile with its counts, roles and avatar, in one statement.

    Raises:
        Profile.DoesNotExist: they have none.
    """
    return Profile.objects.with_counts().with_roles().select_related("avatar_upload").get(pk=member)


def show_profile(profile: Profile, *, email: str | None, storage: Storage) -> ProfileView:
    """What ``read_profile`` gave, for its member. ``email`` is the token's: we keep none."""
    upload = profile.avatar_upload
    return {
        "id": profile.pk,
        "email": email,
        "display_name": profile.display_name,
        "locale": profile.locale,
        "email_opt_in": profile.email_opt_in,
        "avatar": describe([upload], storage)[upload.pk] if upload else None,
        "roles": profile.role_names,
        "pdpa_consent_at": profile.pdpa_consent_at,
        "created_at": profile.created_at,
        "counts": {
            "check_ins": profile.check_ins_count,
            "stamps": profile.stamps_count,
            "lists": profile.lists_count,
        },
    }


def _lock(member: UUID) -> Profile:
    """One change of a profile after another: the latest consent must be the last that was given."""
    return Profile.objects.select_for_update(no_key=True).get(pk=member)


def _add_consent(member: UUID, *, kind: str, granted: bool, locale: str, source: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO consents (user_id, kind, granted, version, locale, source) VALUES (%s, %s, %s, %s, %s, %s)",
            [member, kind, granted, consent.VERSION, locale, source],
        )
