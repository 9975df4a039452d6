"""Supabase Auth's admin routes: https://supabase.com/docs/reference/javascript/auth-admin-api."""

from http import HTTPStatus
from uuid import UUID

from django.conf import settings

from caferoam.providers.supabase import Service, service_credentials


class SupabaseAuthAdmin:
    """The ``AuthAdmin`` of this project.

    Raises:
        ImproperlyConfigured: this process holds no secret key.
    """

    def __init__(self) -> None:
        self._service = Service("Auth", f"{settings.SUPABASE_URL}/auth/v1", service_credentials())

    def delete(self, user_id: UUID) -> None:
        # A user deleted softly would stay as a row with a hashed address.
        answer = self._service.ask("DELETE", f"/admin/users/{user_id}", send={"should_soft_delete": False})
        if answer.status == HTTPStatus.NOT_FOUND and "user_not_found" in answer.error:
            return
        if not answer.is_success:
            raise self._service.refusal(answer, "delete a user")
