"""Who is asking, from the Authorization header alone: no cookie, no query parameter, no other header."""

import logging
import time
from functools import cache
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException, AuthenticationFailed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from caferoam.api import abuse
from caferoam.api.jwks import KeyCache, KeysUnavailableError
from caferoam.api.principal import Principal
from caferoam.api.tokens import ThirdPartyToken, TokenRefused, TokenRules, bearer_token, secret_weakness, verify

if TYPE_CHECKING:
    from rest_framework.views import APIView  # at run time this module is imported from there, as the default

logger = logging.getLogger(__name__)


class InvalidToken(AuthenticationFailed):
    """One answer for every cause: which check failed is nobody's business but the log's."""

    default_detail = "The access token is not valid. Sign in again."
    default_code = "invalid_token"


class TokensNotVerifiable(APIException):
    """Not the caller's fault: there is no key to judge the token with."""

    status_code = 503
    default_detail = "Access tokens cannot be verified at the moment. Try again shortly."
    default_code = "tokens_not_verifiable"

    def __init__(self, *, wait: float) -> None:
        super().__init__()
        self.wait = wait
        """Seconds for the Retry-After header."""


class SupabaseAuthentication(BaseAuthentication):
    """Verifies the bearer token locally. A bad token is refused on public routes too, never taken for no token."""

    def authenticate(self, request: Request) -> tuple[Principal, None] | None:
        """The principal, or None when no credentials were sent."""
        authorization = request.META.get("HTTP_AUTHORIZATION")
        if authorization is None:
            return None
        try:
            token = bearer_token(authorization)
            return verify(token, keys=token_keys(), rules=token_rules(), now=time.time()), None
        except ThirdPartyToken as exc:
            abuse.tokens_refused.add("client_id")
            raise PermissionDenied("Tokens of other applications are not accepted.", code="client_not_allowed") from exc
        except TokenRefused as exc:
            logger.info("A token was refused: %s", exc.cause)
            abuse.tokens_refused.add(exc.cause)
            raise InvalidToken from exc
        except KeysUnavailableError as exc:
            raise TokensNotVerifiable(wait=exc.retry_after.total_seconds()) from exc

    def authenticate_header(self, request: Request) -> str:
        """The challenge of a 401; it names an error only when credentials were sent (RFC 6750, section 3.1)."""
        sent = "HTTP_AUTHORIZATION" in request.META
        return 'Bearer realm="caferoam"' + (', error="invalid_token"' if sent else "")


class IsMember(BasePermission):
    """Signed in with an account. The default of every view: endpoints are closed unless opened."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Raises ``PermissionDenied`` for a guest; returns False (401) when nobody is signed in."""
        user: object = request.user
        if isinstance(user, Principal) and user.is_guest:
            raise PermissionDenied("Guests may browse; this needs an account.", code="anonymous_not_allowed")
        return isinstance(user, Principal)


def prepare() -> None:
    """For a process that is about to serve: refuse a setting that would let strangers in, and begin to load the keys.

    Raises:
        ImproperlyConfigured: as ``token_rules``, or the keys would come over an open wire.
    """
    token_rules()
    if settings.CAFEROAM_ENV == "production" and not settings.SUPABASE_JWKS_URL.startswith("https://"):
        raise ImproperlyConfigured("SUPABASE_JWKS_URL must begin with https:// in production.")
    token_keys().warm()


def token_keys() -> KeyCache:
    """The process's keys of the configured project."""
    return _key_cache(settings.SUPABASE_JWKS_URL, allow_empty=bool(settings.SUPABASE_JWT_SECRET))


def token_rules() -> TokenRules:
    """What the configured project's tokens must say.

    Raises:
        ImproperlyConfigured: the legacy secret is too short or publicly known.
    """
    secret = settings.SUPABASE_JWT_SECRET
    if secret and (weakness := secret_weakness(secret, allow_published=settings.CAFEROAM_ENV != "production")):
        raise ImproperlyConfigured(f"SUPABASE_JWT_SECRET must not be used: {weakness}.")
    return TokenRules(
        issuer=settings.SUPABASE_JWT_ISSUER,
        audience=settings.SUPABASE_JWT_AUDIENCE,
        secret=secret.encode() if secret else None,
    )


@cache
def _key_cache(url: str, *, allow_empty: bool) -> KeyCache:
    return KeyCache(url, allow_empty=allow_empty)
