"""Parameters that are not understood are refused by name."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.test import Client, RequestFactory
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from caferoam.api.pagination import Keyset
from caferoam.api.params import QueryParams, parse_query, path_uuid
from caferoam.api.tests.urls import EchoParams

pytestmark = pytest.mark.urls("caferoam.api.tests.urls")


def test_known_parameters_are_returned_typed(client: Client) -> None:
    response = client.get("/echo", {"text": "安靜", "ratio": "0.5", "tag": ["wifi", "quiet"]})
    assert response.json() == {"text": "安靜", "ratio": 0.5, "tag": ["wifi", "quiet"]}


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("text=x&colour=red", "colour"),
        ("text=x&format=xml", "format"),
        ("text=x&user_id=1", "user_id"),
        ("text=x&TEXT=x", "TEXT"),
        ("text=x&=1", "non_field_errors"),
        ("text=x&a%00b=1", "a\ufffdb"),
        ("text=x&text=y", "text"),
        ("text=a%00b", "text"),
        ("text=x&tag=wifi&tag=a%00", "tag"),
        ("", "text"),
        ("text=", "text"),
        ("text=%20%20", "text"),
        ("text=" + "x" * 21, "text"),
        ("text=" + "x" * 10_001, "text"),
        ("text=x&tag=toolong", "tag.0"),
        ("text=x&ratio=", "ratio"),
        ("text=x&ratio=nan", "ratio"),
        ("text=x&ratio=inf", "ratio"),
        ("text=x&ratio=-Infinity", "ratio"),
        ("text=x&ratio=1e999", "ratio"),
        ("text=x&ratio=1.1", "ratio"),
        ("text=x&ratio=x", "ratio"),
    ],
)
def test_a_parameter_that_does_not_fit_is_named(client: Client, query: str, name: str) -> None:
    response = client.get("/echo", QUERY_STRING=query)
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [name]


def test_every_faulty_parameter_is_named_at_once(client: Client) -> None:
    assert set(client.get("/echo?a=1&b=2&text=x&text=y").json()["errors"]) == {"a", "b", "text"}


def test_the_fields_are_made_once_and_not_for_every_request() -> None:
    class Counted(serializers.CharField):
        made = 0

        def __init__(self, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            Counted.made += 1

    class Params(QueryParams):
        text = Counted()

    before = Counted.made
    for number in range(5):
        assert parse_query(Params, _asking(text=str(number))) == {"text": str(number)}
    assert Counted.made == before + 1, "the class keeps one, and what reads has a copy of its own"


def test_requests_that_are_read_at_the_same_time_know_nothing_of_each_other() -> None:
    def read(number: int) -> dict[str, Any] | None:
        try:
            return parse_query(EchoParams, _asking(text=str(number), **({"ratio": "x"} if number % 2 else {})))
        except ValidationError:
            return None

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(read, range(400)))
    assert found == [None if number % 2 else {"text": str(number)} for number in range(400)]


def _asking(**parameters: str) -> Request:
    return Request(RequestFactory().get("/echo", parameters))


def test_a_uuid_is_read_in_either_case() -> None:
    known = uuid.uuid4()
    assert path_uuid("shop_id", str(known)) == path_uuid("shop_id", str(known).upper()) == known


@pytest.mark.parametrize(
    "value", ["", "x", "0" * 32, "{" + "0" * 36 + "}", f"urn:uuid:{uuid.UUID(int=0)}", f"{uuid.UUID(int=0)} "]
)
def test_any_other_form_of_a_uuid_is_refused_by_name(value: str) -> None:
    with pytest.raises(ValidationError) as caught:
        path_uuid("shop_id", value)
    assert list(caught.value.detail) == ["shop_id"]


def test_a_bad_uuid_in_a_path_is_a_400_that_names_it(client: Client) -> None:
    for path in ("/things/42", "/things/42/"):
        response = client.get(path)
        assert (response.status_code, list(response.json()["errors"])) == (400, ["thing_id"])


class TestCursor:
    keyset = Keyset("shops:name", {"city": "台北市", "tag": ["wifi"]})

    def test_a_position_survives_the_round_trip(self) -> None:
        cursor = self.keyset.encode(["啡", 1.25, None, True, 3])
        assert self.keyset.decode(cursor, length=5) == ["啡", 1.25, None, True, 3]

    def test_the_order_of_the_filters_does_not_matter(self) -> None:
        same = Keyset("shops:name", {"tag": ["wifi"], "city": "台北市"})
        assert same.decode(self.keyset.encode(["x"]), length=1) == ["x"]

    @pytest.mark.parametrize(
        "other",
        [
            Keyset("shops:rating", {"city": "台北市", "tag": ["wifi"]}),
            Keyset("shops:name", {"city": "台北市", "tag": ["quiet"]}),
            Keyset("shops:name", {}),
        ],
    )
    def test_a_cursor_of_another_query_is_refused(self, other: Keyset) -> None:
        with pytest.raises(ValidationError) as caught:
            self.keyset.decode(other.encode(["x"]), length=1)
        assert list(caught.value.detail) == ["cursor"]

    def test_a_changed_cursor_is_refused(self) -> None:
        cursor = self.keyset.encode(["x"])
        for position in range(len(cursor)):
            changed = cursor[:position] + ("A" if cursor[position] != "A" else "B") + cursor[position + 1 :]
            with pytest.raises(ValidationError):
                self.keyset.decode(changed, length=1)

    @pytest.mark.parametrize("cursor", ["", ":", "x", "é:x", "x" * 10_000, "W10:", "a\x00b"])
    def test_what_is_no_cursor_is_refused(self, cursor: str) -> None:
        with pytest.raises(ValidationError) as caught:
            self.keyset.decode(cursor, length=1)
        assert list(caught.value.detail) == ["cursor"]

    def test_a_position_of_another_length_is_refused(self) -> None:
        with pytest.raises(ValidationError):
            self.keyset.decode(self.keyset.encode(["x", 1]), length=1)
