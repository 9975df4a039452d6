"""What members do to their lists. Each call runs inside the member's transaction; the database decides.

Whatever changes a list's items first takes hold of the list, so that its changes follow each other: two cafés added at
once get two places, and one added twice gets one.
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final
from uuid import UUID

from django.db import IntegrityError, ProgrammingError, connection
from django.http import Http404

from caferoam.database.errors import is_row_refused, violated_constraint
from caferoam.errors import CafeRoamError
from lists.models import LISTS_PER_MEMBER


class ListCapReached(CafeRoamError):
    """The member keeps as many lists as one may."""

    status = HTTPStatus.BAD_REQUEST
    code = "list_cap_reached"

    def __init__(self) -> None:
        super().__init__(
            f"You keep {LISTS_PER_MEMBER} lists already, and that is the most. Delete one to start another."
        )


class ListNameTaken(CafeRoamError):
    """Another list of the member's has this name, case and blanks aside."""

    status = HTTPStatus.BAD_REQUEST
    code = "list_name_taken"

    def __init__(self) -> None:
        detail = "You have a list of this name already."
        super().__init__(detail, errors={"name": [detail]})


class ShopNotFound(CafeRoamError):
    """There is no such café to be put on a list, or not any more."""

    status = HTTPStatus.BAD_REQUEST
    code = "shop_not_found"

    def __init__(self) -> None:
        detail = "There is no such café, or it has closed."
        super().__init__(detail, errors={"shop_id": [detail]})


class ListOrderMismatch(CafeRoamError):
    """What was to be the new order is not an order of what is on the list."""

    status = HTTPStatus.BAD_REQUEST
    code = "list_order_mismatch"

    def __init__(self) -> None:
        detail = "Name every café of the list once, and no other. Perhaps it has changed meanwhile: read it again."
        super().__init__(detail, errors={"shop_ids": [detail]})


_REFUSALS: Final[dict[str | None, type[ListCapReached | ListNameTaken]]] = {
    "lists_cap": ListCapReached,
    "lists_name_once": ListNameTaken,
}


def create_list(*, owner: UUID, name: str) -> UUID:
    """Start a list.

    Raises:
        ListCapReached: also where two requests at once ask for the last one that is free.
        ListNameTaken: likewise.
    """
    return _named("INSERT INTO lists (user_id, name) VALUES (%s, %s) RETURNING id", [owner, name])


def rename_list(*, owner: UUID, list_id: UUID, name: str) -> None:
    """Give a list another name.

    Raises:
        Http404: the member has no such list.
        ListNameTaken: by another one.
    """
    _named(
        "UPDATE lists SET name = %s, updated_at = now() WHERE id = %s AND user_id = %s RETURNING id",
        [name, list_id, owner],
    )


def reorder_list(*, owner: UUID, list_id: UUID, shop_ids: Sequence[UUID]) -> None:
    """Put the cafés of a list into this order.

    Raises:
        Http404: the member has no such list.
        ListOrderMismatch: these are not all of its cafés, each once.
    """
    _hold(owner, list_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT shop_id FROM list_items WHERE list_id = %s", [list_id])
        if sorted(shop_id for (shop_id,) in cursor.fetchall()) != sorted(shop_ids):
            raise ListOrderMismatch
        cursor.execute(
            "UPDATE list_items SET position = wanted.position"
            " FROM unnest(%s::uuid[]) WITH ORDINALITY AS wanted (shop_id, position)"
            " WHERE list_id = %s AND list_items.shop_id = wanted.shop_id",
            [list(shop_ids), list_id],
        )


def delete_list(*, owner: UUID, list_id: UUID) -> None:
    """Delete a list with all that is on it.

    Raises:
        Http404: the member has no such list.
    """
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM lists WHERE id = %s AND user_id = %s", [list_id, owner])
        if not cursor.rowcount:
            raise Http404


def add_shop(*, owner: UUID, list_id: UUID, shop_id: UUID, note: str | None) -> bool:
    """Put a café at the end of a list; True unless it was there, where it stays. A note that is given replaces the old.

    Raises:
        Http404: the member has no such list.
        ShopNotFound: no live café has this id. One that closed may stay, but cannot be put on a list.
    """
    _hold(owner, list_id)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE list_items SET note = coalesce(%s, note) WHERE list_id = %s AND shop_id = %s",
            [note, list_id, shop_id],
        )
        if cursor.rowcount:
            return False
        try:
            cursor.execute(
                "INSERT INTO list_items (list_id, shop_id, position, note)"
                " SELECT %s, %s, coalesce(max(position), 0) + 1, %s FROM list_items WHERE list_id = %s",
                [list_id, shop_id, note or "", list_id],
            )
        except ProgrammingError as exc:
            if not is_row_refused(exc):
                raise
            raise ShopNotFound from exc  # the list is the member's, so it is the café that was refused
    return True


def note_shop(*, owner: UUID, list_id: UUID, shop_id: UUID, note: str) -> None:
    """Write another note to a café on a list.

    Raises:
        Http404: the member has no such list, or the café is not on it.
    """
    _hold(owner, list_id)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE list_items SET note = %s WHERE list_id = %s AND shop_id = %s", [note, list_id, shop_id])
        if not cursor.rowcount:
            raise Http404


def remove_shop(*, owner: UUID, list_id: UUID, shop_id: UUID) -> None:
    """Take a café off a list.

    Raises:
        Http404: the member has no such list, or the café is not on it.
    """
    _hold(owner, list_id)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM list_items WHERE list_id = %s AND shop_id = %s", [list_id, shop_id])
        if not cursor.rowcount:
            raise Http404


def _hold(owner: UUID, list_id: UUID) -> None:
    """Keep others from changing this list until the transaction ends, and note when it changed."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE lists SET updated_at = now() WHERE id = %s AND user_id = %s", [list_id, owner])
        if not cursor.rowcount:
            raise Http404


def _named(statement: str, parameters: Sequence[str | UUID]) -> UUID:
    """The id of the list that a statement with a name in it returns."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            row: tuple[UUID] | None = cursor.fetchone()
    except IntegrityError as exc:
        refusal = _REFUSALS.get(violated_constraint(exc))
        if refusal is None:
            raise
        raise refusal from exc
    if row is None:
        raise Http404
    return row[0]
