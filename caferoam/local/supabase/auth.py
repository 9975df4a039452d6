"""The stand-in's Auth: the routes of Supabase Auth that supabase-js and CafeRoam use, and their errors.

Sign-ups need no confirmation by mail, as in a project with that turned off.
"""

import re
import time
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Final, Protocol
from urllib.parse import urlsplit
from uuid import UUID

from caferoam.local.supabase.accounts import AccountBook, ReusedToken, User, has_password, iso
from caferoam.local.supabase.callers import Gate
from caferoam.local.supabase.http import Asked, Handler, Refusal, Reply, Route, json_reply
from caferoam.local.supabase.recovery import Recoveries, WrongVerifier, with_query

TOKEN_TTL: Final = timedelta(hours=1)
PASSWORD_MIN_LENGTH: Final = 6
_PASSWORD_MAX_LENGTH: Final = 72
_EMAIL: Final = re.compile(r"[^\s@]{1,64}@[^\s@.]+(\.[^\s@.]+)+")
_DURATION: Final = re.compile(r"(\d{1,9})(h|m|s)")
_THIS_MACHINE: Final = {"127.0.0.1", "localhost"}
_SECONDS: Final = {"h": 3600, "m": 60, "s": 1}


class SignAccessToken(Protocol):
    """Signs an access token for a user's session."""

    def __call__(self, user: User, session_id: str) -> str: ...


class AuthRoutes:
    """Answers for one project's Auth."""

    def __init__(
        self,
        book: AccountBook,
        *,
        gate: Gate,
        sign: SignAccessToken,
        key_set: Mapping[str, object],
        recoveries: Recoveries,
    ) -> None:
        self._book = book
        self._recoveries = recoveries
        self._gate = gate
        self._sign = sign
        self._key_set = key_set

    @property
    def routes(self) -> list[Route]:
        """The first that fits answers."""
        return [
            _route("GET", "/.well-known/jwks.json", self._keys),
            _route("GET", "/settings", self._settings),
            _route("POST", "/signup", self._sign_up),
            _route("POST", "/token", self._token),
            _route("GET", "/user", self._user),
            _route("PUT", "/user", self._change_oneself),
            _route("POST", "/logout", self._logout),
            _route("POST", "/recover", self._recover),
            _route("GET", "/verify", self._follow_link),
            _route("GET", r"/admin/users/(?P<user_id>[^/]+)", self._show),
            _route("PUT", r"/admin/users/(?P<user_id>[^/]+)", self._change),
            _route("DELETE", r"/admin/users/(?P<user_id>[^/]+)", self._delete),
        ]

    def _keys(self, _asked: Asked, _named: Mapping[str, str]) -> Reply:
        return json_reply(HTTPStatus.OK, self._key_set, {"Cache-Control": "public, max-age=600"})

    def _settings(self, asked: Asked, _named: Mapping[str, str]) -> Reply:
        self._gate.caller(asked)
        return json_reply(
            HTTPStatus.OK,
            {
                "external": {"email": True, "phone": False, "anonymous_users": False},
                "disable_signup": False,
                "mailer_autoconfirm": True,
                "phone_autoconfirm": False,
                "sms_provider": "",
                "saml_enabled": False,
            },
        )

    def _sign_up(self, asked: Asked, _named: Mapping[str, str]) -> Reply:
        self._gate.caller(asked)
        said = asked.json()
        email, password, metadata = str(said.get("email") or ""), str(said.get("password") or ""), said.get("data")
        if not _EMAIL.fullmatch(email):
            raise auth_error(400, "validation_failed", "Unable to validate email address: invalid format")
        _require_password(password)
        user = self._book.sign_up(email, password, metadata if isinstance(metadata, dict) else {})
        if user is None:
            raise auth_error(422, "user_already_exists", "User already registered")
        return self._session(user)

    def _token(self, asked: Asked, _named: Mapping[str, str]) -> Reply:
        self._gate.caller(asked)
        said, grant = asked.json(), asked.query.get("grant_type")
        if grant == "password":
            return self._by_password(str(said.get("email") or ""), str(said.get("password") or ""))
        if grant == "refresh_token":
            return self._by_refresh_token(str(said.get("refresh_token") or ""))
        if grant == "pkce":
            return self._by_code(str(said.get("auth_code") or ""), str(said.get("code_verifier") or ""))
        raise auth_error(400, "invalid_credentials", "unsupported_grant_type")

    def _by_password(self, email: str, password: str) -> Reply:
        user = self._book.find(email=email) if email else None
        if user is None or not has_password(user, password):
            raise auth_error(400, "invalid_credentials", "Invalid login credentials")
        _require_no_ban(user)
        return self._session(user)

    def _by_refresh_token(self, token: str) -> Reply:
        try:
            row = self._book.use(token)
        except ReusedToken as exc:
            raise auth_error(400, "refresh_token_already_used", "Invalid Refresh Token: Already Used") from exc
        user = self._book.find(user_id=UUID(row.user_id)) if row else None
        if row is None or user is None:
            raise auth_error(400, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found")
        _require_no_ban(user)
        return self._session(user, session_id=row.session_id)

    def _by_code(self, code: str, verifier: str) -> Reply:
        try:
            user_id = self._recoveries.exchange(code, verifier)
        except WrongVerifier as exc:
            words = "code challenge does not match previously saved code verifier"
            raise auth_error(400, "bad_code_verifier", words) from exc
        user = self._book.find(user_id=user_id) if user_id else None
        if user is None:
            raise auth_error(404, "flow_state_not_found", "invalid flow state, no valid flow state found")
        _require_no_ban(user)
        return self._session(user)

    def _user(self, asked: Asked, _named: Mapping[str, str]) -> Reply:
        user, _ = self._signed_in(asked)
        return json_reply(HTTPStatus.OK, _shown(user))

    def _change_oneself(self, asked: Asked, _named: Mapping[str, str]) -> Reply:
        user, _ = self._signed_in(asked)
        said = asked.json()
        password, metadata = str(said.get("password") or ""), said.get("data")
        if said.get("email") not in {None, "", user.email}:
            raise auth_error(422, "validation_failed", "The stand-in does not change e-mail addresses")
        if password:
            _require_password(password)
            if has_password(user, password):
                raise auth_error(422, "same_password", "New password should be different from the old password.")
        self._book.change(user.id, password=password, metadata=metadata if isinstance(metadata, dict) else None)
        return json_reply(HTTPStatus.OK, _shown(self._book.find(user_id=user.id) or user))

    def _recover(self, asked: Asked, _named: Mapping[str, str]) -> Reply:
        """Answers the same whether there is such a user or not."""
        self._gate.caller(asked)
        said, to = asked.json(), asked.query.get("redirect_to", "")
        email, challenge = str(said.get("email") or ""), str(said.get("code_challenge") or "")
        if not _EMAIL.fullmatch(email):
            raise auth_error(400, "validation_failed", "Unable to validate email address: invalid format")
        if not challenge or urlsplit(to).hostname not in _THIS_MACHINE:
            words = "The stand-in needs the PKCE flow, and a redirectTo that leads to this machine"
            raise auth_error(400, "validation_failed", words)
        if user := self._book.find(email=email):
            verify_url = f"http://{asked.headers.get('host', '')}/auth/v1/verify"
            method = str(said.get("code_challenge_method") or "plain").lower()
            self._recoveries.send_link(
                user.id, user.email, verify_url=verify_url, challenge=challenge, method=method, to=to
            )
        return json_reply(HTTPStatus.OK, {})

    def _follow_link(self, asked: Asked, _named: Mapping[str, str]) -> Reply:
        """A browser comes here from a mail, without any key."""
        onwards = self._recoveries.follow(asked.query.get("token", ""))
        if onwards is None:
            told = {"error": "access_denied", "error_code": "otp_expired"}
            words = "Email link is invalid or has expired"
            to = asked.query.get("redirect_to", "")
            if urlsplit(to).hostname not in _THIS_MACHINE:
                raise auth_error(403, "otp_expired", words)
            onwards = with_query(to, [*told.items(), ("error_description", words)])
        return Reply(HTTPStatus.SEE_OTHER, headers={"Location": onwards, "Cache-Control": "no-store"})

    def _logout(self, asked: Asked, _named: Mapping[str, str]) -> Reply:
        user, session_id = self._signed_in(asked)
        self._book.end_sessions(str(user.id), session_id=session_id, scope=asked.query.get("scope", "global"))
        return Reply(HTTPStatus.NO_CONTENT)

    def _show(self, asked: Asked, named: Mapping[str, str]) -> Reply:
        return json_reply(HTTPStatus.OK, _shown(self._for_admin(asked, named)))

    def _change(self, asked: Asked, named: Mapping[str, str]) -> Reply:
        user, duration = self._for_admin(asked, named), asked.json().get("ban_duration")
        if duration == "none":
            self._book.ban(user.id, 0)
        elif duration is not None:
            parts = _DURATION.findall(str(duration))
            if "".join(f"{number}{unit}" for number, unit in parts) != duration:
                raise auth_error(400, "validation_failed", "invalid format for ban duration")
            self._book.ban(user.id, time.time() + sum(int(number) * _SECONDS[unit] for number, unit in parts))
        return json_reply(HTTPStatus.OK, _shown(self._book.find(user_id=user.id) or user))

    def _delete(self, asked: Asked, named: Mapping[str, str]) -> Reply:
        self._book.delete(self._for_admin(asked, named).id)
        return json_reply(HTTPStatus.OK, {})

    def _for_admin(self, asked: Asked, named: Mapping[str, str]) -> User:
        caller = self._gate.caller(asked)
        if caller.refusal:
            raise auth_error(403, "bad_jwt", f"invalid JWT: {caller.refusal}")
        if caller.role != "service":
            raise auth_error(403, "not_admin", "User not allowed")
        try:
            user = self._book.find(user_id=UUID(named["user_id"]))
        except ValueError:
            user = None
        if user is None:
            raise auth_error(404, "user_not_found", "User not found")
        return user

    def _signed_in(self, asked: Asked) -> tuple[User, str]:
        caller = self._gate.caller(asked)
        if caller.refusal:
            raise auth_error(403, "bad_jwt", f"invalid JWT: {caller.refusal}")
        if caller.role != "member":
            raise auth_error(401, "no_authorization", "This endpoint requires a valid Bearer token")
        user = self._book.find(user_id=UUID(str(caller.claims["sub"])))
        if user is None:
            raise auth_error(403, "user_not_found", "User from sub claim in JWT does not exist")
        _require_no_ban(user)
        session_id = str(caller.claims.get("session_id", ""))
        if not self._book.has_session(session_id):  # the token outlives it, but opens nothing here
            raise auth_error(403, "session_not_found", "Session from session_id claim in JWT does not exist")
        return user, session_id

    def _session(self, user: User, *, session_id: str = "") -> Reply:
        session_id, refresh_token = self._book.start_session(user, session_id=session_id)
        seconds = int(TOKEN_TTL.total_seconds())
        return json_reply(
            HTTPStatus.OK,
            {
                "access_token": self._sign(user, session_id),
                "token_type": "bearer",
                "expires_in": seconds,
                "expires_at": int(time.time()) + seconds,
                "refresh_token": refresh_token,
                "user": _shown(self._book.find(user_id=user.id) or user),
            },
        )


def auth_error(status: int, code: str, message: str, **more: object) -> Refusal:
    """As Auth says it to clients that ask for no newer version of its API."""
    return Refusal(json_reply(status, {"code": status, "error_code": code, "msg": message, **more}))


def _require_password(password: str) -> None:
    """Raises Refusal for one that nobody may have."""
    if len(password) < PASSWORD_MIN_LENGTH:
        words = f"Password should be at least {PASSWORD_MIN_LENGTH} characters."
        raise auth_error(422, "weak_password", words, weak_password={"reasons": ["length"]})
    if len(password) > _PASSWORD_MAX_LENGTH:
        raise auth_error(422, "validation_failed", "Password cannot be longer than 72 characters")


def _require_no_ban(user: User) -> None:
    if user.is_banned:
        raise auth_error(400, "user_banned", "User is banned")


def _route(method: str, path: str, handler: Handler) -> Route:
    return Route(method, re.compile(f"/auth/v1{path}"), handler)


def _shown(user: User) -> dict[str, object]:
    """A user as supabase-js reads one."""
    made_at = user.created_at.isoformat()
    identity = {
        "identity_id": str(user.id),
        "id": str(user.id),
        "user_id": str(user.id),
        "identity_data": {"email": user.email, "email_verified": True, "sub": str(user.id)},
        "provider": "email",
        "last_sign_in_at": iso(user.account.last_sign_in_at),
        "created_at": made_at,
        "updated_at": made_at,
        "email": user.email,
    }
    shown: dict[str, object] = {
        "id": str(user.id),
        "aud": "authenticated",
        "role": "authenticated",
        "email": user.email,
        "email_confirmed_at": made_at,
        "confirmed_at": made_at,
        "phone": "",
        "last_sign_in_at": iso(user.account.last_sign_in_at),
        "app_metadata": {"provider": "email", "providers": ["email"]},
        "user_metadata": user.account.metadata,
        "identities": [identity],
        "created_at": made_at,
        "updated_at": made_at,
        "is_anonymous": False,
    }
    if user.is_banned:
        shown["banned_until"] = iso(user.account.banned_until)
    return shown
