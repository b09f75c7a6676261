"""How fast parts leave: a bucket that drains slower after each refusal for speed, and recovers by and by."""

import asyncio
from collections.abc import Callable

_SLOWEST = 2.0
_FIRST_GUESS = 20.0
"""Parts a second, where nothing is configured and too little was sent to know."""
_SLOWER = 0.7
_RECOVERY = 0.02
"""Of the full rate, for each accepted part."""
_BURST_SECONDS = 0.1


class Pace:
    """A token bucket. Without a limit it lets everything pass until the SMSC has refused something for speed."""

    def __init__(self, per_second: float | None, *, pause_seconds: float = 0.2) -> None:
        self._full = per_second
        self._rate = per_second
        self._pause_seconds = pause_seconds
        self._accepted = 0
        self._counted_from: float | None = None
        self._next = 0.0
        self._paused_until = 0.0
        self._clock: Callable[[], float] = asyncio.get_running_loop().time

    @property
    def per_second(self) -> float | None:
        """Parts a second for now; None: no limit."""
        return self._rate

    async def wait(self, parts: int = 1, *, ahead: bool = False) -> None:
        """Return when the next part may leave, and keep places for ``parts``; earlier callers go first.

        ``ahead``: it waits for a pause alone, and whoever comes later waits longer. What has begun of an SMS would
        otherwise stand behind others that have not, and be half sent when its time is over.
        """
        if ahead:
            delay = self._paused_until - self._clock()
            if self._rate is not None:
                self._next += parts / self._rate
        elif self._rate is None:
            delay = self._next - self._clock()
        else:
            at = max(self._next, self._clock() - _BURST_SECONDS)
            self._next = at + parts / self._rate
            delay = at - self._clock()
        if delay > 0:
            await asyncio.sleep(delay)

    def accepted(self) -> None:
        """Speed up a little."""
        self._accepted += 1
        if self._counted_from is None:
            self._counted_from = self._clock()
        if self._rate is not None and self._full is not None:
            self._rate = min(self._full, self._rate + max(self._full * _RECOVERY, 0.5))

    def throttled(self) -> None:
        """Lower the rate and let everything pause; refusals that belong together count once."""
        moment = self._clock()
        if self._rate is None:
            # What was accepted so far shows what the SMSC can take.
            seconds = max(moment - (self._counted_from or moment), 1.0)
            self._full = self._rate = max(self._accepted / seconds, _FIRST_GUESS)
        if moment >= self._paused_until:
            self._rate = max(self._rate * _SLOWER, _SLOWEST)
            self._paused_until = moment + self._pause_seconds
            self._next = max(self._next, self._paused_until)
