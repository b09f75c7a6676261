"""The connections that a chaos run can spoil: one proxy for each way between two parts."""

from __future__ import annotations

from urllib.parse import urlsplit

from shared.testing.proxy import Mode, TcpProxy

DIRECTIONS = {
    "both": Mode.BLACKHOLE,
    "up": Mode.UPSTREAM_BLACKHOLE,
    "down": Mode.DOWNSTREAM_BLACKHOLE,
}
"""What vanishes: everything, what the client sends, or what the server answers."""


class FaultProxy(TcpProxy):
    """A proxy whose server may come back on another port, and that mends without garbling what it carries."""

    def redirect(self, url: str) -> None:
        """Take new connections to another address from now on."""
        parts = urlsplit(url)
        self._target = (parts.hostname or "127.0.0.1", parts.port or self._target[1])

    def restore(self) -> None:
        """Let everything pass again. What lost bytes is broken off: TCP never goes on with a gap, so nor do we."""
        if self.mode is not Mode.PASS:
            self.reset()
        self.heal()
