"""What cannot be understood is refused with 400 and the name of the field, and leaves everything as it was."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caferoam.api.bodies import MAX_ITEMS
from lists.tests.client import ListsClient, refusal
from shops.tests.making import make_shop

pytestmark = pytest.mark.django_db(transaction=True)

ABSENT = "00000000-0000-4000-8000-000000000001"

BAD_NAMES: list[Any] = [
    None,
    5,
    True,
    [],
    {},
    "",
    "   ",
    "\u3000",
    "\t\n",
    "\u200d",
    "\ufe0f",
    "\u00a8",
    "a\x00",
    "\ud800",
    "a\nb",
    "a\tb",
    "a\x1b[31mb",
    "a\x7f",
    "a\u202eb",
    "a\u2067b",
    "a\u200fb",
    "a\u200bb",
    "a\ufeffb",
    "a\u2028b",
    "長" * 61,
    "😀" * 61,
    "x" * 100_000,
]
BAD_NOTES: list[Any] = [None, 5, [], {}, "a\x00", "\udfff", "a\x08", "a\u202eb", "長" * 281]
GOOD_NAMES = [
    "一",
    "長" * 60,
    "😀" * 60,
    f"  {'長' * 60}\u3000",
    "👩‍💻 ❤️",
    "'; DROP TABLE lists; --",
    "%s",
    "臺",
    "  x\n",
]
GOOD_NOTES = ["", "長" * 280, "😀" * 280, "一\n二\t三", f" {'長' * 280}\n"]
BAD_IDS: list[Any] = [None, 5, "", "x", "0" * 32, f"{{{ABSENT}}}", f"urn:uuid:{ABSENT}", [ABSENT], ABSENT + "\x00"]


@pytest.fixture
def kept(mine: ListsClient) -> str:
    """The path of a list with one café and a note."""
    list_id = mine.start("週末")
    mine.add(list_id, make_shop("青鳥").id, note="窗邊")
    return f"/lists/{list_id}"


def item_of(mine: ListsClient, path: str) -> str:
    return f"{path}/shops/{mine.ask('GET', path).json()['items'][0]['shop_id']}"


def test_a_name_is_one_to_sixty_characters_that_can_be_seen(mine: ListsClient, kept: str) -> None:
    before = mine.all()
    for name in BAD_NAMES:
        for method, path in (("POST", "/lists"), ("PATCH", kept)):
            answer = refusal(mine.ask(method, path, {"name": name}))
            assert answer == (400, "invalid_request", ["name"]), (method, name)
    assert mine.all() == before


def test_any_other_name_is_kept_as_it_was_written_but_trimmed(mine: ListsClient, kept: str) -> None:
    for name in GOOD_NAMES:
        assert mine.ask("PATCH", kept, {"name": name}).json()["name"] == name.strip()


def test_a_note_is_at_most_280_characters_that_can_be_seen(mine: ListsClient, kept: str) -> None:
    item = item_of(mine, kept)
    before = mine.all()
    shop_id = item.rpartition("/")[2]
    for note in BAD_NOTES:
        for method, path, body in (("POST", f"{kept}/shops", {"shop_id": shop_id}), ("PATCH", item, {})):
            answer = refusal(mine.ask(method, path, {**body, "note": note}))
            assert answer == (400, "invalid_request", ["note"]), (method, note)
    assert mine.all() == before


def test_any_other_note_is_kept_but_trimmed(mine: ListsClient, kept: str) -> None:
    item = item_of(mine, kept)
    for note in GOOD_NOTES:
        assert mine.ask("PATCH", item, {"note": note}).json()["note"] == note.strip()


def test_a_cafe_is_named_by_a_uuid(mine: ListsClient, kept: str) -> None:
    for shop_id in BAD_IDS:
        answer = refusal(mine.ask("POST", f"{kept}/shops", {"shop_id": shop_id}))
        assert answer == (400, "invalid_request", ["shop_id"]), shop_id
        answer = refusal(mine.ask("PATCH", kept, {"shop_ids": [ABSENT, shop_id]}))
        assert answer == (400, "invalid_request", ["shop_ids.1"]), shop_id


def test_an_order_is_a_list_of_bounded_length(mine: ListsClient, kept: str) -> None:
    orders: list[Any] = [None, "x", {}, 5, [ABSENT] * (MAX_ITEMS + 1)]
    for order in orders:
        assert refusal(mine.ask("PATCH", kept, {"shop_ids": order})) == (400, "invalid_request", ["shop_ids"])


def test_fields_that_are_not_the_members_to_say_are_refused(mine: ListsClient, kept: str) -> None:
    item = item_of(mine, kept)
    before = mine.all()
    known: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "/lists", {"name": "新"}),
        ("PATCH", kept, {"name": "新"}),
        ("POST", f"{kept}/shops", {"shop_id": item.rpartition("/")[2]}),
        ("PATCH", item, {"note": "新"}),
    ]
    for field in ("user_id", "id", "slot", "position", "created_at", "items", "Name", "note "):
        for method, path, body in known:
            answer = refusal(mine.ask(method, path, {**body, field: 1}))
            assert answer == (400, "invalid_request", [field]), (method, path)
    assert mine.all() == before


def test_what_must_be_said_is_named(mine: ListsClient, kept: str) -> None:
    bodies: list[dict[str, str] | None] = [None, {}]
    for body in bodies:
        assert refusal(mine.ask("POST", "/lists", body)) == (400, "invalid_request", ["name"])
        assert refusal(mine.ask("POST", f"{kept}/shops", body)) == (400, "invalid_request", ["shop_id"])


def test_a_bad_id_in_the_path_is_named(mine: ListsClient, kept: str) -> None:
    for bad in ("x", "0" * 32, f"%7B{ABSENT}%7D", "..", "1", f"%20{ABSENT}"):
        calls: list[tuple[str, str, dict[str, str] | None, str]] = [
            ("GET", f"/lists/{bad}", None, "list_id"),
            ("PATCH", f"/lists/{bad}", {}, "list_id"),
            ("DELETE", f"/lists/{bad}", None, "list_id"),
            ("POST", f"/lists/{bad}/shops", {"shop_id": ABSENT}, "list_id"),
            ("PATCH", f"{kept}/shops/{bad}", {}, "shop_id"),
            ("DELETE", f"{kept}/shops/{bad}", None, "shop_id"),
        ]
        for method, path, body, named in calls:
            assert refusal(mine.ask(method, path, body)) == (400, "invalid_request", [named]), (method, path)


def test_a_bad_parameter_is_named(mine: ListsClient, kept: str) -> None:
    for query in (
        "limit=0",
        "limit=101",
        "limit=x",
        "limit=1&limit=2",
        "limit=" + "9" * 30,
        "cursor=",
        "cursor=a%00",
        "cursor=" + "x" * 5000,
        "user_id=1",
    ):
        named = [query.partition("=")[0]]
        assert refusal(mine.ask("GET", f"{kept}?{query}")) == (400, "invalid_request", named), query


def test_writing_takes_no_parameter(mine: ListsClient, kept: str) -> None:
    item = item_of(mine, kept)
    calls: list[tuple[str, str, dict[str, str] | None]] = [
        ("POST", "/lists", {"name": "新"}),
        ("PATCH", kept, {"name": "新"}),
        ("DELETE", kept, None),
        ("POST", f"{kept}/shops", {"shop_id": item.rpartition("/")[2]}),
        ("PATCH", item, {"note": "新"}),
        ("DELETE", item, None),
    ]
    before = mine.all()
    for method, path, body in calls:
        assert refusal(mine.ask(method, f"{path}?force=1", body)) == (400, "invalid_request", ["force"])
    assert mine.all() == before


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=80),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.slow
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(name=JSON, note=JSON, shop_id=JSON)
def test_nothing_that_is_json_gives_500(mine: ListsClient, name: Any, note: Any, shop_id: Any) -> None:
    for method, path, body in (
        ("POST", "/lists", {"name": name}),
        ("PATCH", f"/lists/{ABSENT}", {"name": name, "shop_ids": shop_id}),
        ("POST", f"/lists/{ABSENT}/shops", {"shop_id": shop_id, "note": note}),
        ("PATCH", f"/lists/{ABSENT}/shops/{ABSENT}", {"note": note}),
    ):
        assert mine.ask(method, path, body).status_code in {201, 400, 404}
