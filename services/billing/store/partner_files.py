"""Files of partners, the differences that they showed, and what partners took by the day."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from services.billing.partners.reconciliation import Compared, Entry
from shared.contracts.actor import Actor
from shared.contracts.billing import (
    DifferenceSettlement,
    GetPartnerDifferences,
    PartnerDay,
    PartnerDifference,
    PartnerEntryKind,
    PartnerFile,
    SettlePartnerDifference,
)
from shared.db import Connection
from shared.ids import new_id

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('partner file ' || $1::text, 0))"


async def lock_files(connection: Connection, partner_code: str) -> None:
    """Take files of a partner one after the other."""
    await connection.execute(_LOCK, partner_code)


_FILE = """
SELECT partner_code, business_date, sha256, taken_at, late, lines, paid, cancelled, verdicts, result FROM partner_files
"""
# By the order of taking: clocks of two copies differ.
_FIND = f"{_FILE} WHERE partner_code = $1 AND sha256 = $2 ORDER BY sequence DESC LIMIT 1"
_OF_DAY = f"{_FILE} WHERE partner_code = $1 AND business_date = $2 ORDER BY sequence DESC LIMIT 1"


async def find(connection: Connection, partner_code: str, sha256: str) -> PartnerFile | None:
    """Return the partner's file with this content, as it was taken last; None where it was never taken."""
    row = await connection.fetchrow(_FIND, partner_code, sha256)
    return None if row is None else PartnerFile.model_validate(dict(row))


async def of_day(connection: Connection, partner_code: str, day: date) -> PartnerFile | None:
    """Return the file of a business day that was taken last."""
    row = await connection.fetchrow(_OF_DAY, partner_code, day)
    return None if row is None else PartnerFile.model_validate(dict(row))


_ADD = """
INSERT INTO partner_files (sha256, partner_code, business_date, name, taken_at, late, lines, paid, cancelled, verdicts,
    result, actor)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""


async def add(connection: Connection, file: PartnerFile, name: str, actor: Actor) -> None:
    """Keep a file that is compared in this transaction."""
    await connection.execute(
        _ADD,
        file.sha256,
        file.partner_code,
        file.business_date,
        name,
        file.taken_at,
        file.late,
        file.lines,
        file.paid,
        file.cancelled,
        {verdict.value: count for verdict, count in file.verdicts.items()},
        file.result,
        actor.model_dump(mode="json"),
    )


_REGISTER = """
SELECT 'PAY' AS kind, partner_payment_id, customer_code, amount, registered_at AS at FROM partner_payments
WHERE partner_code = $1 AND business_date = $2 AND payment_id IS NOT NULL
UNION ALL
SELECT 'REV', partner_payment_id, customer_code, amount, cancelled_at
FROM partner_payments JOIN partner_cancellations USING (register_id)
WHERE partner_code = $1 AND business_date = $2 AND payment_id IS NOT NULL
ORDER BY at, kind
"""


async def register_of(connection: Connection, partner_code: str, day: date) -> list[Entry]:
    """Return what the register has of a business day."""
    return [
        Entry(PartnerEntryKind(row["kind"]), row["partner_payment_id"], row["customer_code"], row["amount"])
        for row in await connection.fetch(_REGISTER, partner_code, day)
    ]


_OPEN_OF_DAY = """
SELECT difference_id, verdict, kind, partner_payment_id, customer_code, their_amount, our_amount, settled_at
FROM partner_differences
WHERE partner_code = $1 AND business_date = $2 AND settlement IS DISTINCT FROM 'later_file'
ORDER BY settled_at NULLS FIRST FOR NO KEY UPDATE
"""
_ADD_DIFFERENCES = """
INSERT INTO partner_differences (difference_id, partner_code, business_date, verdict, kind, partner_payment_id,
    customer_code, their_amount, our_amount, found_at, sha256)
SELECT difference_id, $8, $9, verdict, kind, payment_id, customer_code, their_amount, our_amount, $10, $11
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[])
    AS found (difference_id, verdict, kind, payment_id, customer_code, their_amount, our_amount)
"""
_SETTLE_BY_FILE = """
UPDATE partner_differences SET settled_at = $2, settlement = $3, settled_by = $4, reason = $5
WHERE difference_id = ANY ($1) AND settled_at IS NULL
"""


async def keep_differences(
    connection: Connection, file: PartnerFile, differences: Sequence[Compared], actor: Actor
) -> None:
    """Put on the worklist what a file shows for the first time; take off what a later one has right.

    What a person has settled stays settled, as long as it looks the same. What a file has settled waits again when a
    still later one shows it.
    """
    rows = await connection.fetch(_OPEN_OF_DAY, file.partner_code, file.business_date)
    known: dict[tuple[Any, ...], list[Any]] = {}
    for row in rows:
        known.setdefault(tuple(row[name] for name in _LOOKS), []).append(row)
    new = []
    for one in differences:
        alike = known.get(_look_of(one))
        if alike:
            alike.pop()
        else:
            new.append(one)
    gone = [row["difference_id"] for left in known.values() for row in left if row["settled_at"] is None]
    if gone:
        why = f"file {file.sha256[:16]}"
        settlement = DifferenceSettlement.LATER_FILE.value
        await connection.execute(_SETTLE_BY_FILE, gone, file.taken_at, settlement, actor.model_dump(mode="json"), why)
    if new:
        looks = [_look_of(one) for one in new]
        columns = [list(column) for column in zip(*looks, strict=True)]
        await connection.execute(
            _ADD_DIFFERENCES,
            [new_id() for _ in new],
            *columns,
            file.partner_code,
            file.business_date,
            file.taken_at,
            file.sha256,
        )


_LOOKS = ("verdict", "kind", "partner_payment_id", "customer_code", "their_amount", "our_amount")


def _look_of(one: Compared) -> tuple[Any, ...]:
    theirs, ours, entry = one.theirs, one.ours, one.entry
    return (
        one.verdict.value,
        entry.kind.value,
        entry.partner_payment_id,
        entry.customer_code,
        None if theirs is None else theirs.amount,
        None if ours is None else ours.amount,
    )


_DIFFERENCE = """
SELECT difference_id, partner_code, business_date, verdict, kind, partner_payment_id, customer_code, their_amount,
    our_amount, found_at, settled_at, settlement, reason, settled_by
FROM partner_differences
"""
_PAGE = f"""
{_DIFFERENCE}
WHERE ($1::text IS NULL OR partner_code = $1) AND (settled_at IS NOT NULL) = $2
    AND ($3::uuid IS NULL OR difference_id > $3)
ORDER BY difference_id LIMIT $4
"""
_ONE = f"{_DIFFERENCE} WHERE difference_id = $1"
_LOCK_ONE = f"{_DIFFERENCE} WHERE difference_id = $1 FOR NO KEY UPDATE"


async def page(connection: Connection, request: GetPartnerDifferences) -> list[PartnerDifference]:
    """Return a page of differences, those found first."""
    rows = await connection.fetch(_PAGE, request.partner_code, request.settled, request.after, request.limit)
    return [PartnerDifference.model_validate(dict(row)) for row in rows]


async def lock_one(connection: Connection, request: SettlePartnerDifference) -> PartnerDifference | None:
    """Lock a difference and return it; None where there is none."""
    row = await connection.fetchrow(_LOCK_ONE, request.difference_id)
    return None if row is None else PartnerDifference.model_validate(dict(row))


_SETTLE = """
UPDATE partner_differences SET settled_at = $2, settlement = $3, reason = $4, settled_by = $5 WHERE difference_id = $1
"""


async def settle(
    connection: Connection, request: SettlePartnerDifference, moment: datetime, actor: Actor
) -> PartnerDifference:
    """Keep how a locked difference was settled and by whom."""
    await connection.execute(
        _SETTLE,
        request.difference_id,
        moment,
        request.settlement.value,
        request.reason,
        actor.model_dump(mode="json"),
    )
    row = await connection.fetchrow(_ONE, request.difference_id)
    assert row is not None  # noqa: S101 - it is locked
    return PartnerDifference.model_validate(dict(row))


_DAYS = """
SELECT business_date, payments, paid, cancellations, cancelled, (
    SELECT coalesce(sum(fee), 0)::bigint FROM partner_payments LEFT JOIN partner_cancellations USING (register_id)
    WHERE partner_payments.partner_code = $1 AND partner_payments.business_date = days.business_date
        AND cancelled_at IS NULL
) AS fees, (
    SELECT max(taken_at) FROM partner_files
    WHERE partner_files.partner_code = $1 AND partner_files.business_date = days.business_date
) AS file_taken_at, (
    SELECT count(*) FROM partner_differences
    WHERE partner_differences.partner_code = $1 AND partner_differences.business_date = days.business_date
        AND settled_at IS NULL
) AS open_differences
FROM (
    SELECT business_date, coalesce(payments, 0) AS payments, coalesce(paid, 0) AS paid,
        coalesce(cancellations, 0) AS cancellations, coalesce(cancelled, 0) AS cancelled
    FROM (SELECT * FROM partner_days WHERE partner_code = $1 AND business_date BETWEEN $2 AND $3) AS taken
        FULL JOIN (
            SELECT DISTINCT business_date FROM partner_files
            WHERE partner_code = $1 AND business_date BETWEEN $2 AND $3
        ) AS filed USING (business_date)
) AS days
ORDER BY business_date
"""


async def days_of(connection: Connection, partner_code: str, first: date, last: date) -> list[PartnerDay]:
    """Return what a partner took, by the day; days without payments and without a file are left out."""
    return [PartnerDay.model_validate(dict(row)) for row in await connection.fetch(_DAYS, partner_code, first, last)]


_COUNT_OPEN = "SELECT partner_code, count(*) FROM partner_differences WHERE settled_at IS NULL GROUP BY partner_code"


async def count_open(connection: Connection) -> dict[str, int]:
    """Return how many differences wait, by partner."""
    return {row[0]: row[1] for row in await connection.fetch(_COUNT_OPEN)}
