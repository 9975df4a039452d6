"""Whom a request is counted for."""

import pytest
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from caferoam.api.addresses import UNKNOWN, address_of

PEER = "192.0.2.9"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", PEER),  # nobody in front: anybody can write that
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),  # the first is the client's claim
        (2, "198.51.100.1, 203.0.113.9,10.0.0.1", "203.0.113.9"),
        (2, "203.0.113.9", PEER),  # has not come through both
        (1, "", PEER),
        (1, " , ,", PEER),
        (1, "198.51.100.1, 203.0.113.9 ,", "203.0.113.9"),  # an empty element is none (RFC 9110, section 5.6.1)
        (1, "203.0.113.9:51234", "203.0.113.9"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (1, "2001:db8:1:2::1", "2001:db8:1:2::/64"),
        (1, "[2001:db8:1:2::1]:443", "2001:db8:1:2::/64"),
        (1, "2001:db8:1:3::1", "2001:db8:1:3::/64"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
        (1, "fe80::1%eth0", "fe80::/64"),
    ],
)
def test_an_address_is_what_our_own_proxies_saw(settings: Settings, proxies: int, forwarded: str, address: str) -> None:
    settings.NUM_PROXIES = proxies
    request = RequestFactory(REMOTE_ADDR=PEER).get("/", headers={"x-forwarded-for": forwarded})
    assert address_of(request) == address


@pytest.mark.parametrize(
    "entry",
    [
        "nonsense",
        "unknown",
        "203.0.113.256",
        "1.2.3",
        "203.0.113.9:x",
        "[203.0.113.9",
        "::ffff:1.2.3",
        "\x00",
        "٣.3.3.3",
    ],
)
def test_an_entry_that_is_no_address_makes_nobody_new(settings: Settings, entry: str) -> None:
    settings.NUM_PROXIES = 1
    request = RequestFactory(REMOTE_ADDR=PEER).get("/", headers={"x-forwarded-for": f"203.0.113.9, {entry}"})
    assert address_of(request) == PEER


@pytest.mark.parametrize(
    ("peer", "address"), [("2001:db8:1:2::9", "2001:db8:1:2::/64"), ("::ffff:192.0.2.9", PEER), ("", UNKNOWN)]
)
def test_without_proxies_it_is_the_peer_s(settings: Settings, peer: str, address: str) -> None:
    settings.NUM_PROXIES = 0
    assert address_of(RequestFactory(REMOTE_ADDR=peer).get("/")) == address
