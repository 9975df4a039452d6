"""Cursor pages: an opaque, signed position that fits only the query it was made for."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Final

from django.core.signing import BadSignature, Signer
from rest_framework.exceptions import ValidationError

CURSOR_MAX_LENGTH: Final = 4_000  # a position may hold a name of 200 characters, escaped

type Position = Sequence[str | int | float | bool | None]


class Keyset:
    """Cursors of one list.

    ``scope`` names the endpoint and order (``"shops:distance"``), ``query`` holds what shapes the list: its filters,
    not the page size. A cursor of any other scope or query is refused: its position would mean nothing here.
    """

    def __init__(self, scope: str, query: Mapping[str, object]) -> None:
        canonical = json.dumps([scope, query], sort_keys=True, ensure_ascii=False, default=str)
        fingerprint = hashlib.sha256(canonical.encode()).hexdigest()
        self._signer = Signer(salt=f"caferoam.cursor.{fingerprint}")

    def encode(self, position: Position) -> str:
        """The cursor that continues after the row with these sort keys (JSON values; times as ISO text)."""
        return self._signer.sign_object(list(position))

    def decode(self, cursor: str, *, length: int) -> list[str | int | float | bool | None]:
        """The position, which has ``length`` sort keys.

        Raises:
            ValidationError: on ``cursor``, if it is malformed, forged, or belongs to another query.
        """
        refusal = ValidationError({"cursor": ["This cursor is malformed or belongs to another query."]})
        if len(cursor) > CURSOR_MAX_LENGTH:
            raise refusal
        try:
            position: object = self._signer.unsign_object(cursor)
        except (BadSignature, ValueError) as exc:  # ValueError: not even base64 or JSON
            raise refusal from exc
        if not isinstance(position, list) or len(position) != length:
            raise refusal
        return position
