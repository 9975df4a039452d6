"""Where members join, and look after their own profile."""

from dataclasses import asdict
from http import HTTPStatus
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.utils.cache import patch_cache_control
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import consent
from accounts.erasure.api import request_deletion
from accounts.erasure.serializers import DeletionRequest, DeletionSerializer
from accounts.models import Profile, Upload
from accounts.profiles import ProfileChanges, UnknownUserError, change_profile, join, read_profile, show_profile
from accounts.serializers import ConsentTextSerializer, JoinRequest, ProfileChangeRequest, ProfileSerializer
from accounts.uploads.verification import pending_uploads, verify_uploads
from caferoam.api.authentication import InvalidToken
from caferoam.api.bodies import parse_body
from caferoam.api.identity import MemberState
from caferoam.api.params import QueryParams, parse_query
from caferoam.api.views import MemberAPIView, PublicAPIView
from caferoam.providers.analytics import Language, SignedUp, capture
from caferoam.providers.storage import member_storage

CONSENT_MAX_AGE_S = 300


class ConsentText(PublicAPIView):
    """What members are told and asked."""

    @extend_schema(
        operation_id="get_consent_text",
        responses=ConsentTextSerializer,
        summary="What members agree to",
    )
    def get(self, request: Request) -> Response:
        """The notice of Taiwan's Personal Data Protection Act and the questions to ask, in each language."""
        parse_query(QueryParams, request)
        body = {
            "version": consent.VERSION,
            "contact": settings.PRIVACY_CONTACT,
            "notices": {locale: _told(notice) for locale, notice in consent.NOTICES.items()},
        }
        response = Response(body)
        patch_cache_control(response, public=True, max_age=CONSENT_MAX_AGE_S)
        return response


class _OwnProfile(MemberAPIView):
    """Answers with the member's profile."""

    def answer(self, profile: Profile, status: HTTPStatus = HTTPStatus.OK) -> Response:
        shown = show_profile(profile, email=self.principal.email, storage=member_storage(self.access_token))
        return Response(shown, status=status)


class Callback(_OwnProfile):
    """The way in."""

    admitting = frozenset({MemberState.CONSENT_REQUIRED})

    @extend_schema(
        operation_id="join",
        request=JoinRequest,
        responses={201: ProfileSerializer, 200: ProfileSerializer},
        summary="Join, or come again",
    )
    def post(self, request: Request) -> Response:
        """After a sign-in with Supabase: notes what the member agrees to, and makes their profile if they have none.

        201 the first time, then 200. A repeat changes nothing but consents that are given anew or otherwise.
        """
        agreed = parse_body(JoinRequest, request)
        try:
            with self.as_member():
                joined = join(self.principal.user_id, locale=agreed["locale"], email_opt_in=agreed.get("email_opt_in"))
                profile = read_profile(self.principal.user_id)
        except UnknownUserError as exc:
            raise InvalidToken from exc
        if joined:
            capture(SignedUp(Language(agreed["locale"]), wants_weekly_email=bool(agreed.get("email_opt_in"))))
        return self.answer(profile, HTTPStatus.CREATED if joined else HTTPStatus.OK)


class ProfileDetail(_OwnProfile):
    """The member's own profile."""

    delete_has_body = True

    throttle_scope = {"DELETE": "deletion"}

    @extend_schema(operation_id="get_profile", responses=ProfileSerializer, summary="Your profile")
    def get(self, request: Request) -> Response:
        """What CafeRoam keeps of the member, and how much they have done."""
        parse_query(QueryParams, request)
        with self.as_member():
            profile = read_profile(self.principal.user_id)
        return self.answer(profile)

    @extend_schema(
        operation_id="change_profile",
        request=ProfileChangeRequest,
        responses=ProfileSerializer,
        summary="Change your profile",
    )
    def patch(self, request: Request) -> Response:
        """Changes what is named, and nothing else. A new avatar is shown once a worker has looked at it."""
        changes = cast("ProfileChanges", parse_body(ProfileChangeRequest, request))
        avatar = changes.get("avatar_upload_id")
        if avatar is not None:
            self._verify_avatar(avatar)
        with self.as_member():
            change_profile(self.principal.user_id, changes)
            profile = read_profile(self.principal.user_id)
        return self.answer(profile)

    @extend_schema(
        operation_id="delete_profile",
        request=DeletionRequest,
        responses={202: DeletionSerializer},
        summary="Leave, and have everything erased",
    )
    def delete(self, request: Request) -> Response:
        """Needs a sign-in of the last ten minutes, or the confirmation in the body. Can be taken back for 14 days."""
        return request_deletion(self, request)

    def _verify_avatar(self, upload_id: UUID) -> None:
        def field_of(_upload_id: UUID) -> str:
            return "avatar_upload_id"

        member = self.principal.user_id
        with self.as_member():
            if Profile.objects.filter(pk=member, avatar_upload_id=upload_id).exists():
                return  # it is the avatar already: a repeated request
            uploads = pending_uploads({upload_id: Upload.Purpose.AVATAR}, member=member, field_of=field_of)
        verify_uploads(member_storage(self.access_token), uploads, field_of=field_of)


def _told(notice: consent.Notice) -> dict[str, Any]:
    told = asdict(notice)
    for section in told["sections"]:
        section["text"] = section["text"].replace("{contact}", settings.PRIVACY_CONTACT)
    return told
