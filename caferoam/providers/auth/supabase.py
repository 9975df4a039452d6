"""Supabase Auth's admin routes: https://supabase.com/docs/reference/javascript/auth-admin-api."""

from http import HTTPStatus
from typing import Final
from uuid import UUID

from django.conf import settings

from caferoam.providers.supabase import Service, service_credentials

FOR_EVER: Final = "876000h"
"""A hundred years: Auth knows no ban without an end."""


class SupabaseAuthAdmin:
    """The ``AuthAdmin`` of this project.

    Raises:
        ImproperlyConfigured: this process holds no secret key.
    """

    def __init__(self) -> None:
        self._service = Service("Auth", f"{settings.SUPABASE_URL}/auth/v1", service_credentials())

    def ban(self, user_id: UUID) -> None:
        self._do("PUT", user_id, {"ban_duration": FOR_EVER}, "ban a user")

    def unban(self, user_id: UUID) -> None:
        self._do("PUT", user_id, {"ban_duration": "none"}, "lift a ban")

    def delete(self, user_id: UUID) -> None:
        # A user deleted softly would stay as a row with a hashed address.
        self._do("DELETE", user_id, {"should_soft_delete": False}, "delete a user")

    def _do(self, method: str, user_id: UUID, send: dict[str, object], what: str) -> None:
        answer = self._service.ask(method, f"/admin/users/{user_id}", send=send)
        if answer.status == HTTPStatus.NOT_FOUND and "user_not_found" in answer.error:
            return
        if not answer.is_success:
            raise self._service.refusal(answer, what)
