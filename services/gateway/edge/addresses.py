"""Who a request comes from, and which callers count as one. Pure."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_V6_PREFIX = 64
"""One host may use every address of a /64: they count as one."""


def caller_address(remote: str | None, forwarded: Iterable[str], hops: int) -> str:
    """Return the caller's network address.

    ``forwarded`` are the values of all ``X-Forwarded-For`` headers, in their order; each proxy adds the address that it
    was reached from at the end. ``hops`` is the number of our own proxies: the entry that the outermost of them added
    names the caller, and what stands before it is whatever the caller wrote. Where that entry is missing or is no
    address, the peer's own address counts.
    """
    if hops:
        entries = [entry.strip() for line in forwarded for entry in line.split(",")]
        if len(entries) >= hops:
            found = _address(entries[-hops])
            if found is not None:
                return str(found)
    return remote or ""


def counted_as(address: str) -> str:
    """Return what an address is limited as: an IPv6 address as its /64."""
    found = _address(address)
    if isinstance(found, IPv6Address):
        return str(ip_network((found, _V6_PREFIX), strict=False))
    return address if found is None else str(found)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    host = text.partition("]")[0].lstrip("[") if text.startswith("[") else text
    if host.count(":") == 1:  # an IPv4 address with its port
        host = host.partition(":")[0]
    try:
        found = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found
