import pytest
from django.core.exceptions import ImproperlyConfigured

from caferoam.env import Environment


def test_a_missing_variable_is_named_with_what_to_do() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"REDIS_URL is not set\. Start one"):
        Environment({}).text("REDIS_URL", hint="Start one with `make run`.")


def test_an_empty_value_counts_as_missing() -> None:
    assert Environment({"NAME": "  "}).text("NAME", "default") == "default"


@pytest.mark.parametrize(("value", "meant"), [("on", True), ("TRUE", True), ("1", True), ("off", False), ("No", False)])
def test_switches_read_as_people_write_them(value: str, *, meant: bool) -> None:
    assert Environment({"DEBUG": value}).flag("DEBUG", default=not meant) is meant


def test_a_switch_that_is_neither_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="DEBUG must be on or off, not 'maybe'"):
        Environment({"DEBUG": "maybe"}).flag("DEBUG", default=False)


def test_a_number_is_whole_and_not_below_its_minimum() -> None:
    assert Environment({"GRACE": "10"}).number("GRACE", 45, minimum=10) == 10
    assert Environment({}).number("GRACE", 45, minimum=10) == 45
    for value in ("9", "4.5", "-10", "soon", "²"):
        with pytest.raises(ImproperlyConfigured, match="GRACE must be a whole number, 10 or more, not"):
            Environment({"GRACE": value}).number("GRACE", 45, minimum=10)


def test_an_unknown_choice_lists_the_known_ones() -> None:
    with pytest.raises(ImproperlyConfigured, match="LLM_PROVIDER must be one of offline, not 'clippy'"):
        Environment({"LLM_PROVIDER": "clippy"}).choice("LLM_PROVIDER", ["offline"], "offline")


def test_a_short_secret_is_refused_without_being_shown() -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        Environment({"SECRET_KEY": "hunter2"}).secret("SECRET_KEY", minimum_length=32)
    assert "at least 32" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_url_of_another_scheme_is_refused_without_being_shown() -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        Environment({"DATABASE_URL": "mysql://me:hunter2@db/x"}).url("DATABASE_URL", ["postgresql", "postgres"])
    assert "postgresql:// or postgres://" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_words_are_split_at_commas_and_trimmed() -> None:
    assert Environment({"ALLOWED_HOSTS": " a.example, ,b.example "}).words("ALLOWED_HOSTS") == [
        "a.example",
        "b.example",
    ]


def test_a_vendor_s_key_is_known_by_its_beginning_and_may_be_absent() -> None:
    environment = Environment({"KEY": "sb_secret_0123456789abcdef"})
    assert environment.prefixed("KEY", "sb_secret_") == "sb_secret_0123456789abcdef"
    assert environment.prefixed("ABSENT", "sb_secret_") == ""
    with pytest.raises(ImproperlyConfigured, match=r"^ABSENT is not set\."):
        environment.prefixed("ABSENT", "sb_secret_", required=True)


@pytest.mark.parametrize(
    "value",
    ["sb_publishable_0123456789abcdef", "sb_secret_0123456789abcde", "eyJhbGciOiJIUzI1NiJ9.e30.aa", "sb_secret_…"],
)
def test_another_key_or_half_of_one_is_refused_and_not_repeated(value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^KEY must be a whole key that begins with sb_secret_") as refusal:
        Environment({"KEY": value}).prefixed("KEY", "sb_secret_")
    assert value not in str(refusal.value)
