"""What a person starts after the register was lost in part.

Numbers that may have been signed are never taken again, the series go on behind them, and receipts in customers' hands
are recorded again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.receipt.checkpoints.checkpoint import Mark, SignedCheckpoint
from services.receipt.checkpoints.comparison import compare
from services.receipt.domain.series import MAX_NUMBER, issue_year, series_in, year_of
from services.receipt.signatures.chain import first_link, gap_link
from services.receipt.signatures.keyring import Keyring
from services.receipt.signatures.lookup_codes import lookup_code
from services.receipt.signatures.token import Token
from services.receipt.store.checkpoints import (
    Gap,
    add_recovered,
    begin_epoch,
    declare_gap,
    lock_every_series,
    make_lost_series,
    register_state,
)
from services.receipt.store.receipts import receipt_by_number
from services.receipt.store.series import database_identity
from services.receipt.verification.tokens import verify_token
from shared.db import Connection


@dataclass(frozen=True, slots=True)
class ShownReceipt:
    """A receipt that a customer showed."""

    scanned: str
    token: Token | None
    fault: str = ""
    """Why it is not taken in."""

    @property
    def series(self) -> str:
        """Name of its series."""
        return "" if self.token is None else series_in(self.token.claims.symbol)

    @property
    def number(self) -> int:
        """Its number."""
        return 0 if self.token is None else self.token.claims.number


@dataclass(frozen=True, slots=True)
class Recovery:
    """What was done, or what would be."""

    reasons: list[str]
    """Why the register is not what it should be; empty: it needs no gap."""
    epoch: int
    gaps: list[Gap] = field(default_factory=list)
    taken_in: list[ShownReceipt] = field(default_factory=list)
    known: list[ShownReceipt] = field(default_factory=list)
    """Already in the register, or taken in before."""
    refused: list[ShownReceipt] = field(default_factory=list)


def shown_receipts(tokens: Iterable[str], keyring: Keyring) -> list[ShownReceipt]:
    """Read what customers showed: only what our keys have signed is taken in."""
    shown = []
    for scanned in tokens:
        report = verify_token(scanned, keyring)
        if report.token is None:
            shown.append(ShownReceipt(scanned, None, "it cannot be read"))
        elif not report.authentic:
            shown.append(ShownReceipt(scanned, None, "none of our keys has signed it"))
        else:
            shown.append(ShownReceipt(scanned, report.token))
    return shown


async def recover(
    connection: Connection,
    witnesses: Sequence[SignedCheckpoint],
    shown: Sequence[ShownReceipt],
    *,
    reach: int,
    by: str,
    reason: str,
) -> Recovery:
    """Declare what is lost and take in what was shown; needs a transaction.

    Every series of this year goes on ``reach`` numbers behind the last that a witness or a shown receipt has: so many
    may have been signed since.
    """
    stand = {mark.series: (mark, issued_at) for mark, issued_at in await lock_every_series(connection)}
    state = await register_state(connection, [witness.checkpoint for witness in witnesses])
    _, moment = await database_identity(connection)
    genuine = [receipt for receipt in shown if receipt.token is not None]
    compared = [compare(state, witness.checkpoint) for witness in witnesses]
    reasons = [f"{found.finding.value}: {found.detail}" for found in compared if not found.may_issue]
    reasons += [
        f"a customer has {receipt.series} {receipt.number:08d}; it stands at {state.numbers.get(receipt.series, 0)}"
        for receipt in genuine
        if receipt.number > state.numbers.get(receipt.series, 0)
    ]
    reasons += [
        f"the last receipt of {series} is dated {issued_at.isoformat()}"
        for series, (_, issued_at) in stand.items()
        if issued_at is not None and issued_at > moment
    ]
    epoch, declared = state.epoch, []
    if reasons:
        latest = max(witnesses, key=lambda witness: witness.checkpoint.order, default=None)
        epoch = max([state.epoch, *(witness.checkpoint.epoch for witness in witnesses)]) + 1
        note = None if latest is None else latest.note
        await begin_epoch(connection, epoch, by=by, reason=reason, superseded=note)
        declared = await _declare_gaps(connection, stand, witnesses, genuine, epoch, reach, moment)
    taken_in: list[ShownReceipt] = []
    known: list[ShownReceipt] = []
    for receipt in genuine:
        (taken_in if await _take_in(connection, receipt, by) else known).append(receipt)
    refused = [receipt for receipt in shown if receipt.token is None]
    return Recovery(reasons, epoch, declared, taken_in, known, refused)


async def _declare_gaps(
    connection: Connection,
    stand: dict[str, tuple[Mark, datetime | None]],
    witnesses: Sequence[SignedCheckpoint],
    genuine: Sequence[ShownReceipt],
    epoch: int,
    reach: int,
    moment: datetime,
) -> list[Gap]:
    known = {series: mark for series, (mark, _) in stand.items()}
    highest = {series: mark.number for series, mark in known.items()}
    for mark in (mark for witness in witnesses for mark in witness.checkpoint.marks):
        highest[mark.series] = max(mark.number, highest.get(mark.series, 0))
        if mark.series not in known:
            known[mark.series] = await _lost_series(connection, mark.symbol, mark.seller_tax_code)
    for receipt in genuine:
        highest[receipt.series] = max(receipt.number, highest.get(receipt.series, 0))
        if receipt.series not in known and receipt.token is not None:
            claims = receipt.token.claims
            known[receipt.series] = await _lost_series(connection, claims.symbol, claims.issuer)
    declared = []
    for series in sorted(known):
        mark = known[series]
        if year_of(series) < issue_year(moment):
            continue  # nothing is issued in it any more
        first, last = mark.number + 1, min(highest[series] + reach, MAX_NUMBER)
        link = gap_link(mark.seller_tax_code, mark.symbol, first, last, mark.link)
        gap = Gap(series, first, last, link, epoch)
        await declare_gap(connection, gap)
        declared.append(gap)
    return declared


async def _lost_series(connection: Connection, symbol: str, seller_tax_code: str) -> Mark:
    mark = Mark(symbol, seller_tax_code, 0, first_link(seller_tax_code, symbol))
    await make_lost_series(connection, mark, year_of(mark.series), mark.link)
    return mark


async def _take_in(connection: Connection, receipt: ShownReceipt, by: str) -> bool:
    """Keep a shown receipt unless it is in the register; return whether it was new."""
    token = receipt.token
    if token is None:
        return False
    stored = await receipt_by_number(connection, receipt.series, receipt.number)
    if stored is not None and stored.new.token == token.raw:
        return False
    return await add_recovered(
        connection,
        lookup_code=lookup_code(token.raw),
        series=receipt.series,
        number=receipt.number,
        token=token.raw,
        by=by,
        customer_code=token.claims.customer_code,
    )
