"""Compares the register with its witnesses again and again, adds receipts to the tree, and sends checkpoints out."""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from pydantic import SecretStr

from services.receipt.checkpoints.checkpoint import (
    Checkpoint,
    InvoiceMark,
    Mark,
    SignedCheckpoint,
    Superseded,
    parse_checkpoint,
    read_checkpoint,
    sign_checkpoint,
)
from services.receipt.checkpoints.comparison import Finding, compare
from services.receipt.checkpoints.notes import NoteError, Signed, read_note
from services.receipt.metrics import CHECKPOINT_SIZE, ISSUING_STOPPED, WITNESS_AGE
from services.receipt.signatures.keyring import UnusableKeyError
from services.receipt.signatures.signer import NoSigningKey, Signer
from services.receipt.store.audit_results import last_audit
from services.receipt.store.checkpoints import (
    keep_checkpoint,
    last_kept,
    lock_for_publication,
    note_delivered,
    places_used,
    present_log,
    register_state,
    undelivered,
    unlock_publication,
)
from services.receipt.store.issued_invoices import invoice_marks
from services.receipt.store.series import database_identity
from services.receipt.witness.guard import IssueGuard
from services.receipt.witness.log import adopt, catch_up
from services.receipt.witness.places import Place, PlaceAway
from shared.clock import business_day
from shared.db import Connection
from shared.messaging.database_session import DATABASE_AWAY, database_session

SHORTEST_PAUSE = 0.5
"""Seconds between two comparisons, however many receipts are refused in between."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class KeeperOptions:
    """How often, and under which name."""

    name: str
    every: int
    """A checkpoint is kept after so many receipts, and each day."""
    pause: timedelta


@dataclass(slots=True)
class _Read:
    """What the places hold."""

    newest: dict[str, SignedCheckpoint] = field(default_factory=dict)
    empty: set[str] = field(default_factory=set)
    faults: dict[str, str] = field(default_factory=dict)


class Keeper:
    """One in each copy; of several, one at a time adds to the tree and writes."""

    def __init__(
        self,
        database_url: SecretStr,
        places: Sequence[Place],
        signer: Signer,
        guard: IssueGuard,
        options: KeeperOptions,
    ) -> None:
        self._database_url = database_url
        self._places = places
        self._signer = signer
        self._guard = guard
        self._options = options
        self._woken = asyncio.Event()
        self._epoch: int | None = None
        self._faults: dict[str, str] = {}
        self._written_at = {place.name: time.monotonic() for place in places}

    def wake(self) -> None:
        """Compare soon."""
        self._woken.set()

    async def run(self) -> None:
        """Compare and write again and again; never returns."""
        while True:
            self._woken.clear()
            await self.look()
            await asyncio.sleep(SHORTEST_PAUSE)
            try:
                async with asyncio.timeout(self._options.pause.total_seconds() - SHORTEST_PAUSE):
                    await self._woken.wait()
            except TimeoutError:
                pass

    async def look(self, *, publishing: bool = True) -> None:
        """Compare once; where nothing is wrong, bring tree and places up to date."""
        try:
            async with database_session(self._database_url, name="receipt witness") as connection:
                read = await self._read_places(connection)
                await self._compare(connection, read)
                if publishing and self._guard.fault is None and await lock_for_publication(connection):
                    try:
                        await self._publish(connection, read)
                    finally:
                        await unlock_publication(connection)
        except DATABASE_AWAY as error:
            # Whatever answers next is another session: what was compared is known by the database's identity.
            log.warning("witness_not_compared", error=type(error).__name__)
        except (NoSigningKey, UnusableKeyError) as error:
            log.warning("checkpoint_not_signed", error=type(error).__name__)
        self._report()

    async def check(self) -> str | None:
        """Say on ``/readyz`` why nothing is issued."""
        return self._guard.reason

    # --- reading

    async def _read_places(self, connection: Connection) -> _Read:
        read = _Read()
        used = await places_used(connection)
        keyring = self._signer.keyring()
        for place in self._places:
            if not place.can_be_read:
                continue
            try:
                notes = await place.newest()
            except PlaceAway as error:
                read.faults[place.name] = str(error)
                continue
            found = []
            for note in notes:
                try:
                    signed = read_checkpoint(note, keyring)
                except NoteError as error:
                    read.faults[place.name] = f"what lies there is no checkpoint: {error}"
                    continue
                if signed.checkpoint.name != self._options.name:
                    read.faults[place.name] = f"it holds checkpoints of {signed.checkpoint.name}"
                elif signed.signed is Signed.WRONGLY:
                    read.faults[place.name] = "a checkpoint there was changed"
                else:
                    found.append(signed)
            if found:
                read.newest[place.name] = max(found, key=lambda signed: signed.checkpoint.order)
            elif place.name in used:
                read.faults.setdefault(place.name, "it is empty, and has got checkpoints before")
            else:
                read.empty.add(place.name)
        return read

    # --- comparing

    async def _compare(self, connection: Connection, read: _Read) -> None:
        guard = self._guard
        incarnation, database_time = await database_identity(connection)
        witnesses = [signed.checkpoint for signed in read.newest.values()]
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            state = await register_state(connection, witnesses)
        if self._epoch not in (None, state.epoch):
            guard.begin_epoch()
        self._epoch = state.epoch
        self._note_faults(read.faults)
        fault = guard.set_back(state.numbers)
        restoring = fault is not None
        for place, signed in read.newest.items():
            compared = compare(state, signed.checkpoint)
            if compared.finding is Finding.LOG_BEHIND and await adopt(connection, signed.checkpoint):
                continue
            if not compared.may_issue:
                stranger = " (signed by a key that is not known here)" if signed.key is None else ""
                fault = f"{compared.finding.value} in its {place}{stranger}: {compared.detail}"
                restoring = True
                break
            if guard.clock and signed.checkpoint.moment > database_time + guard.clock.limit:
                fault = f"the witness in its {place} is dated later than the present"
        if not read.newest and not read.empty and any(place.can_be_read for place in self._places):
            if guard.fault is not None or guard.incarnation != incarnation:
                fault = f"no witness can be read: {'; '.join(f'{k}: {v}' for k, v in read.faults.items())}"
            else:
                return  # compared before, and it is still the same database
        if fault is None:
            self._note_witnessed(state.epoch, witnesses)
        if fault != guard.fault:
            log.log(*_change(fault), reason=fault)
        guard.compared(incarnation, state.numbers, fault=fault, restoring=restoring)

    def _note_witnessed(self, epoch: int, witnesses: Iterable[Checkpoint]) -> None:
        marks: dict[str, int] = {}
        current = [witness for witness in witnesses if witness.epoch == epoch]
        for witness in current:
            for mark in witness.marks:
                marks[mark.series] = max(mark.number, marks.get(mark.series, 0))
        if current:
            self._guard.witnessed = marks

    def _note_faults(self, faults: Mapping[str, str]) -> None:
        for place, fault in faults.items():
            if self._faults.get(place) != fault:
                log.warning("witness_away", place=place, reason=fault)
        self._faults = dict(faults)

    # --- writing

    async def _publish(self, connection: Connection, read: _Read) -> None:
        present = await present_log(connection)
        edge, marks = await catch_up(connection, present.epoch)
        _, moment = await database_identity(connection)
        kept = await last_kept(connection)
        daily = kept is None or business_day(kept.issued_at) != business_day(moment)
        new_epoch = kept is None or kept.epoch != present.epoch
        keeping = daily or new_epoch or (kept is not None and edge.size - kept.size >= self._options.every)
        latest = max((signed for signed in read.newest.values()), key=lambda s: s.checkpoint.order, default=None)
        invoices = await invoice_marks(connection)
        stands = (present.epoch, edge.size, edge.root, frozenset(marks), frozenset(invoices))
        same = latest is not None and _stands(latest.checkpoint) == stands
        note = latest.note if same and latest is not None else None
        if keeping or note is None:
            checkpoint = Checkpoint(
                name=self._options.name,
                epoch=present.epoch,
                size=edge.size,
                root=edge.root,
                moment=moment.replace(microsecond=0),
                marks=marks,
                audit=await last_audit(connection),
                superseded=_superseded(present.superseded),
                invoices=invoices,
            )
            note = self._signed(checkpoint)
            if keeping:
                await keep_checkpoint(connection, checkpoint, note, daily=daily or new_epoch)
        for place in self._places:
            await self._bring_up_to_date(connection, place, note, read.newest.get(place.name))
        CHECKPOINT_SIZE.set(edge.size)

    async def _bring_up_to_date(
        self, connection: Connection, place: Place, note: str, newest: SignedCheckpoint | None
    ) -> None:
        try:
            # First what is recorded as delivered: where it is, the newest cannot be missing unnoticed.
            while waiting := await undelivered(connection, place.name):
                for checkpoint in waiting:
                    await place.keep(checkpoint)
                    await note_delivered(connection, place.name, checkpoint.checkpoint_id)
            if place.can_be_read and (newest is None or newest.note != note):
                await place.replace_newest(note)
                self._note_witnessed(self._epoch or 0, [parse_checkpoint(read_note(note))])
        except PlaceAway as error:
            self._note_faults({**self._faults, place.name: str(error)})
        else:
            self._written_at[place.name] = time.monotonic()

    def _signed(self, checkpoint: Checkpoint) -> str:
        key_id, algorithm = self._signer.key_for(checkpoint.moment)
        key = next(key for key in self._signer.keyring().find(key_id) if key.algorithm is algorithm)
        return sign_checkpoint(checkpoint, key, lambda text: self._signer.sign(key_id, text))

    def _report(self) -> None:
        ISSUING_STOPPED.set(self._guard.reason is not None)
        for place, written_at in self._written_at.items():
            WITNESS_AGE.labels(place).set(time.monotonic() - written_at)


def _stands(checkpoint: Checkpoint) -> tuple[int, int, bytes, frozenset[Mark], frozenset[InvoiceMark]]:
    marks, invoices = frozenset(checkpoint.marks), frozenset(checkpoint.invoices)
    return checkpoint.epoch, checkpoint.size, checkpoint.root, marks, invoices


def _superseded(note: str | None) -> Superseded | None:
    if note is None:
        return None
    lost = parse_checkpoint(read_note(note))
    return Superseded(lost.epoch, lost.size, lost.root)


def _change(fault: str | None) -> tuple[int, str]:
    return (20, "issuing_goes_on") if fault is None else (40, "issuing_stopped")
