import io
import json
import logging
import logging.config
from collections.abc import Iterator

import pytest
import structlog

from caferoam.logs import logging_config
from caferoam.scrub import HIDDEN, scrub
from caferoam.scrub_tree import scrub_tree


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where a logger of this test writes; the configured root is put back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers, root.level = handlers, level


def configure(stream: io.StringIO, *, json: bool) -> None:
    config = logging_config(level="INFO", json=json)
    config["handlers"]["stderr"]["stream"] = stream
    logging.config.dictConfig(config)


def test_production_writes_one_json_object_a_line_with_the_request_s_id(stream: io.StringIO) -> None:
    configure(stream, json=True)
    with structlog.contextvars.bound_contextvars(request_id="abc"):
        logging.getLogger("caferoam.somewhere").warning("咖啡 %s", "冷了")
    line = json.loads(stream.getvalue())
    assert (line["event"], line["level"], line["request_id"]) == ("咖啡 冷了", "warning", "abc")


def test_an_exception_stays_on_one_line_of_json(stream: io.StringIO) -> None:
    configure(stream, json=True)
    try:
        raise ValueError("spilt")
    except ValueError:
        logging.getLogger("caferoam").exception("it broke")
    assert "ValueError: spilt" in json.loads(stream.getvalue())["exception"]


@pytest.mark.parametrize("json", [True, False])
def test_a_traceback_shows_no_local_variable(stream: io.StringIO, *, json: bool) -> None:
    configure(stream, json=json)
    password = "hunter2"
    try:
        raise ValueError(len(password))
    except ValueError:
        logging.getLogger("caferoam").exception("it broke")
    assert "ValueError: 7" in stream.getvalue()
    assert "hunter2" not in stream.getvalue().replace('password = "hunter2"', "")


def test_a_terminal_gets_a_readable_line(stream: io.StringIO) -> None:
    configure(stream, json=False)
    logging.getLogger("caferoam.somewhere").info("ready")
    assert "ready" in stream.getvalue()
    assert "caferoam.somewhere" in stream.getvalue()
    logging.getLogger("caferoam.somewhere").debug("too much")
    assert "too much" not in stream.getvalue()


@pytest.mark.parametrize("json", [True, False])
def test_no_line_of_any_level_shows_a_secret_wherever_it_stands(stream: io.StringIO, *, json: bool) -> None:
    configure(stream, json=json)
    logging.getLogger("caferoam").info("fetching %s", "https://photos.example/1.jpg?token=sesame")
    with structlog.contextvars.bound_contextvars(who="guest@example.com", sent={"password": "sesame", "tried": [1]}):
        try:
            raise ValueError("login as postgresql://api:sesame@db/postgres failed")
        except ValueError:
            logging.getLogger("caferoam").exception("it broke")
    told = stream.getvalue()
    assert HIDDEN in told
    assert [secret for secret in ("sesame", "guest@") if secret in told] == []


def test_what_was_scrubbed_stays_as_it_is_when_it_is_scrubbed_again() -> None:
    once = scrub("?token=abc&key=def token: abc Authorization: Bearer abcdef-123456789 {'password': 'x y'} a@b.example")
    assert scrub(once) == once
    assert scrub_tree({"api_key": "x", "Cookie": ["y@b.example"], 1: ("z", None)}) == {
        "api_key": HIDDEN,
        "Cookie": [HIDDEN],
        1: ["z", None],
    }


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"params": {"token": ["sesame"]}}, {"params": {"token": [HIDDEN]}}),  # as Django's QueryDict gives them
        ({"cookies": {"sid": "sesame"}}, {"cookies": {"sid": HIDDEN}}),
        ([("Authorization", "sesame"), ("Accept", "*/*")], [["Authorization", HIDDEN], ["Accept", "*/*"]]),
        ({"body": b"password=sesame"}, {"body": f"password={HIDDEN}"}),
        ({"tokens": 512, "total_tokens": {"prompt": 5}}, {"tokens": 512, "total_tokens": {"prompt": 5}}),
        (["password is short", "sesame"], ["password is short", "sesame"]),
    ],
)
def test_a_secret_s_name_counts_for_all_that_stands_under_it(value: object, expected: object) -> None:
    assert scrub_tree(value) == expected
