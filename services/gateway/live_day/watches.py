"""Days that somebody watches: read anew when something has changed, once for all who watch the same units."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager, suppress

import structlog
from asyncpg import Pool

from services.gateway.live_day.update import KnownDay
from services.gateway.store import collectors, presence
from shared.clock import Clock, now
from shared.db import acquired
from shared.db.transaction import is_connection_lost
from shared.messaging import correlated
from shared.problems import Problem, Unavailable

log = structlog.get_logger()

REFRESH_SECONDS = 1.0
"""Between two readings of the same units, and between two words to other copies, at least."""
UNASKED_SECONDS = 5.0
"""What nobody has told of is seen after so long: visits at another service, SMS, a word that was lost."""
_LOOKUP_SECONDS = 2.0

ReadDay = Callable[[float], Awaitable[KnownDay]]
"""Reads a day, not before a moment of the event loop's clock."""
Tell = Callable[[str, list[str]], Awaitable[None]]
"""Tells another copy of the gateway in which units something has changed."""

EVERYWHERE = "*"
"""In place of a unit: whose units are not known may be anybody's."""


class DayWatch:
    """The present day of some units, and the events that its browsers are sent."""

    def __init__(self, units: Collection[str], read: ReadDay) -> None:
        self.units = frozenset(units)
        """None: all of them."""
        self.listeners: set[asyncio.Event] = set()
        """Set with each change, for whoever sends it on."""
        self.version = 0
        """Of what was read: one more with each change."""
        self._read = read
        # Another one for each watch: a browser that comes back to another copy begins with the whole day.
        self._name = secrets.token_hex(6)
        self._known: KnownDay | None = None
        self._whole: bytes | None = None
        self._latest = b""
        self._stale = asyncio.Event()

    def mark(self) -> None:
        """Something has changed: read the day anew, soon."""
        self._stale.set()

    def version_of(self, last_event_id: str) -> int:
        """Return the version that a browser has, by the id of the last event that came to it; 0 for none of this."""
        name, _, version = last_event_id.partition("-")
        known = int(version) if name == self._name and version.isdecimal() and len(version) < 10 else 0
        return known if known <= self.version else 0

    def after(self, version: int) -> bytes:
        """Return the event that brings a browser from a version to the present one; empty where it has that."""
        if version >= self.version or self._known is None:
            return b""
        if version == self.version - 1 and version > 0:
            return self._latest
        if self._whole is None:
            self._whole = self._event(self._known.whole().model_dump_json())
        return self._whole

    async def keep(self) -> None:
        """Read the day again and again, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            self._stale.clear()
            begun = loop.time()
            try:
                with correlated():
                    self._publish(await self._read(begun))
            except Problem as problem:
                log.info("day_not_read", slug=problem.slug)
                self._stale.set()
            except Exception as error:
                if not is_connection_lost(error):
                    log.exception("day_not_read")
                self._stale.set()
            await asyncio.sleep(REFRESH_SECONDS)
            with suppress(TimeoutError):
                async with asyncio.timeout(UNASKED_SECONDS - REFRESH_SECONDS):
                    await self._stale.wait()

    def _publish(self, known: KnownDay) -> None:
        update = known.since(self._known)
        if update is None:
            return
        self._known, self._whole = known, None
        self.version += 1
        self._latest = self._event(update.model_dump_json())
        for listener in self.listeners:
            listener.set()

    def _event(self, data: str) -> bytes:
        return f"event: day\nid: {self._name}-{self.version}\ndata: {data}\n\n".encode()


class DayWatches:
    """All watches of this copy of the gateway, and the words about changes between copies.

    A change is marked by the collector whom it is about, without a look into the database. Once a second at most what
    was marked is looked up together, and each other copy is sent one word. A word may be lost: watches read unasked,
    too.
    """

    def __init__(self, pool: Pool, instance: str, tell: Tell, clock: Clock = now) -> None:
        self._pool = pool
        self._instance = instance
        self._tell = tell
        self._clock = clock
        self._watches: dict[frozenset[str], tuple[DayWatch, asyncio.Task[None]]] = {}
        self._marked: set[str] = set()
        self._any_marked = asyncio.Event()

    def __len__(self) -> int:
        return len(self._watches)

    def mark(self, collector_code: str) -> None:
        """Something of a collector's day has changed."""
        self._marked.add(collector_code)
        self._any_marked.set()

    def mark_units(self, units: Collection[str]) -> None:
        """Something has changed in these units."""
        for watch, _ in self._watches.values():
            if not watch.units or EVERYWHERE in units or not watch.units.isdisjoint(units):
                watch.mark()

    async def run(self) -> None:
        """Look up what was marked, and tell it, until cancelled."""
        while True:
            await self._any_marked.wait()
            self._any_marked.clear()
            codes, self._marked = self._marked, set()
            try:
                with correlated():
                    await self._told(codes)
            except Exception as error:
                if isinstance(error, Unavailable) or is_connection_lost(error):
                    log.info("day_changes_not_told", reason=type(error).__name__)
                else:
                    log.exception("day_changes_not_told")
            await asyncio.sleep(REFRESH_SECONDS)

    async def _told(self, codes: Collection[str]) -> None:
        async with acquired(self._pool, within=_LOOKUP_SECONDS) as connection:
            units = await collectors.units_of(connection, codes)
            others = await presence.other_instances(connection, self._instance, self._clock())
        changed = sorted({units.get(code) or EVERYWHERE for code in codes})
        self.mark_units(changed)
        for other in others:
            await self._tell(other, changed)

    @asynccontextmanager
    async def watching(self, units: Collection[str], read: ReadDay, listener: asyncio.Event) -> AsyncIterator[DayWatch]:
        """Watch the day of these units, or of all for none, with all who do so here."""
        key = frozenset(units)
        if key not in self._watches:
            made = DayWatch(key, read)
            self._watches[key] = (made, asyncio.create_task(made.keep()))
        watch, task = self._watches[key]
        watch.listeners.add(listener)
        try:
            yield watch
        finally:
            watch.listeners.discard(listener)
            if not watch.listeners:
                del self._watches[key]
                task.cancel()
                await asyncio.wait([task])
