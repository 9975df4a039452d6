"""The stand-in as ``make run`` starts it: Auth and Storage of the local stack, on a thread of the supervisor."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final, Self

from caferoam.local.errors import LocalStackError
from caferoam.local.supabase.accounts import AccountBook, User
from caferoam.local.supabase.auth import TOKEN_TTL, AuthRoutes
from caferoam.local.supabase.callers import Gate, ProjectKeys, verify_with
from caferoam.local.supabase.http import Asked, Reply, Server, answer
from caferoam.local.supabase.objects import ObjectStore
from caferoam.local.supabase.recovery import Recoveries
from caferoam.local.supabase.rights import DatabaseRights
from caferoam.local.supabase.storage import StorageRoutes
from caferoam.local.tokens import SigningKey, sign_token

JWKS_PATH: Final = "/auth/v1/.well-known/jwks.json"


class SupabaseStandIn:
    """Serves one project. Usable as a context manager.

    Members' rights are asked at ``api_dsn``, users are kept at ``worker_dsn``; both are asked for when they are needed,
    so the database may come later. Objects and passwords are kept below ``folder``.

    Raises:
        LocalStackError: this is no laptop's stack. Its keys lie in files and its sign-ups need no mail.
    """

    def __init__(
        self,
        key: SigningKey,
        keys: ProjectKeys,
        *,
        folder: Path,
        api_dsn: Callable[[], str],
        worker_dsn: Callable[[], str],
        port: int = 0,
    ) -> None:
        if os.environ.get("CAFEROAM_ENV", "local") not in {"local", "test"}:
            raise LocalStackError("the stand-in for Supabase serves a laptop only, but CAFEROAM_ENV says otherwise")
        self._key = key
        self._rights = DatabaseRights(api_dsn)
        self._server = Server(self._answer, port=port)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        gate = Gate(keys, verify_with(key.private_key.public_key()))
        book = AccountBook(folder / "auth.json", worker_dsn)
        self._routes = [
            *AuthRoutes(
                book,
                gate=gate,
                sign=self._sign,
                key_set={"keys": [key.public_jwk]},
                recoveries=Recoveries(folder / "mail"),
            ).routes,
            *StorageRoutes(ObjectStore(folder / "storage"), gate=gate, rights=self._rights, keys=keys).routes,
        ]

    @property
    def url(self) -> str:
        """What SUPABASE_URL must be for others to ask here."""
        return self._server.url

    @property
    def port(self) -> int:
        return self._server.port

    def start(self) -> None:
        self._server.start()

    def stop(self) -> None:
        self._server.stop()
        self._rights.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _answer(self, asked: Asked) -> Reply:
        return answer(self._routes, asked)

    def _sign(self, user: User, session_id: str) -> str:
        return sign_token(
            self._key,
            issuer=f"{self.url}/auth/v1",
            user_id=user.id,
            email=user.email,
            ttl=TOKEN_TTL,
            overrides={"session_id": session_id},
        )
