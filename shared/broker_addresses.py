"""The broker's address, which may name several nodes of one cluster: ``amqp://account:password@a:5672,b:5672/``. Pure.

All nodes have the same accounts and the same options, so they are one address with several hosts, as PostgreSQL's are.
Numbers of IPv6 cannot stand in a list; names that lead to them can.
"""

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit, urlunsplit


def nodes_of(url: str) -> tuple[str, ...]:
    """Return the address of each node that ``url`` names, in its order.

    Raises ValueError where one has no host, or a port that is none; the text names no password.
    """
    parts = urlsplit(url)
    account, at, hosts = parts.netloc.rpartition("@")
    found = tuple(urlunsplit(parts._replace(netloc=f"{account}{at}{host.strip()}")) for host in hosts.split(","))
    for address in found:
        one = urlsplit(address)
        try:
            # Reading the port checks it.
            valid = bool(one.hostname) and one.port != 0
        except ValueError:
            valid = False
        if not valid:
            raise ValueError("each node of the broker must be a host, or HOST:PORT, with commas between them")
    return found


class InTurn:
    """Whose turn it is to be asked: each node once, in a circle."""

    def __init__(self, addresses: Sequence[str], *, first: int) -> None:
        self._addresses = addresses
        self._next = first % len(addresses)

    def __len__(self) -> int:
        return len(self._addresses)

    def round(self) -> Iterator[str]:
        """Yield each address once; the next round begins behind the last one that was yielded."""
        for _ in self._addresses:
            address = self._addresses[self._next]
            self._next = (self._next + 1) % len(self._addresses)
            yield address
