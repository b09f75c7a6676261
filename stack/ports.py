"""Free TCP ports on the loopback interface."""

from __future__ import annotations

import contextlib
import itertools
import random
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path

LOOPBACK = "127.0.0.1"
_EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LOWEST, _HIGHEST = 20_000, 65_535
_FEWEST = 1_000


def is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket() as probe:
        # Servers set SO_REUSEADDR too: without it a port in TIME_WAIT would look taken for a minute.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def ports_for_servers(ephemeral: str) -> range:
    """Return the ports from which the kernel takes none for outgoing connections, by the text of its range.

    A server that is about to start would lose such a port to any connection that another process opens meanwhile.
    Where the kernel leaves fewer than a thousand on either side, all ports are returned.
    """
    first, last = (int(word) for word in ephemeral.split())
    sides = (range(_LOWEST, max(_LOWEST, first)), range(last + 1, _HIGHEST + 1))
    found = max(sides, key=len)
    return found if len(found) >= _FEWEST else range(_LOWEST, _HIGHEST + 1)


def _in_turn(ports: range) -> Iterator[int]:
    """Return the ports one after another, for ever, from a place of this process's own.

    Two processes that choose at the same moment would often meet if each began at the first port.
    """
    begin = random.SystemRandom().randrange(len(ports))
    return itertools.cycle([*ports[begin:], *ports[:begin]])


def _read_range() -> range:
    try:
        return ports_for_servers(_EPHEMERAL.read_text(encoding="ascii"))
    except OSError:
        return range(_LOWEST, _HIGHEST + 1)


_candidates = _in_turn(_read_range())


def free_ports(count: int, *, avoid: Iterable[int] = ()) -> list[int]:
    """Return `count` different free ports, none of them in `avoid`.

    All are held at the same time, so that no two are equal, and are released together; another process can take one
    before its server starts, which then logs it.
    """
    refused = set(avoid)
    chosen: list[int] = []
    with contextlib.ExitStack() as held:
        while len(chosen) < count:
            port = next(_candidates)
            if port in refused:
                continue
            probe = held.enter_context(socket.socket())
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind((LOOPBACK, port))
                chosen.append(port)
    return chosen


def accepts_connections(port: int, *, timeout: float = 1.0) -> bool:
    """Whether something listens on this loopback port."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=timeout):
            return True
    except OSError:
        return False
