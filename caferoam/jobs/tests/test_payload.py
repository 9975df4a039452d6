from uuid import UUID, uuid4

import pytest

from caferoam.jobs import JobRun, PayloadError
from caferoam.jobs.payload import PayloadShape

SHOP = uuid4()


def handler(
    run: JobRun, *, shop_id: UUID, limit: int = 5, most: int | None = None, note: str = "", force: bool = False
) -> None:
    """What payloads are read for here."""


SHAPE = PayloadShape.of(handler)


def test_fields_arrive_with_the_handlers_types_and_defaults() -> None:
    defaults = {"limit": 5, "most": None, "note": "", "force": False}
    assert SHAPE.read({"shop_id": str(SHOP)}) == {"shop_id": SHOP, **defaults}
    assert SHAPE.read({"shop_id": str(SHOP), "most": 3, "force": True}) == {
        "shop_id": SHOP,
        **defaults,
        "most": 3,
        "force": True,
    }


def test_fields_of_the_queue_itself_are_passed_over() -> None:
    assert SHAPE.read({"shop_id": str(SHOP), "_trace": {"any": "thing"}})["shop_id"] == SHOP


@pytest.mark.parametrize(
    ("payload", "field", "problem"),
    [
        ({}, "shop_id", "is missing"),
        ({"shop_id": "x"}, "shop_id", "is no UUID"),
        ({"shop_id": None}, "shop_id", "must be str, not NoneType"),
        ({"shop_id": str(SHOP), "limit": "5"}, "limit", "must be int, not str"),
        ({"shop_id": str(SHOP), "limit": True}, "limit", "must be int, not bool"),
        ({"shop_id": str(SHOP), "most": "3"}, "most", "must be int, not str"),
        ({"shop_id": str(SHOP), "most": None}, "most", "must be int, not NoneType"),
        ({"shop_id": str(SHOP), "note": 5}, "note", "must be str, not int"),
        ({"shop_id": str(SHOP), "force": 1}, "force", "must be bool, not int"),
        ({"shop_id": str(SHOP), "shopid": 1}, "shopid", "is unknown"),
        (["shop_id"], "payload", "must be an object"),
    ],
)
def test_the_field_to_blame_is_named(payload: object, field: str, problem: str) -> None:
    with pytest.raises(PayloadError, match=problem) as refused:
        SHAPE.read(payload)
    assert refused.value.field == field


def test_a_handler_cannot_ask_for_what_json_does_not_carry() -> None:
    def careless(run: JobRun, *, when: object) -> None:
        """Its parameter says nothing."""

    def undecided(run: JobRun, *, when: int | str | None = None) -> None:
        """Its parameter says too much."""

    for unclear in (careless, undecided):
        with pytest.raises(TypeError, match="'when' must be a UUID, int, str or bool"):
            PayloadShape.of(unclear)


def test_batches_declare_their_fields() -> None:
    shape = PayloadShape.required({"shop_id": UUID})
    assert shape.read({"shop_id": str(SHOP)}) == {"shop_id": SHOP}
    with pytest.raises(PayloadError, match="is missing"):
        shape.read({})
