"""A register that is set back to a backup in mid-run, and what an operator does then.

Only the receipt service's database is set back, as docs/runbooks/restored-register.md has it: payments go on and their
receipts wait.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aiohttp
import asyncpg

from ops.archive import Selection, missing_events, open_sender
from ops.provision import database_name
from services.receipt.checkpoints.checkpoint import SignedCheckpoint, read_checkpoint
from services.receipt.domain.series import series_in
from services.receipt.recovery import recover, shown_receipts
from services.receipt.settings import DEFAULT_REACH
from services.receipt.signatures.token import TokenError, TokenKind, parse, read_token, to_text
from services.receipt.witness.folder import LATEST
from shared.audit import AuditViolation
from shared.printing.document import QrCode
from simulation.backups import Backup
from simulation.chaos.plan import Fault
from simulation.chaos.register import Losses, Place, Register
from simulation.chaos.testbed import ChaosTestbed
from simulation.phone import Printout, VirtualPhone
from stack.processes import StackError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ENOUGH_TO_LOSE = 3
"""Receipts that are signed after the backup, and witnessed, before it is restored."""

_LOOK_SECONDS = 0.2
_SIGNED_WITHIN = 60.0
_NOTICED_WITHIN = 40.0
_HONEST = "a genuine receipt is never called forged"
_MOST_PAGES = 5
"""Papers whose page is looked at in each state."""

_GENUINE = ("Biên nhận thật, sổ đang được khôi phục", "Biên nhận hợp lệ", "Biên nhận đã bị hủy", "Phiếu hủy")
"""How the check page begins about what was signed rightly."""

_HEADLINE = re.compile(r'class="verdict [^>]*><h2>([^<]*)</h2>')
_ANSWERED_WITHIN = 20.0

_REGISTER = "SELECT series, number, token FROM receipt"
_RECOVERED = "SELECT token FROM recovered_receipt"
_GAPS = "SELECT series, first_number, last_number FROM series_gap"
_COPIES = "SELECT reprint_id::text, receipt_id::text FROM reprint"
_EMITTED = "SELECT DISTINCT message_id::text FROM outbox"
_STANDS = "SELECT series, last_number FROM series"


async def read_register(url: str) -> Register:
    """Read what the register holds, in one snapshot."""
    connection = await asyncpg.connect(url, timeout=10)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return Register(
                {(row["series"], row["number"]): row["token"] for row in await connection.fetch(_REGISTER)},
                frozenset(row[0] for row in await connection.fetch(_RECOVERED)),
                tuple((row[0], row[1], row[2]) for row in await connection.fetch(_GAPS)),
                {row[0]: row[1] for row in await connection.fetch(_COPIES)},
                frozenset(row[0] for row in await connection.fetch(_EMITTED)),
            )
    finally:
        await connection.close()


def tokens_on(printouts: Iterable[Printout]) -> dict[bytes, Place]:
    """Return the token of each receipt, copy and void slip that came out whole, with its series and number."""
    found = {}
    for printout in printouts:
        if not printout.complete or printout.document is None:
            continue
        for block in printout.document.blocks:
            if isinstance(block, QrCode):
                try:
                    token = read_token(block.data)
                except TokenError:
                    continue  # a code for a transfer
                found[token.raw] = (series_in(token.claims.symbol), token.claims.number)
    return found


def is_original(token: bytes) -> bool:
    """Return whether a token stands for money that was paid."""
    return parse(token).claims.kind is TokenKind.ORIGINAL


async def headline_of(testbed: ChaosTestbed, token: bytes) -> str:
    """Return how the page behind a receipt's QR code begins, as its customer reads it."""
    deadline = asyncio.get_running_loop().time() + _ANSWERED_WITHIN
    url = f"{testbed.system.http_url('gateway', 0)}/R/{to_text(token)}"
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
        while True:
            try:
                async with session.get(url) as answer:
                    text, status = await answer.text(), answer.status
            except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
                text, status = type(error).__name__, 503
            if status < 500 or asyncio.get_running_loop().time() > deadline:
                found = _HEADLINE.search(text)
                return found[1].strip() if found else f"{status} {text[:80]}"
            await asyncio.sleep(_LOOK_SECONDS)


class RestoreFaults:
    """Does one kind of fault, and returns when the register issues again and has what can be given back to it."""

    def __init__(self, testbed: ChaosTestbed, rng: random.Random, phones: Sequence[VirtualPhone]) -> None:
        self._testbed = testbed
        self._rng = rng
        self._phones = phones
        self._copies = [("receipt", copy) for copy in range(testbed.copies["receipt"])]
        self.losses = Losses()
        self.restores = 0

    async def restore_register(self, fault: Fault) -> None:
        """Take a backup, let work go on, restore it; then do what the runbook says."""
        self.restores += 1
        file = self._testbed.home / f"register-{self.restores}.dump"
        backup = await Backup(self._administrator_url, file).take()
        stood = await self._stands()
        await asyncio.sleep(fault.lasts)
        await self._until(lambda: self._has_lost_enough(stood), _SIGNED_WITHIN, "too few receipts are signed")
        async with self._shut_out():
            before = await read_register(self._administrator_url)
            await backup.restore()
            after = await read_register(self._administrator_url)
            self.losses.note(before, after)
        file.unlink()
        stood = await self._stands()
        lost = set(before.receipts.values()) - set(after.receipts.values())
        # Nobody keeps a void slip.
        in_hands = sorted(token for token in lost & self._papers().keys() if is_original(token))
        await self._noticed()
        await self._look_at_pages(in_hands)
        if (now := await self._stands()) != stood:
            self._wrong("a register that is older than its witness issues nothing", f"{stood} became {now}")
        await self._recover(in_hands)
        await self._until(self._issues_again, _NOTICED_WITHIN, "nothing is issued after the recovery")
        await self._send_again()

    # --- the loss

    @property
    def _administrator_url(self) -> str:
        server = urlsplit(self._testbed.stack.postgres_url)
        return server._replace(path=f"/{database_name(self._testbed.namespace, 'receipt')}").geturl()

    @asynccontextmanager
    async def _shut_out(self) -> AsyncIterator[None]:
        """Let the service reach no database meanwhile: a restore that it writes into would not be one."""
        role = database_name(self._testbed.namespace, "receipt")
        await self._as_administrator(f'ALTER ROLE "{role}" NOLOGIN')
        try:
            await self._as_administrator(
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{role}'"
            )
            yield
        finally:
            await self._as_administrator(f'ALTER ROLE "{role}" LOGIN')

    async def _as_administrator(self, statement: str) -> None:
        connection = await asyncpg.connect(self._testbed.stack.postgres_url, timeout=10)
        try:
            await connection.execute(statement)
        finally:
            await connection.close(timeout=5)

    async def _stands(self) -> dict[str, int]:
        connection = await asyncpg.connect(self._administrator_url, timeout=10)
        try:
            return {row["series"]: row["last_number"] for row in await connection.fetch(_STANDS)}
        finally:
            await connection.close()

    async def _has_lost_enough(self, stood: dict[str, int]) -> bool:
        signed = self._witness()
        if signed is None:
            return False
        ahead = sum(mark.number - stood.get(mark.series, 0) for mark in signed.checkpoint.marks)
        return ahead >= ENOUGH_TO_LOSE

    # --- what the service does

    async def _noticed(self) -> None:
        async def all_say_so() -> bool:
            return all([await self._testbed.says(*copy, "older than the witness") for copy in self._copies])

        try:
            await self._until(all_say_so, _NOTICED_WITHIN, "")
        except StackError:
            silent = "; ".join(await self._testbed.not_ready()) or "every copy is ready"
            self._wrong("a register that is older than its witness issues nothing", silent)

    async def _look_at_pages(self, papers: Sequence[bytes]) -> None:
        """The page of an honest customer says that the receipt is genuine, and that the register is being restored."""
        for token in papers[:_MOST_PAGES]:
            headline = await headline_of(self._testbed, token)
            if not headline.startswith(_GENUINE):
                self._wrong(_HONEST, f"“{headline}” while the register is older than its witness", to_text(token))

    # --- what the operator does

    async def _recover(self, in_hands: Sequence[bytes]) -> None:
        """Two customers of three show what they have."""
        shown = [token for token in in_hands if self._rng.random() < 2 / 3] or list(in_hands[:1])
        signed = self._witness()
        if signed is None:
            raise StackError("the witness is gone")
        keyring = self._testbed.keyring()
        connection = await asyncpg.connect(self._testbed.database_urls()["receipt"], timeout=10)
        try:
            async with connection.transaction():
                done = await recover(
                    connection,
                    [signed],
                    shown_receipts(map(to_text, shown), keyring),
                    reach=DEFAULT_REACH,
                    by="chaos",
                    reason="a backup was restored in mid-run",
                )
        finally:
            await connection.close()
        if not done.reasons or done.refused:
            self._wrong("a recovery knows what is lost", f"reasons {done.reasons}, refused {len(done.refused)}")
        self.losses.shown |= set(shown)

    async def _issues_again(self) -> bool:
        return not any([await self._testbed.says(*copy, "witness") for copy in self._copies])

    async def _send_again(self) -> None:
        missing = missing_events(self._testbed.database_urls(), Selection(consumer="receipt"))
        async with open_sender(self._testbed.operators_view()) as sender:
            async for event in missing:
                await sender.send(event)

    # --- the end

    async def look_at_pages_again(self) -> None:
        """In the end, too, the page of each paper that was lost says that it is genuine."""
        for token in sorted(self._papers().keys() & self.losses.receipts.keys())[: 4 * _MOST_PAGES]:
            headline = await headline_of(self._testbed, token)
            if not headline.startswith(_GENUINE):
                self._wrong(_HONEST, f"“{headline}” after the recovery", to_text(token))

    # --- all

    def _papers(self) -> dict[bytes, Place]:
        return tokens_on(printout for phone in self._phones for printout in phone.printouts)

    def _witness(self) -> SignedCheckpoint | None:
        file = self._testbed.witness_folder() / LATEST
        return read_checkpoint(file.read_text(encoding="utf-8"), self._testbed.keyring()) if file.exists() else None

    async def _until(self, condition: Callable[[], Awaitable[bool]], within: float, otherwise: str) -> None:
        deadline = asyncio.get_running_loop().time() + within
        while not await condition():
            if asyncio.get_running_loop().time() > deadline:
                raise StackError(f"{otherwise} within {within:g} s")
            await asyncio.sleep(_LOOK_SECONDS)

    def _wrong(self, rule: str, detail: str, subject: str = "register") -> None:
        self.losses.wrong.append(AuditViolation("history", rule, subject, detail))
