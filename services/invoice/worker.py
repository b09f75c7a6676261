"""Asks billing what bills say that wait for their invoices, and signs invoices that have their numbers.

Each step is a transaction of its own and can be repeated: a process that dies in between leaves what waits waiting, and
invoices that have their numbers without signatures. Another copy, or the next start, goes on there.
"""

import asyncio
import math
from dataclasses import dataclass
from datetime import timedelta
from typing import NoReturn

import structlog
from asyncpg import Pool

from services.invoice.issued import issued_invoice
from services.invoice.metrics import SIGNED, SIGNER_AWAY
from services.invoice.pace import Pace
from services.invoice.signatures.signer import Signer, SignerAway, require_in_force
from services.invoice.signatures.xml_signature import to_sign
from services.invoice.store import invoices, waiting_bills
from shared.clock import Clock
from shared.contracts.invoice import BILLS_AT_ONCE, BillsWanted, InvoicesIssued
from shared.db import acquired
from shared.db.transaction import is_connection_lost
from shared.messaging.bus import Bus
from shared.problems import Problem

SIGNED_AT_ONCE = 200
MOST_ASKED = 200
"""Bills that billing is asked about at a time."""
MOST_UNSIGNED = 2000
"""With so many invoices without signature no further ones are made: an invoice is to be signed on its day."""

_PAUSE_SECONDS = 1.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """How often, and how long."""

    poll_seconds: float
    ask_again: timedelta
    sign_seconds: float
    lookup_address: str
    """Where customers look invoices up."""
    per_second: float = 0.0
    """Bills that are asked about in a second over time; 0: as many as can be."""


class Worker:
    """One in each copy; several hinder nobody: rows of numbers are locked, and what waits is taken once."""

    def __init__(self, pool: Pool, bus: Bus, signer: Signer, options: WorkerOptions, clock: Clock) -> None:
        self._pool = pool
        self._bus = bus
        self._signer = signer
        self._options = options
        self._clock = clock
        self._woken = asyncio.Event()
        self._pace = Pace(options.per_second)

    async def wake(self) -> None:
        """Look soon for what waits."""
        self._woken.set()

    async def run(self) -> NoReturn:
        """Ask and sign again and again; never returns."""
        while True:
            self._woken.clear()
            if not await self._went_on():
                # Where only the pace holds it up, it goes on in time.
                pause = self._pace.seconds_until(BILLS_AT_ONCE, asyncio.get_running_loop().time())
                try:
                    async with asyncio.timeout(min(pause or math.inf, self._options.poll_seconds)):
                        await self._woken.wait()
                except TimeoutError:
                    pass

    async def _went_on(self) -> bool:
        """Do one step of each kind; return whether there may be more to do at once."""
        try:
            asked = await self.ask()
            signed = await self.sign()
        except SignerAway as error:
            SIGNER_AWAY.set(1)
            log.warning("signer_away", reason=str(error))
        except Exception as error:
            # What waits is still there: it is tried again, and whoever watches sees how long it has waited.
            if isinstance(error, Problem) or is_connection_lost(error):
                log.warning("invoices_postponed", error=type(error).__name__)
            else:
                log.exception("invoices_failed")
        else:
            return bool(asked or signed)
        await asyncio.sleep(_PAUSE_SECONDS)
        return False

    async def ask(self) -> int:
        """Ask billing about what has waited longest and was not asked about lately; return how many bills that are."""
        if self._pace.seconds_until(BILLS_AT_ONCE, asyncio.get_running_loop().time()):
            return 0
        async with self._bus.work() as work:
            room = await waiting_bills.room_to_ask(work.connection, self._options.ask_again, MOST_ASKED, MOST_UNSIGNED)
            if room < BILLS_AT_ONCE:
                return 0
            bill_ids = await waiting_bills.take_to_ask(work.connection, self._options.ask_again, BILLS_AT_ONCE)
            if bill_ids:
                await work.emit(BillsWanted(bill_ids=bill_ids))
                self._pace.take(len(bill_ids))
            return len(bill_ids)

    async def sign(self) -> int:
        """Sign the next invoices; return how many. Raises SignerAway."""
        async with acquired(self._pool) as connection:
            unsigned = await invoices.next_unsigned(connection, SIGNED_AT_ONCE)
        if not unsigned:
            return 0
        now = self._clock().replace(microsecond=0)
        moments = [max(now, each.made_at) for each in unsigned]
        require_in_force(self._signer.certificate, max(moments))
        messages = [to_sign(each.data, moment) for each, moment in zip(unsigned, moments, strict=True)]
        # Outside of any transaction: whoever signs may be slow, or away.
        try:
            async with asyncio.timeout(self._options.sign_seconds):
                signatures = await self._signer.sign(messages)
        except TimeoutError:
            raise SignerAway(f"no signature within {self._options.sign_seconds:g} s") from None
        SIGNER_AWAY.set(0)
        async with self._bus.work() as work:
            added = await invoices.add_signatures(
                work.connection, unsigned, moments, signatures, self._signer.certificate
            )
            if added:
                issued = [issued_invoice(each) for each in added]
                await work.emit(InvoicesIssued(lookup_address=self._options.lookup_address, invoices=issued))
        SIGNED.inc(len(added))
        return len(unsigned)
