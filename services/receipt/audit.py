"""Facts for the audit: the whole register, every signature, chain and number, and what each payment must have."""

from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from pydantic_core import from_json

from services.receipt.domain.series import LockedSeries, format_number, series_in, year_matches
from services.receipt.receipts.content import content_hash, seconds
from services.receipt.signatures.chain import first_link, gap_link, link_of
from services.receipt.signatures.keyring import Keyring, to_pem
from services.receipt.signatures.late import LateSignature, read_range
from services.receipt.signatures.lookup_codes import check_character, plain_lookup_code
from services.receipt.signatures.token import Claims, Token, TokenError, TokenKind, claims_of, parse
from services.receipt.store.checkpoints import Gap, gaps
from services.receipt.store.late_signatures import late_signatures, waiting_numbers
from services.receipt.store.receipts import number_of_receipts
from services.receipt.store.reprints import copy_numbers
from services.receipt.store.series import all_series
from services.receipt.store.signing_keys import registered_keys
from services.receipt.verification.tokens import verify_read
from shared.audit import AuditViolation, rows_in_order
from shared.contracts.receipt import CheckState, ReceiptKind
from shared.db import Connection
from shared.money_history import MoneyTable

HISTORY = {
    "receipt": MoneyTable("receipt_id", digested=("content", "token"), whole=False),
    "reprint": MoneyTable("reprint_id"),
    "first_print": MoneyTable("receipt_id"),
}
"""Tables whose history is kept (0008)."""


class ReceiptFact(NamedTuple):
    """What the register holds of one payment or of its reversal, for comparing with billing."""

    payment_id: UUID
    receipt_id: UUID
    total: int
    vat: int
    voided: bool = False
    kind: ReceiptKind = ReceiptKind.ORIGINAL
    symbol: str = ""
    """Template and series."""
    number: int = 0
    voids_receipt_id: UUID | None = None
    signed_for: tuple[str, int] | None = None
    """Symbol and number that a void was signed for."""

    @property
    def subject(self) -> str:
        """The receipt as findings name it."""
        return f"{series_in(self.symbol)} {format_number(self.number)}"


@dataclass(frozen=True, slots=True)
class ReceiptFacts:
    """How many receipts there are, and the violations found inside this database.

    Rules: ``gap``, ``chain``, ``signature``, ``key``, ``token``, ``columns``, ``content``, ``series``, ``year``,
    ``time``, ``original``, ``void``, ``copies``.
    """

    receipts: int
    """Those that stand for payments."""
    voids: int
    series: int
    violations: list[AuditViolation]
    positions: dict[str, int] = field(default_factory=dict)
    """Series → its last number."""


async def audit_facts(connection: Connection, keyring: Keyring) -> ReceiptFacts:
    """Look at every receipt in one snapshot; needs no running service, only the public keys."""
    violations: list[AuditViolation] = []
    kinds: Counter[ReceiptKind] = Counter()
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        every_series = await all_series(connection)
        lost = await gaps(connection)
        for series in every_series:
            lost_here = [gap for gap in lost if gap.series == series.series.name]
            walk = _SeriesWalk(series, keyring, lost_here, late=await _late(connection, series.series.name))
            async for receipt in _registered(connection, series.series.name):
                kinds[ReceiptKind(receipt.kind)] += 1
                violations.extend(walk.check(receipt))
            violations.extend(walk.end())
        async for payment_id, receipts in receipts_of_payments(connection):
            violations.extend(check_receipts_of_payment(payment_id, receipts))
        violations += await _copies(connection)
        violations += await _strange_keys(connection, keyring)
    return ReceiptFacts(
        kinds[ReceiptKind.ORIGINAL],
        voids=kinds[ReceiptKind.VOID],
        series=len(every_series),
        violations=violations,
        positions={series.series.name: series.last_number for series in every_series},
    )


@dataclass(frozen=True, slots=True)
class ReceiptsSince:
    """What came of the receipts that were issued since an audit."""

    payment_ids: frozenset[UUID]
    violations: list[AuditViolation]


async def receipts_since(connection: Connection, keyring: Keyring, positions: Mapping[str, int]) -> ReceiptsSince:
    """Look at the receipts behind ``positions`` (series → number): signatures, chain, numbers, times."""
    payment_ids: set[UUID] = set()
    violations: list[AuditViolation] = []
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        declared = await gaps(connection)
        for series in await all_series(connection):
            name, number = series.series.name, positions.get(series.series.name, 0)
            lost = [gap for gap in declared if gap.series == name and gap.first_number > number]
            after = await _registered_as(connection, name, number) if number else None
            if number and after is None:
                violations.append(_violation("gap", name, f"number {number} was there at the last audit"))
            late = await _late(connection, name)
            walk = _SeriesWalk(series, keyring, lost, after, late)
            async for receipt in _registered(connection, name, after=number):
                payment_ids.add(receipt.payment_id)
                violations.extend(walk.check(receipt))
            violations.extend(walk.end())
            # Those that came back into a gap have come at any time.
            back = [gap for gap in declared if gap.series == name and gap.last_number <= number]
            inside = _SeriesWalk(series, keyring, back, late=late)
            for gap in back:
                async for receipt in _registered(connection, name, after=gap.first_number - 1, up_to=gap.last_number):
                    payment_ids.add(receipt.payment_id)
                    violations.extend(inside.check(receipt))
            # One that is older than the last audit is deleted where the walk does not come by.
            there = await number_of_receipts(connection, name, number)
            expected = number - sum(
                gap.last_number - gap.first_number + 1
                for gap in declared
                if gap.series == name and gap.last_number <= number
            )
            if there != expected:
                detail = f"{there} receipts up to number {number} of the last audit, {expected} expected"
                violations.append(_violation("gap", name, detail))
        violations += await _strange_keys(connection, keyring)
    return ReceiptsSince(frozenset(payment_ids), violations)


async def series_positions(connection: Connection) -> dict[str, int]:
    """Return how far each series has come."""
    return {series.series.name: series.last_number for series in await all_series(connection)}


# What is compared row by row with the other services' (ops/audit/comparison.py): each in the order of its key.

_OF_PAYMENTS = """
SELECT payment_id, receipt_id, total, vat, kind, template || series AS symbol, number, voids_receipt_id,
    CASE kind WHEN 'void' THEN token END AS token
FROM receipt JOIN series USING (series) ORDER BY payment_id
"""
_BY_ID = """
SELECT receipt_id, coalesce(prints, 0), (SELECT since FROM consumed_kinds WHERE routing_key = 'print_job.finished.v1')
FROM receipt LEFT JOIN (SELECT receipt_id, count(*) AS prints FROM receipt_print GROUP BY receipt_id) AS counted
    USING (receipt_id)
WHERE kind = 'original' ORDER BY receipt_id
"""


async def receipts_of_payments(connection: Connection) -> AsyncIterator[tuple[UUID, list[ReceiptFact]]]:
    """Yield what each payment has, receipts and voids, by the payment."""
    payment_id, receipts = None, list[ReceiptFact]()
    async for row in rows_in_order(connection, _OF_PAYMENTS):
        if row[0] != payment_id:
            if payment_id is not None:
                yield payment_id, _with_voided(receipts)
            payment_id, receipts = row[0], []
        receipts.append(
            ReceiptFact(
                row["payment_id"],
                row["receipt_id"],
                row["total"],
                row["vat"],
                kind=ReceiptKind(row["kind"]),
                symbol=row["symbol"],
                number=row["number"],
                voids_receipt_id=row["voids_receipt_id"],
                signed_for=None if row["token"] is None else _signed_for(row["token"]),
            )
        )
    if payment_id is not None:
        yield payment_id, _with_voided(receipts)


def _with_voided(receipts: list[ReceiptFact]) -> list[ReceiptFact]:
    if len(receipts) == 1:
        return receipts
    voided = {receipt.voids_receipt_id for receipt in receipts} - {None}
    return [receipt._replace(voided=receipt.receipt_id in voided) for receipt in receipts]


class CountedPrints(NamedTuple):
    """How often a receipt may have come out, as the register has counted it."""

    prints: int
    since: datetime | None = None
    """Since when prints are counted; None: they are not."""


async def receipts_by_id(connection: Connection) -> AsyncIterator[tuple[UUID, CountedPrints]]:
    """Yield every receipt that stands for a payment, by its id."""
    async for row in rows_in_order(connection, _BY_ID):
        yield row[0], CountedPrints(row[1], row[2])


class _Registered(NamedTuple):
    """A receipt as the register has it, its content as the database has computed the hash of it."""

    series: str
    number: int
    kind: str
    payment_id: UUID
    customer_code: str
    collector_code: str | None
    total: int
    vat: int
    issued_at: datetime
    key_id: bytes
    token: bytes
    lookup_code: str
    content_hash: bytes
    template: str
    seller_tax_code: str


_REGISTERED = """
SELECT series, number, kind, payment_id, customer_code, collector_code, total, vat, issued_at, key_id, token,
    lookup_code, sha256(convert_to(content, 'UTF8')), template, seller_tax_code
FROM receipt JOIN series USING (series)
"""
_IN_ORDER = f"""
{_REGISTERED} WHERE series = $1 AND number > $2 AND ($3::integer IS NULL OR number <= $3) ORDER BY number
"""
_AS_NUMBERED = f"{_REGISTERED} WHERE series = $1 AND number = $2"


async def _registered(
    connection: Connection, series: str, *, after: int = 0, up_to: int | None = None
) -> AsyncIterator[_Registered]:
    async for row in rows_in_order(connection, _IN_ORDER, series, after, up_to):
        yield _Registered(*row)


async def _registered_as(connection: Connection, series: str, number: int) -> _Registered | None:
    row = await connection.fetchrow(_AS_NUMBERED, series, number)
    return None if row is None else _Registered(*row)


class _SeriesWalk:
    """Goes through one series in the order of its numbers, remembering what must come next.

    ``after``: the receipt behind which it begins.
    """

    def __init__(
        self,
        locked: LockedSeries,
        keyring: Keyring,
        lost: list[Gap],
        after: _Registered | None = None,
        late: "_Late | None" = None,
    ) -> None:
        self._late = late or _Late([], set())
        self._lost = lost
        self._locked = locked
        self._series = locked.series
        self._keyring = keyring
        self._number = 0
        self._link = first_link(self._series.seller_tax_code, self._series.symbol)
        self._issued_at = 0
        self._declared = tuple(lost)
        self._inside: tuple[int, bytes] | None = None
        if after is not None:
            self._number, self._link = after.number, link_of(after.token)
            self._issued_at = seconds(after.issued_at)

    def check(self, new: _Registered) -> Iterator[AuditViolation]:
        """Check the next receipt; a gap is named once and the walk goes on behind it."""
        subject = _subject(new)
        if any(gap.first_number <= new.number <= gap.last_number for gap in self._declared):
            yield from self._check_inside(new, subject)
            return
        self._pass_gaps()
        if new.number != self._number + 1:
            yield _violation("gap", subject, f"number {self._number + 1} is missing before it")
        try:
            token = parse(new.token)
        except TokenError as error:
            yield _violation("token", subject, f"the token cannot be read: {error}")
            self._number, self._link = new.number, link_of(new.token)
            return
        claims = token.claims
        if claims.previous != self._link:
            yield _violation("chain", subject, "it does not follow the receipt before it")
        if claims.issued_at < self._issued_at:
            yield _violation("time", subject, "it is older than the receipt before it")
        if not year_matches(new.series, new.issued_at):
            yield _violation("year", subject, f"issued {new.issued_at.isoformat()}, not in the year of its series")
        yield from self._signature(token, subject)
        yield from _columns(new, token, subject)
        self._number, self._link, self._issued_at = new.number, link_of(new.token), claims.issued_at

    def _check_inside(self, new: _Registered, subject: str) -> Iterator[AuditViolation]:
        """Check a receipt that came back into a gap: the one before it is there, or lost as well."""
        try:
            token = parse(new.token)
        except TokenError as error:
            yield _violation("token", subject, f"the token cannot be read: {error}")
            return
        before = self._inside or (self._number, self._link)
        if before[0] == new.number - 1 and token.claims.previous != before[1]:
            yield _violation("chain", subject, "it does not follow the receipt before it")
        if not year_matches(new.series, new.issued_at):
            yield _violation("year", subject, f"issued {new.issued_at.isoformat()}, not in the year of its series")
        yield from self._signature(token, subject)
        yield from _columns(new, token, subject)
        self._inside = new.number, link_of(new.token)

    def end(self) -> Iterator[AuditViolation]:
        """Check that the series stands where its last receipt stands, or behind a gap that was declared."""
        self._pass_gaps()
        if (self._locked.last_number, self._locked.last_link) != (self._number, self._link):
            yield _violation(
                "series",
                self._series.name,
                f"it stands at {self._locked.last_number}, its last receipt is {self._number} (or has another hash)",
            )

    def _pass_gaps(self) -> None:
        """Go behind numbers that a recovery has declared lost."""
        while self._lost and self._lost[0].first_number == self._number + 1:
            gap = self._lost.pop(0)
            seller, symbol = self._series.seller_tax_code, self._series.symbol
            self._link = gap_link(seller, symbol, gap.first_number, gap.last_number, self._link)
            self._number, self._issued_at = gap.last_number, 0

    def _signature(self, token: Token, subject: str) -> Iterator[AuditViolation]:
        if token.is_unsigned:
            yield from self._late.check(token, self._keyring, subject)
            return
        states = verify_read(token, self._keyring).states
        if states["key_known"] is not CheckState.PASSED:
            yield _violation("key", subject, f"signed with key {token.key_id.hex()}, which is not known")
        elif states["signature"] is not CheckState.PASSED:
            yield _violation("signature", subject, "the signature is wrong")
        if states["key_valid_then"] is CheckState.FAILED:
            yield _violation("key", subject, f"key {token.key_id.hex()} was not in use when it signed")


@dataclass(frozen=True, slots=True)
class _Late:
    """What was signed later in a series, and what still waits."""

    signatures: Sequence[LateSignature]
    waiting: set[int]

    def check(self, token: Token, keyring: Keyring, subject: str) -> Iterator[AuditViolation]:
        """Check a receipt that was issued without a signature: a good one covers it, or it waits for one."""
        number = token.claims.number
        covering = [each for each in self.signatures if each.first <= number <= each.last]
        if not covering and number not in self.waiting:
            yield _violation("signature", subject, "it has none, and nobody will sign it")
        for each in covering:
            if (each.issuer, each.symbol) != (token.claims.issuer, token.claims.symbol) or not each.is_genuine(keyring):
                yield _violation("signature", subject, "the signature that was made later is wrong")
            # The chain up to there is walked anyway.
            elif number == each.last and link_of(token.raw) != each.link:
                yield _violation("signature", subject, "the signature that was made later is over another receipt")


async def _late(connection: Connection, series: str) -> _Late:
    signatures = [read_range(message) for message in await late_signatures(connection, series)]
    return _Late(signatures, await waiting_numbers(connection, series))


def _columns(new: _Registered, token: Token, subject: str) -> Iterator[AuditViolation]:
    """Compare what is stored beside the token with its claims."""
    claims = token.claims
    plain_code = plain_lookup_code(new.token)
    stored = {
        "issuer": new.seller_tax_code,
        "symbol": f"{new.template}{new.series}",
        "number": new.number,
        "customer_code": new.customer_code,
        "collector_code": new.collector_code,
        "total": new.total,
        "vat": new.vat,
        "issued_at": seconds(new.issued_at),
        "kind": TokenKind.VOID if new.kind == ReceiptKind.VOID else TokenKind.ORIGINAL,
    }
    for name, value in stored.items():
        if getattr(claims, name) != value:
            yield _violation("columns", subject, f"{name} is not what was signed")
    if new.lookup_code not in (plain_code, plain_code + check_character(plain_code)):
        yield _violation("columns", subject, "lookup_code is not that of the token")
    if token.key_id != new.key_id:
        yield _violation("columns", subject, "key_id is not what was signed")
    if claims.content_hash != new.content_hash:
        yield _violation("content", subject, "the stored content is not what was signed")


def check_receipts_of_payment(payment_id: UUID, receipts: Sequence[ReceiptFact]) -> Iterator[AuditViolation]:
    """Yield what is wrong with what a payment has: one receipt, and at most one void that was signed for that one."""
    originals = {each.receipt_id: each for each in receipts if each.kind is ReceiptKind.ORIGINAL}
    for kind, count in Counter(each.kind for each in receipts).items():
        if count > 1:
            yield _violation(kind.value, str(payment_id), f"the payment has {count} of them")
    for void in receipts:
        if void.kind is not ReceiptKind.VOID:
            continue
        voided = originals.get(void.voids_receipt_id) if void.voids_receipt_id else None
        if voided is None:
            yield _violation("void", void.subject, "it voids no receipt of its payment")
        elif (void.signed_for, -void.total, -void.vat) != (
            (voided.symbol, voided.number),
            voided.total,
            voided.vat,
        ):
            yield _violation("void", void.subject, "it was signed for another receipt or amount")


def _signed_for(token: bytes) -> tuple[str, int] | None:
    try:
        return parse(token).claims.voids
    except TokenError:
        return None


async def _strange_keys(connection: Connection, keyring: Keyring) -> list[AuditViolation]:
    """Return what is wrong with the register's own list of keys: whoever adds one there could sign receipts."""
    return [
        _violation("key", key.key_id, "the register lists it, and the public keys that were given do not")
        for key in await registered_keys(connection)
        if key.public_key_pem not in {to_pem(known.public_key) for known in keyring.find(bytes.fromhex(key.key_id))}
    ]


async def _copies(connection: Connection) -> list[AuditViolation]:
    return [
        _violation("copies", str(receipt_id), f"copies are numbered {numbers}")
        for receipt_id, numbers in await copy_numbers(connection)
        if numbers != list(range(1, len(numbers) + 1))
    ]


class SignedReceipt(NamedTuple):
    """What was signed for a payment or for its reversal: the claims, and the event that the signature covers."""

    payment_id: UUID
    receipt_id: UUID
    kind: ReceiptKind
    claims: Claims
    event: dict[str, Any]
    """As billing emitted it, JSON."""
    written_at: datetime | None = None
    """By the database's clock; None where it was not kept yet."""


_COPIES_AT_ONCE = 1000


class CountedCopy(NamedTuple):
    """A copy, or the first print of a receipt that was issued without a phone (number 0)."""

    receipt_id: UUID
    document_id: UUID
    copy_number: int
    device_id: UUID | None
    printed_at: datetime


_SIGNED = """
SELECT payment_id, receipt_id, kind, token, content, written_at FROM receipt WHERE payment_id = ANY ($1)
"""
_COUNTED = """
SELECT receipt_id, document_id, copy_number, device_id, reprinted_at FROM reprint
UNION ALL
SELECT receipt_id, document_id, 0, device_id, printed_at FROM first_print
"""
_COUNTED_AS = """
SELECT receipt_id, document_id, copy_number, device_id, reprinted_at FROM reprint WHERE reprint_id = ANY ($1)
UNION ALL
SELECT receipt_id, document_id, 0, device_id, printed_at FROM first_print WHERE receipt_id = ANY ($2)
"""
_COUNTED_OF = f"SELECT * FROM ({_COUNTED}) AS counted WHERE document_id = ANY ($1)"


async def signed_receipts(connection: Connection, payment_ids: Sequence[UUID]) -> list[SignedReceipt]:
    """Return what was signed for some payments; the walk along the series names what is not as it was signed."""
    found = []
    for payment_id, receipt_id, kind, token, content, written_at in await connection.fetch(_SIGNED, payment_ids):
        try:
            claims = claims_of(token)
        except TokenError:
            continue
        if claims.content_hash == content_hash(content):
            event = from_json(content)["event"]
            found.append(SignedReceipt(payment_id, receipt_id, ReceiptKind(kind), claims, event, written_at))
    return found


async def copies_counted_of(
    connection: Connection, reprint_ids: Collection[UUID], first_printed: Collection[UUID]
) -> list[CountedCopy]:
    """Return some counted copies, and the first prints of some receipts."""
    rows = await connection.fetch(_COUNTED_AS, list(reprint_ids), list(first_printed))
    return [CountedCopy(*row) for row in rows]


async def copies_of_documents(connection: Connection, document_ids: Sequence[UUID]) -> list[CountedCopy]:
    """Return the counted copies and first prints that some documents are."""
    return [CountedCopy(*row) for row in await connection.fetch(_COUNTED_OF, document_ids)]


async def counted_copies(connection: Connection) -> AsyncIterator[list[CountedCopy]]:
    """Yield every counted copy and first print, some at a time; needs a transaction."""
    page: list[CountedCopy] = []
    async for row in rows_in_order(connection, _COUNTED):
        page.append(CountedCopy(*row))
        if len(page) == _COPIES_AT_ONCE:
            yield page
            page = []
    if page:
        yield page


def _subject(receipt: _Registered) -> str:
    return f"{receipt.series} {format_number(receipt.number)}"


def _violation(rule: str, subject: str, detail: str) -> AuditViolation:
    return AuditViolation("receipt", rule, subject, detail)


class ToldInvoice(NamedTuple):
    """An invoice as receipts quote it."""

    bill_id: UUID
    symbol: str
    """Template and symbol."""
    number: int
    made_on: date
    lookup_code: str


_TOLD_INVOICES = """
SELECT invoice_id, bill_id, template || symbol, number, made_on, lookup_code FROM issued_invoice ORDER BY invoice_id
"""


async def told_invoices_in_order(connection: Connection) -> AsyncIterator[tuple[UUID, ToldInvoice]]:
    """Yield the invoices that receipts may quote, in the order of their ids; needs a transaction."""
    async for row in rows_in_order(connection, _TOLD_INVOICES):
        yield row[0], ToldInvoice(*row[1:])
