"""Sending what ``routes.py`` describes."""

import json
from collections.abc import Mapping
from typing import Protocol

from rest_framework.response import Response

from accounts import consent
from caferoam.api.principal import Principal
from caferoam.testing.database import ApiClient
from caferoam.testing.tokens import SignToken
from tests.identity.belongings import Belongings
from tests.identity.routes import CONSENT_VERSION, Call, Public


class Send(Protocol):
    """Sends a call about what is ``of`` somebody, signed by ``who``, on the API's login."""

    def __call__(
        self,
        call: Call | Public,
        verb: str,
        *,
        of: Belongings,
        who: Principal | None,
        slash: str = "",
        claims: Mapping[str, object] | None = None,
        and_field: tuple[str, object] | None = None,
        and_query: str = "",
    ) -> Response:
        """``claims`` are the token's, ``and_field`` stands in the body besides, ``and_query`` in the URL."""


def sender(sign_token: SignToken) -> Send:
    """With a client of its own."""
    client = ApiClient()

    def send(
        call: Call | Public,
        verb: str,
        *,
        of: Belongings,
        who: Principal | None,
        slash: str = "",
        claims: Mapping[str, object] | None = None,
        and_field: tuple[str, object] | None = None,
        and_query: str = "",
    ) -> Response:
        body = call.body(of) if isinstance(call, Call) and call.body else None
        if body and CONSENT_VERSION in body:
            body[CONSENT_VERSION] = consent.VERSION
        if and_field:
            body = {**(body or {}), and_field[0]: and_field[1]}
        where, _, query = call.path(of).partition("?")
        parameters = "&".join(filter(None, (query, and_query)))
        return client.generic(
            verb,
            f"{where}{slash}?{parameters}" if parameters else f"{where}{slash}",
            "" if body is None else json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {sign_token(who, **(claims or {}))}"} if who else {},
        )

    return send
