"""Bank credits: what was taken, who told of it, what payers wrote, and what was decided."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.billing.bank_credits.identity import KnownCredit, Told
from services.billing.bank_credits.rules import Known, ReadText, ShownCode
from shared.clock import business_day
from shared.contracts.actor import Actor
from shared.contracts.billing import (
    BankCredit,
    BankCreditAct,
    BankCreditReason,
    BankCreditState,
    GetBankCredits,
    SeenBankCredit,
)
from shared.db import Connection
from shared.ids import new_id
from shared.messaging.unit_of_work import UnitOfWork

# Two sources that tell of one credit at the same time: the second sees what the first has stored.
_LOCK_ACCOUNTS = """
SELECT pg_advisory_xact_lock(hashtextextended('bank account ' || account, 0))
FROM (SELECT DISTINCT unnest($1::text[]) AS account ORDER BY 1) AS accounts
"""


async def lock_bank_accounts(connection: Connection, account_numbers: Collection[str]) -> None:
    """Take movements of an account one request after the other."""
    await connection.execute(_LOCK_ACCOUNTS, list(account_numbers))


_SIGHTINGS = """
SELECT source_id, credit_id, credit_sightings.amount, credit_sightings.outgoing, account_number
FROM credit_sightings JOIN bank_credits USING (credit_id)
WHERE source = $1 AND source_id = ANY ($2)
"""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a source has told before."""

    credit_id: UUID
    amount: int
    outgoing: bool
    account_number: str


async def sightings(connection: Connection, source: str, source_ids: Collection[str]) -> dict[str, Sighting]:
    """Return what a source has told before, by its ids."""
    rows = await connection.fetch(_SIGHTINGS, source, list(source_ids))
    return {
        row["source_id"]: Sighting(row["credit_id"], row["amount"], row["outgoing"], row["account_number"])
        for row in rows
    }


_ALIKE = """
SELECT credit_id, account_number, outgoing, amount, booked_on, reference, balance, coalesce(content, '') AS content,
    (SELECT array_agg(source) FROM credit_sightings WHERE credit_sightings.credit_id = bank_credits.credit_id)
        AS sources
FROM bank_credits LEFT JOIN credit_texts USING (credit_id)
WHERE (account_number, amount) IN (SELECT * FROM unnest($1::text[], $2::bigint[]))
    AND booked_on BETWEEN $3::date - 1 AND $4::date + 1
    AND NOT EXISTS (
        SELECT FROM credit_sightings
        WHERE credit_sightings.credit_id = bank_credits.credit_id AND credit_sightings.source = $5)
ORDER BY credit_id
"""


async def alike(connection: Connection, source: str, tales: Sequence[Told]) -> list[KnownCredit]:
    """Return the credits of others that a source's tales may be of, in the order in which they were taken."""
    if not tales:
        return []
    days = [told.booked_on for told in tales]
    rows = await connection.fetch(
        _ALIKE,
        [told.account_number for told in tales],
        [told.amount for told in tales],
        min(days),
        max(days),
        source,
    )
    return [
        KnownCredit(
            row["credit_id"],
            Told(
                row["account_number"],
                row["outgoing"],
                row["amount"],
                row["booked_on"],
                row["reference"],
                row["balance"],
                row["content"],
            ),
            frozenset(row["sources"] or ()),
        )
        for row in rows
    ]


_ADD = """
INSERT INTO bank_credits (credit_id, account_number, outgoing, amount, booked_on, transacted_at, reference, balance,
    state, reason, taken_at)
SELECT credit_id, account_number, outgoing, amount, booked_on, transacted_at, reference, balance, 'new', reason, $10
FROM unnest($1::uuid[], $2::text[], $3::bool[], $4::bigint[], $5::date[], $6::timestamptz[], $7::text[], $8::bigint[],
    $9::text[])
    AS told (credit_id, account_number, outgoing, amount, booked_on, transacted_at, reference, balance, reason)
"""
_ADD_TEXTS = """
INSERT INTO credit_texts (credit_id, content, counter_name, counter_account, counter_bank, raw)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
"""


async def add(
    connection: Connection,
    told: Sequence[tuple[UUID, SeenBankCredit, BankCreditReason | None]],
    moment: datetime,
) -> None:
    """Store new credits with their texts; a reason keeps one from being booked by itself."""
    if not told:
        return
    await connection.execute(
        _ADD,
        [credit_id for credit_id, _, _ in told],
        [seen.account_number for _, seen, _ in told],
        [seen.outgoing for _, seen, _ in told],
        [seen.amount for _, seen, _ in told],
        [business_day(seen.transacted_at) for _, seen, _ in told],
        [seen.transacted_at for _, seen, _ in told],
        [seen.reference for _, seen, _ in told],
        [seen.balance for _, seen, _ in told],
        [None if reason is None else reason.value for _, _, reason in told],
        moment,
    )
    await connection.execute(
        _ADD_TEXTS,
        [credit_id for credit_id, _, _ in told],
        [seen.content for _, seen, _ in told],
        [seen.counter_name for _, seen, _ in told],
        [seen.counter_account for _, seen, _ in told],
        [seen.counter_bank for _, seen, _ in told],
        [seen.raw or None for _, seen, _ in told],
    )


_ADD_SIGHTINGS = """
INSERT INTO credit_sightings (source, source_id, credit_id, amount, outgoing, seen_at)
SELECT $1, source_id, credit_id, amount, outgoing, $6
FROM unnest($2::text[], $3::uuid[], $4::bigint[], $5::bool[]) AS told (source_id, credit_id, amount, outgoing)
"""


async def add_sightings(
    connection: Connection, source: str, told: Sequence[tuple[UUID, SeenBankCredit]], moment: datetime
) -> None:
    """Keep that a source has told of credits."""
    if told:
        await connection.execute(
            _ADD_SIGHTINGS,
            source,
            [seen.source_id for _, seen in told],
            [credit_id for credit_id, _ in told],
            [seen.amount for _, seen in told],
            [seen.outgoing for _, seen in told],
            moment,
        )


@dataclass(frozen=True, slots=True)
class StoredCredit:
    """A credit that is locked, with what payers wrote as long as that is kept."""

    credit_id: UUID
    account_number: str
    outgoing: bool
    amount: int
    transacted_at: datetime
    reference: str
    state: BankCreditState
    reason: BankCreditReason | None
    customer_code: str | None
    content: str
    counter_name: str


_FOR_UPDATE = """
SELECT credit_id, account_number, outgoing, amount, transacted_at, reference, state, reason, customer_code,
    coalesce(content, '') AS content, coalesce(counter_name, '') AS counter_name
FROM bank_credits LEFT JOIN credit_texts USING (credit_id)
WHERE {which} ORDER BY credit_id FOR NO KEY UPDATE OF bank_credits
"""
_LOCK_NEW = _FOR_UPDATE.format(which="credit_id = ANY ($1) AND state = 'new'")
_LOCK_ONE = _FOR_UPDATE.format(which="credit_id = $1")


async def lock_new(connection: Connection, credit_ids: Collection[UUID]) -> list[StoredCredit]:
    """Lock and return those credits over which nothing was decided yet."""
    return [_stored(row) for row in await connection.fetch(_LOCK_NEW, list(credit_ids))]


# Which are there now; what came after these were locked is left to whoever matches it.
_LOCK_WAITING_OF = _FOR_UPDATE.format(which="state IN ('new', 'unmatched') AND NOT outgoing AND amount = $1")
_LOCKED_WAITING_OF = f"{_LOCK_WAITING_OF.rstrip()} SKIP LOCKED"


async def lock_waiting_of(connection: Connection, amount: int, *, is_again: bool = False) -> list[StoredCredit]:
    """Lock and return incoming credits of an amount that nobody has settled.

    ``is_again``: those that are locked already, without waiting for what others have locked.
    """
    rows = await connection.fetch(_LOCKED_WAITING_OF if is_again else _LOCK_WAITING_OF, amount)
    return [_stored(row) for row in rows]


async def lock_one(connection: Connection, credit_id: UUID) -> StoredCredit | None:
    """Lock and return a credit; None where there is none."""
    rows = await connection.fetch(_LOCK_ONE, credit_id)
    return _stored(rows[0]) if rows else None


def _stored(row: Mapping[str, Any]) -> StoredCredit:
    reason = row["reason"]
    return StoredCredit(
        **{
            **dict(row),
            "state": BankCreditState(row["state"]),
            "reason": None if reason is None else BankCreditReason(reason),
        }
    )


_CUSTOMERS = "SELECT customer_code FROM accounts WHERE customer_code = ANY ($1)"
# Codes are capitals and digits, and ~ sorts after all of them.
_BEGINNINGS = """
SELECT code FROM unnest($1::text[]) AS known (code)
WHERE EXISTS (
    SELECT FROM accounts WHERE customer_code COLLATE "C" > code AND customer_code COLLATE "C" < code || '~')
"""


# The latest one, where two phones show codes of one reference.
_SHOWN_CODES = """
SELECT DISTINCT ON (reference) reference, customer_code, CASE WHEN shown_at >= $2 THEN device_id END AS device_id
FROM shown_codes WHERE reference = ANY ($1) ORDER BY reference, shown_at DESC
"""


async def known_of(connection: Connection, texts: Collection[ReadText], printed_since: datetime) -> Known:
    """Return what is known of the customers and codes that texts may name.

    The phone of a code is named only where it was shown since ``printed_since``.
    """
    codes = sorted({code for text in texts for code in text.codes})
    customers = {row[0] for row in await connection.fetch(_CUSTOMERS, codes)} if codes else set()
    beginnings = {row[0] for row in await connection.fetch(_BEGINNINGS, sorted(customers))} if customers else set()
    references = sorted({reference for text in texts for reference in text.references})
    rows = await connection.fetch(_SHOWN_CODES, references, printed_since) if references else []
    return Known(customers, beginnings, {row["reference"]: ShownCode(**dict(row)) for row in rows})


_KEEP_CODE = """
INSERT INTO shown_codes (transfer_id, reference, customer_code, device_id, shown_at) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (transfer_id) DO UPDATE SET device_id = excluded.device_id
RETURNING true
"""


def keep_code(
    work: UnitOfWork, transfer_id: UUID, reference: str, customer_code: str, device_id: UUID, shown_at: datetime
) -> None:
    """Keep a code that a phone shows; another phone may show it later."""
    work.write(_KEEP_CODE, transfer_id, reference, customer_code, device_id, shown_at)


_DELETE_CODES = """
DELETE FROM shown_codes WHERE transfer_id IN (
    SELECT transfer_id FROM shown_codes WHERE shown_at < $1 ORDER BY shown_at LIMIT 1000)
RETURNING true
"""


async def delete_codes(connection: Connection, before: datetime) -> int:
    """Delete some codes that were shown before a moment; return how many."""
    return len(await connection.fetch(_DELETE_CODES, before))


_SETTLE = """
UPDATE bank_credits SET state = $2, reason = $3, customer_code = $4, payment_id = $5, matched_by = $6,
    settled_at = CASE WHEN $2 IN ('new', 'unmatched') THEN NULL ELSE $7::timestamptz END
WHERE credit_id = $1
"""
_FORGET_RAW = "UPDATE credit_texts SET raw = NULL WHERE credit_id = $1 AND raw IS NOT NULL"


async def settle(
    connection: Connection,
    credit_id: UUID,
    state: BankCreditState,
    moment: datetime,
    *,
    reason: BankCreditReason | None = None,
    customer_code: str | None = None,
    payment_id: UUID | None = None,
    matched_by: str | None = None,
) -> None:
    """Set where a locked credit stands; what is settled loses what came with it beyond the text."""
    told = None if reason is None else reason.value
    await connection.execute(_SETTLE, credit_id, state.value, told, customer_code, payment_id, matched_by, moment)
    if state not in (BankCreditState.NEW, BankCreditState.UNMATCHED):
        await connection.execute(_FORGET_RAW, credit_id)


_NOTE = """
INSERT INTO credit_acts (act_id, credit_id, act, customer_code, payment_id, reason, acted_at, actor)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""


async def note(
    connection: Connection,
    credit_id: UUID,
    act: str,
    moment: datetime,
    actor: Actor,
    *,
    customer_code: str | None = None,
    payment_id: UUID | None = None,
    reason: str = "",
) -> None:
    """Keep what was decided over a credit, and by whom."""
    stored = actor.model_dump(mode="json")
    await connection.execute(_NOTE, new_id(), credit_id, act, customer_code, payment_id, reason, moment, stored)


_SETTLE_BOOKED = """
UPDATE bank_credits SET state = 'booked', reason = NULL, customer_code = told.customer_code,
    payment_id = told.payment_id, matched_by = told.matched_by, settled_at = $5
FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[]) AS told (credit_id, customer_code, payment_id, matched_by)
WHERE bank_credits.credit_id = told.credit_id
"""
_NOTE_BOOKED = """
INSERT INTO credit_acts (act_id, credit_id, act, customer_code, payment_id, reason, acted_at, actor)
SELECT act_id, credit_id, 'booked', customer_code, payment_id, matched_by, $6, $7
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::text[])
    AS told (act_id, credit_id, customer_code, payment_id, matched_by)
"""
_FORGET_RAWS = "UPDATE credit_texts SET raw = NULL WHERE credit_id = ANY ($1) AND raw IS NOT NULL"


async def settle_booked(
    connection: Connection, booked: Sequence[tuple[UUID, str, UUID, str]], moment: datetime, actor: Actor
) -> None:
    """Set that locked credits are payments: credit, customer, payment, and what told whose it is."""
    columns = [list(column) for column in zip(*booked, strict=True)]
    await connection.execute(_SETTLE_BOOKED, *columns, moment)
    await connection.execute(_FORGET_RAWS, columns[0])
    stored = actor.model_dump(mode="json")
    await connection.execute(_NOTE_BOOKED, [new_id() for _ in booked], *columns, moment, stored)


_OF_PAYMENT = "SELECT credit_id FROM bank_credits WHERE payment_id = $1 FOR NO KEY UPDATE"


async def lock_of_payment(connection: Connection, payment_id: UUID) -> UUID | None:
    """Lock the credit that a payment is of, and return its id; None where it is of none."""
    credit_id: UUID | None = await connection.fetchval(_OF_PAYMENT, payment_id)
    return credit_id


_SHOWN = """
SELECT bank_credits.credit_id, account_number, outgoing, amount, booked_on, transacted_at, reference, state,
    bank_credits.reason, bank_credits.customer_code, bank_credits.payment_id, matched_by, taken_at, settled_at,
    (SELECT array_agg(source ORDER BY seen_at, source) FROM credit_sightings
        WHERE credit_sightings.credit_id = bank_credits.credit_id) AS sources,
    EXISTS (SELECT FROM credit_acts WHERE credit_acts.credit_id = bank_credits.credit_id AND act = 'contradicted')
        AS contradicted
FROM bank_credits LEFT JOIN (SELECT customer_code, unit_code FROM customers) AS whose USING (customer_code)
WHERE {which}
"""
_PAGE = (
    _SHOWN.format(
        which="state = ANY ($1) AND ($2::text IS NULL OR bank_credits.reason = $2)"
        " AND ($3::text IS NULL OR bank_credits.customer_code = $3)"
        " AND (cardinality($4::text[]) = 0 OR unit_code = ANY ($4))"
        " AND ($5::uuid IS NULL OR bank_credits.credit_id > $5)"
    )
    + " ORDER BY bank_credits.credit_id LIMIT $6"
)
_FIND = _SHOWN.format(which="bank_credits.credit_id = $1 AND (cardinality($2::text[]) = 0 OR unit_code = ANY ($2))")


async def page(connection: Connection, request: GetBankCredits) -> list[BankCredit]:
    """Return credits as they are asked for, in the order in which they were taken."""
    states = request.states or [BankCreditState.UNMATCHED]
    reason = None if request.reason is None else request.reason.value
    rows = await connection.fetch(
        _PAGE,
        [state.value for state in states],
        reason,
        request.customer_code,
        request.unit_codes,
        request.after,
        request.limit,
    )
    return [_shown(row) for row in rows]


async def find(connection: Connection, credit_id: UUID, unit_codes: Collection[str] = ()) -> BankCredit | None:
    """Return a credit; None where there is none, or it is booked for no customer of these units (empty: all)."""
    row = await connection.fetchrow(_FIND, credit_id, list(unit_codes))
    return None if row is None else _shown(row)


def _shown(row: Mapping[str, Any]) -> BankCredit:
    return BankCredit.model_validate({**dict(row), "sources": row["sources"] or []})


_TEXT = "SELECT content, counter_name, counter_account, counter_bank FROM credit_texts WHERE credit_id = $1"


@dataclass(frozen=True, slots=True)
class CreditText:
    """What a bank tells of who paid and why."""

    content: str
    counter_name: str
    counter_account: str
    counter_bank: str


async def text_of(connection: Connection, credit_id: UUID) -> CreditText | None:
    """Return what is sensitive of a credit; None once it is deleted."""
    row = await connection.fetchrow(_TEXT, credit_id)
    return None if row is None else CreditText(**dict(row))


_ACTS_OF = """
SELECT act, customer_code, payment_id, reason, acted_at, actor FROM credit_acts WHERE credit_id = $1 ORDER BY act_id
"""


async def acts_of(connection: Connection, credit_id: UUID) -> list[BankCreditAct]:
    """Return what was decided over a credit, in the order of time."""
    return [BankCreditAct.model_validate(dict(row)) for row in await connection.fetch(_ACTS_OF, credit_id)]


_CANDIDATES = """
WITH found AS (
    SELECT customer_code FROM accounts WHERE customer_code = ANY ($1)
    UNION
    SELECT cut.customer_code FROM unnest($2::text[]) AS beginning (code), LATERAL (
        SELECT customer_code FROM accounts
        WHERE customer_code COLLATE "C" >= code AND customer_code COLLATE "C" < code || '~' LIMIT 20
    ) AS cut
    UNION
    (SELECT customer_code FROM accounts WHERE debt = $3 LIMIT 500)
)
SELECT customer_code, debt, customers.facts ->> 'name' AS name, unit_code,
    customer_code = ANY ($1) AS by_code, debt = $3 AS by_amount
FROM found JOIN accounts USING (customer_code) JOIN customers USING (customer_code)
WHERE cardinality($4::text[]) = 0 OR unit_code = ANY ($4)
"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customer whose money a credit may be."""

    customer_code: str
    name: str
    unit_code: str
    debt: int
    by_code: bool
    by_amount: bool


async def candidates(
    connection: Connection, text: ReadText, amount: int, unit_codes: Collection[str]
) -> list[Candidate]:
    """Return customers whose code may stand in a text, whole or cut, or who owe exactly the amount."""
    rows = await connection.fetch(_CANDIDATES, sorted(text.codes), sorted(text.cut_codes), amount, list(unit_codes))
    return [Candidate(**dict(row)) for row in rows]


_NAMED = """
SELECT customer_code FROM accounts WHERE customer_code = ANY ($1)
UNION
SELECT cut.customer_code FROM unnest($2::text[]) AS beginning (code), LATERAL (
    SELECT customer_code FROM accounts
    WHERE customer_code COLLATE "C" >= code AND customer_code COLLATE "C" < code || '~' LIMIT 20
) AS cut
ORDER BY customer_code
"""


async def named(connection: Connection, text: ReadText) -> list[str]:
    """Return the customers whose code may stand in a text, whole or cut."""
    rows = await connection.fetch(_NAMED, sorted(text.codes), sorted(text.cut_codes))
    return [row["customer_code"] for row in rows]


# What is settled long ago; what waits for a person keeps its text.
_DELETE_TEXTS = """
DELETE FROM credit_texts WHERE credit_id IN (
    SELECT credit_id FROM bank_credits JOIN credit_texts USING (credit_id)
    WHERE settled_at < $1 ORDER BY settled_at LIMIT 1000)
RETURNING true
"""


async def delete_texts(connection: Connection, before: datetime) -> int:
    """Delete some texts of credits that were settled before a moment; return how many."""
    return len(await connection.fetch(_DELETE_TEXTS, before))


_COUNT_WAITING = "SELECT count(*) FROM bank_credits WHERE state = 'unmatched'"


async def count_waiting(connection: Connection) -> int:
    """Return how many bank credits wait for a person."""
    count: int = await connection.fetchval(_COUNT_WAITING)
    return count
