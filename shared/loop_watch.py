"""Ends a process whose event loop hangs: it answers nobody, and no task of its own can say so."""

import asyncio
import faulthandler
import os
import sys
import threading
from types import TracebackType
from typing import Self

import structlog

_LOOKS = 12

log = structlog.get_logger(__name__)


class LoopWatch:
    """Looks from a thread whether the event loop turns, and ends the process when it has not for some seconds.

    It writes where every thread of the process stands, by file and line, and ends it at once with ``exit_code``: a
    supervisor starts it anew, and what was not committed is delivered to another copy. A process that was stopped
    (SIGSTOP, a machine that sleeps) is not taken for one that hangs: its looks stop with it.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, seconds: float, exit_code: int) -> None:
        self._loop = loop
        self._seconds = seconds
        self._every = seconds / _LOOKS
        self._exit_code = exit_code
        self._turns = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, name="loop watch", daemon=True)

    def __enter__(self) -> Self:
        """Begin, from the loop's own thread."""
        self._turn()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Look no longer."""
        self._ended.set()

    def _turn(self) -> None:
        self._turns += 1
        if not self._ended.is_set():
            self._loop.call_later(self._every, self._turn)

    def _look(self) -> None:
        seen, missed = -1, 0
        while not self._ended.wait(self._every):
            seen, missed = (seen, missed + 1) if seen == self._turns else (self._turns, 0)
            # One look more: a turn may have come right after the first of them.
            if missed > _LOOKS:
                log.critical("event_loop_hung", seconds=self._seconds)
                faulthandler.dump_traceback(file=sys.stderr, all_threads=True)
                sys.stderr.flush()
                os._exit(self._exit_code)
