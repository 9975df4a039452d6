"""Where a request comes from, as far as our own proxies vouch for it."""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

from django.conf import settings
from django.http import HttpRequest

UNKNOWN: Final = "unknown"
"""Stands for all peers without an address, as behind a Unix socket."""

# Some proxies tell the port as well: 192.0.2.1:443 or [2001:db8::1]:443.
_WITH_PORT: Final = re.compile(r"(?:\[(?P<v6>[^\]]+)\]|(?P<v4>[0-9.]+))(?::[0-9]{1,5})?")


def address_of(request: HttpRequest) -> str:
    """What the outermost of our ``NUM_PROXIES`` saw, as a key for counting: an IPv4 address or an IPv6 network.

    Each proxy adds the address that it sees to the right of X-Forwarded-For; whatever stands further left, clients may
    have written themselves. A request that has not come through all of them counts for its direct peer, and so does one
    whose entry is no address: neither opens a way to be somebody else with each request.

    Of an IPv6 address the first half counts, because whoever has one address has its whole network.
    """
    peer = _key(str(request.META.get("REMOTE_ADDR", ""))) or UNKNOWN
    if not settings.NUM_PROXIES:
        return peer
    hops = [hop for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    if len(hops) < settings.NUM_PROXIES:
        return peer
    return _key(hops[-settings.NUM_PROXIES]) or peer


def _key(text: str) -> str | None:
    """None for what is no address."""
    text = text.strip()
    if match := _WITH_PORT.fullmatch(text):
        text = match["v6"] or match["v4"]
    try:
        address: IPv4Address | IPv6Address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or IPv6Network((int(address), 64), strict=False))
