"""Bill runs, their parts and their drafts."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from pydantic_core import to_json

from services.billing.bills.metered_period import MeteredPeriod
from services.billing.rehearsals.vat_switch import VatBase
from services.billing.runs.rules import RunScope, RunState, RunTotals
from services.billing.store.bills import DETAILS_IN_BOTH_PLACES
from services.billing.store.metered_periods import COLUMNS as PERIOD_COLUMNS
from services.billing.store.metered_periods import WAITING, periods_of
from shared.contracts.actor import Actor
from shared.contracts.billing import BillRun, RunProblem, WaitingReadings
from shared.contracts.uses import Households, Uses
from shared.db import Connection


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A bill run as it stands."""

    run_id: UUID
    scope: RunScope
    is_trial: bool
    is_at_once: bool
    state: RunState
    asked_by: Actor
    asked_at: datetime
    parts: int
    computed_parts: int
    computed_at: datetime | None
    totals: RunTotals
    set_aside: int
    confirmed_by: Actor | None
    confirmed_at: datetime | None
    released_parts: int
    released_bills: int
    released_total: int
    left_out_bills: int
    left_out_total: int
    ended_at: datetime | None
    tariffs: str | None
    """The digest of the prices that its drafts were computed by; None for a run of a version before."""

    @property
    def told(self) -> BillRun:
        """The run as others read it."""
        scope, totals = self.scope, self.totals
        return BillRun(
            run_id=self.run_id,
            unit_prefix=scope.unit_prefix,
            year=scope.year,
            month=scope.month,
            is_trial=self.is_trial,
            is_at_once=self.is_at_once,
            state=self.state,
            asked_by=self.asked_by,
            asked_at=self.asked_at,
            parts=self.parts,
            computed_parts=self.computed_parts,
            computed_at=self.computed_at,
            bills=totals.bills,
            kwh=totals.kwh,
            pre_vat=totals.pre_vat,
            vat=totals.vat,
            total=totals.total,
            set_aside=self.set_aside,
            confirmed_by=self.confirmed_by,
            confirmed_at=self.confirmed_at,
            released_parts=self.released_parts,
            released_bills=self.released_bills,
            released_total=self.released_total,
            left_out_bills=self.left_out_bills,
            left_out_total=self.left_out_total,
            ended_at=self.ended_at,
        )


# Starting runs one at a time: whether two overlap is seen by the second.
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('billing bill runs'))"


async def lock_runs(connection: Connection) -> None:
    """Let one run begin at a time."""
    await connection.execute(_LOCK)


_ADD = """
INSERT INTO bill_runs (run_id, unit_prefix, year, month, is_trial, is_at_once, state, asked_by, asked_at)
VALUES ($1, $2, $3, $4, $5, $6, 'computing', $7, $8)
"""
# A part is a range of customers, so that all periods of a customer are in one. Codes are compared by bytes, as ranges.
_ADD_PARTS = f"""
WITH waiting AS (
    SELECT customer_code, (dense_rank() OVER (ORDER BY customer_code) - 1) / $5 AS part
    FROM metered_periods JOIN customers USING (customer_code)
    WHERE {WAITING} AND starts_with(unit_code, $2) AND ($3::int IS NULL OR (year = $3 AND month = $4))
), added AS (
    INSERT INTO bill_run_parts (run_id, part, first_code, last_code)
    SELECT $1, part, min(customer_code), max(customer_code) FROM waiting GROUP BY part
    RETURNING part
)
UPDATE bill_runs SET parts = (SELECT count(*) FROM added) WHERE run_id = $1 RETURNING parts
"""
_BEGIN_DRAFTS = "SELECT begin_drafts($1)"


async def add(
    connection: Connection,
    run_id: UUID,
    scope: RunScope,
    *,
    is_trial: bool,
    is_at_once: bool,
    asked_by: Actor,
    now: datetime,
    customers_of_a_part: int,
) -> int:
    """Begin a run over what waits; return how many parts it has."""
    await connection.execute(
        _ADD,
        run_id,
        scope.unit_prefix,
        scope.year,
        scope.month,
        is_trial,
        is_at_once,
        asked_by.model_dump(mode="json"),
        now,
    )
    parts: int = await connection.fetchval(
        _ADD_PARTS, run_id, scope.unit_prefix, scope.year, scope.month, customers_of_a_part
    )
    await connection.execute(_BEGIN_DRAFTS, run_id)
    return parts


# By the login without its machine: a container has another one each time.
_ISSUED_AT_ONCE = """
SELECT coalesce(sum(released_bills), 0)::bigint FROM bill_runs
WHERE is_at_once AND asked_at >= $1 AND asked_by->>'kind' = $2
    AND regexp_replace(asked_by->>'id', '@[^@]*$', '') = regexp_replace($3, '@[^@]*$', '')
"""


async def issued_at_once(connection: Connection, actor: Actor, since: datetime) -> int:
    """Return how many bills somebody has issued since a moment without a second person."""
    issued: int = await connection.fetchval(_ISSUED_AT_ONCE, since, actor.kind.value, actor.id)
    return issued


_RUN = "SELECT * FROM bill_runs WHERE run_id = $1"
_RUN_LOCKED = "SELECT * FROM bill_runs WHERE run_id = $1 FOR NO KEY UPDATE"


async def find(connection: Connection, run_id: UUID, *, lock: bool = False) -> StoredRun | None:
    """Return a run, locked until the end of the transaction if asked; None where there is none."""
    row = await connection.fetchrow(_RUN_LOCKED if lock else _RUN, run_id)
    return None if row is None else _run(row)


_LATEST = "SELECT * FROM bill_runs ORDER BY asked_at DESC LIMIT $1"


async def latest(connection: Connection, limit: int) -> list[StoredRun]:
    """Return the runs that were asked for last."""
    return [_run(row) for row in await connection.fetch(_LATEST, limit)]


_LISTED = """
SELECT * FROM bill_runs
WHERE ($1::text[] = '{}' OR unit_prefix = ANY ($1)) AND ($2::timestamptz IS NULL OR asked_at < $2)
ORDER BY asked_at DESC LIMIT $3
"""


async def listed(
    connection: Connection, unit_codes: Sequence[str], before: datetime | None, limit: int
) -> list[StoredRun]:
    """Return the runs over some units (all where none is named) that were asked for before a moment, latest first."""
    return [_run(row) for row in await connection.fetch(_LISTED, list(unit_codes), before, limit)]


_WAITING_BY_UNIT = f"""
SELECT unit_code, year, month, count(*) AS periods
FROM metered_periods JOIN customers USING (customer_code)
WHERE {WAITING} AND ($1::text[] = '{{}}' OR unit_code = ANY ($1))
GROUP BY unit_code, year, month ORDER BY year, month, unit_code
"""


async def waiting_by_unit(connection: Connection, unit_codes: Sequence[str]) -> list[WaitingReadings]:
    """Return how many periods of some units (all where none is named) wait for a bill, by unit and month."""
    return [WaitingReadings(**dict(row)) for row in await connection.fetch(_WAITING_BY_UNIT, list(unit_codes))]


_OTHER_UNITS = """
SELECT EXISTS (SELECT FROM customers WHERE starts_with(unit_code, $1) AND unit_code <> $1)
"""


async def is_one_unit(connection: Connection, unit_prefix: str) -> bool:
    """Whether no customer's unit has a longer code that begins so."""
    has_others: bool = await connection.fetchval(_OTHER_UNITS, unit_prefix)
    return not has_others


_HELD = """
SELECT count(*) FROM metered_periods JOIN customers USING (customer_code)
WHERE held IS NOT NULL AND superseded_by IS NULL AND bill_id IS NULL
    AND starts_with(unit_code, $1) AND ($2::int IS NULL OR (year = $2 AND month = $3))
"""


async def held_within(connection: Connection, scope: RunScope) -> int:
    """Return how many periods within a scope wait for a person."""
    found: int = await connection.fetchval(_HELD, scope.unit_prefix, scope.year, scope.month)
    return found


_UNFINISHED = "SELECT * FROM bill_runs WHERE ended_at IS NULL ORDER BY asked_at"


async def unfinished(connection: Connection) -> list[StoredRun]:
    """Return the runs that have neither been released nor discarded."""
    return [_run(row) for row in await connection.fetch(_UNFINISHED)]


_STATE = "SELECT state FROM bill_runs WHERE run_id = $1"


async def state_of(connection: Connection, run_id: UUID) -> RunState:
    """Return the state of a run; discarded where there is none."""
    state = await connection.fetchval(_STATE, run_id)
    return RunState(state or RunState.DISCARDED)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a run that was taken."""

    part: int
    first_code: str
    last_code: str

    @property
    def codes(self) -> tuple[str, str]:
        """Between which codes its customers lie."""
        return self.first_code, self.last_code


# Copies share the parts; who finds none free waits for those that others are at, and sees whether they ended well.
_TAKE = """
SELECT part, first_code, last_code FROM bill_run_parts
WHERE run_id = $1 AND {open} IS NULL ORDER BY part LIMIT 1 FOR NO KEY UPDATE {skip}
"""
_TAKE_STATEMENTS = {
    (column, waits): _TAKE.format(open=column, skip="" if waits else "SKIP LOCKED")
    for column in ("computed_at", "released_at")
    for waits in (False, True)
}


async def take_part(connection: Connection, run_id: UUID, column: str, *, waits: bool) -> Part | None:
    """Lock and return a part whose ``column`` (``computed_at``, ``released_at``) is empty; None where none is left."""
    while True:
        row = await connection.fetchrow(_TAKE_STATEMENTS[column, waits], run_id)
        if row is not None:
            return Part(row["part"], row["first_code"], row["last_code"])
        if not waits or not await connection.fetchval(_IS_OPEN[column], run_id):
            return None


# After waiting for a part that another has done, the statement finds nothing although further ones may be open.
_IS_OPEN = {
    column: f"SELECT EXISTS (SELECT FROM bill_run_parts WHERE run_id = $1 AND {column} IS NULL)"
    for column in ("computed_at", "released_at")
}


@dataclass(frozen=True, slots=True)
class WaitingPeriod:
    """A period that waits, with what its bill needs of the contract; None where that is not known."""

    period_id: UUID
    period: MeteredPeriod
    price_group: Uses | None
    households: Households | None


_WAITING_OF_PART = f"""
SELECT {PERIOD_COLUMNS}, facts ->> 'price_group' AS price_group, facts ->> 'households' AS households
FROM metered_periods JOIN customers USING (customer_code)
WHERE {WAITING} AND starts_with(unit_code, $1) AND ($2::int IS NULL OR (year = $2 AND month = $3))
    AND customer_code BETWEEN $4 AND $5
ORDER BY customer_code, year, month, cycle
"""


async def waiting_of(connection: Connection, scope: RunScope, part: Part) -> list[WaitingPeriod]:
    """Return the periods of a part that wait, with their readings, each customer's the earliest first."""
    rows = await connection.fetch(
        _WAITING_OF_PART, scope.unit_prefix, scope.year, scope.month, part.first_code, part.last_code
    )
    periods = await periods_of(connection, rows)
    return [
        WaitingPeriod(
            row["period_id"],
            periods[row["period_id"]],
            None if row["price_group"] is None else Uses(row["price_group"]),
            None if row["households"] is None else Households(row["households"]),
        )
        for row in rows
    ]


DRAFT_COLUMNS = (
    "run_id",
    "part",
    "period_id",
    "bill_id",
    "bill_number",
    "customer_code",
    "year",
    "month",
    "cycle",
    "period_from",
    "period_to",
    "price_group",
    "households",
    "kwh",
    "pre_vat",
    "vat_rate",
    "vat",
    "total",
    "due_date",
    "readings",
    "lines",
    "explanation",
    "details_digest",
)
_JSON = ("readings", "lines", "explanation")
_plain_values = itemgetter(*DRAFT_COLUMNS[4:-4])
_json_values = itemgetter(*_JSON)


def draft_row(run_id: UUID, part: int, period_id: UUID, bill_id: UUID, values: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the row of a draft, in the order of :data:`DRAFT_COLUMNS`."""
    details = [to_json(value) for value in _json_values(values)]
    return (
        run_id,
        part,
        period_id,
        bill_id,
        *_plain_values(values),
        *[each.decode() for each in details],
        # As `digest_of_details` has it.
        sha256(b"\n".join(details)).digest(),
    )


async def copy_drafts(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Store drafts."""
    if rows:
        await connection.copy_records_to_table("draft_bills", records=rows, columns=DRAFT_COLUMNS)


# The row of the run is locked last in each transaction: its counters say which copy has done the last part.
_COMPUTED_PART = """
WITH done AS (
    UPDATE bill_run_parts SET computed_at = $3::timestamptz, problems = $4::jsonb WHERE run_id = $1 AND part = $2
)
UPDATE bill_runs SET computed_parts = computed_parts + 1, bills = bills + $5, kwh = kwh + $6, pre_vat = pre_vat + $7,
    vat = vat + $8, total = total + $9, set_aside = set_aside + $10,
    state = CASE WHEN computed_parts + 1 = parts THEN 'computed' ELSE state END,
    computed_at = CASE WHEN computed_parts + 1 = parts THEN $3::timestamptz END,
    tariffs = CASE WHEN coalesce(tariffs, $11) = $11 THEN $11 ELSE 'several' END
WHERE run_id = $1 AND state = 'computing'
"""


async def computed_part(
    connection: Connection,
    run_id: UUID,
    part: int,
    totals: RunTotals,
    problems: Sequence[Mapping[str, str]],
    now: datetime,
    tariffs: str,
) -> None:
    """Note what a part came to, by which prices. Of a run that was discarded meanwhile, nothing is noted."""
    await connection.execute(
        _COMPUTED_PART,
        run_id,
        part,
        now,
        list(problems),
        totals.bills,
        totals.kwh,
        totals.pre_vat,
        totals.vat,
        totals.total,
        len(problems),
        tariffs,
    )


_COMPUTED_EMPTY = "UPDATE bill_runs SET state = 'computed', computed_at = $2 WHERE run_id = $1 AND parts = 0"


async def computed_empty(connection: Connection, run_id: UUID, now: datetime) -> None:
    """A run over nothing is computed at once."""
    await connection.execute(_COMPUTED_EMPTY, run_id, now)


_PROBLEMS = """
SELECT problem ->> 'customer_code' AS customer_code, problem ->> 'period' AS period, problem ->> 'problem' AS problem
FROM bill_run_parts, jsonb_array_elements(problems) AS problem
WHERE run_id = $1 ORDER BY part, 1, 2 LIMIT $2
"""


async def problems_of(connection: Connection, run_id: UUID, limit: int = 1_000_000) -> list[str]:
    """Return what could not be billed, a line each."""
    found = await problems(connection, run_id, limit)
    return [f"{each.customer_code} {each.period}: {each.problem}" for each in found]


async def problems(connection: Connection, run_id: UUID, limit: int) -> list[RunProblem]:
    """Return the first periods that could not be billed."""
    return [RunProblem(**dict(row)) for row in await connection.fetch(_PROBLEMS, run_id, limit)]


_OUT_OF_DATE = f"""
SELECT count(*) FROM draft_bills WHERE run_id = $1 AND NOT EXISTS (
    SELECT FROM metered_periods WHERE metered_periods.period_id = draft_bills.period_id AND {WAITING}
)
"""


async def out_of_date(connection: Connection, run_id: UUID) -> int:
    """Return how many drafts are of readings that do not wait for a bill any more."""
    found: int = await connection.fetchval(_OUT_OF_DATE, run_id)
    return found


_OTHER_CONTRACTS = """
SELECT count(*) FROM draft_bills JOIN customers USING (customer_code)
WHERE run_id = $1 AND (price_group, households) <> (facts ->> 'price_group', facts ->> 'households')
"""


async def other_contracts(connection: Connection, run_id: UUID) -> int:
    """Return how many drafts have a price group or a number of households that is not the contract's any more."""
    found: int = await connection.fetchval(_OTHER_CONTRACTS, run_id)
    return found


_VAT_RATES = "SELECT DISTINCT period_to, vat_rate FROM draft_bills WHERE run_id = $1"


async def vat_rates(connection: Connection, run_id: UUID) -> list[tuple[date, str]]:
    """Return the VAT rates of a run's drafts, by the last days of their periods."""
    return [(row["period_to"], row["vat_rate"]) for row in await connection.fetch(_VAT_RATES, run_id)]


_VAT_BASES = "SELECT period_to, pre_vat FROM draft_bills WHERE run_id = $1"
_VAT_BASES_AT_ONCE = 5_000


async def vat_bases(connection: Connection, run_id: UUID, invoice_date: date) -> AsyncIterator[list[VatBase]]:
    """Yield what VAT of a run's drafts is computed from, some at a time, as if they were issued on a day.

    Inside a transaction.
    """
    cursor = await connection.cursor(_VAT_BASES, run_id)
    while rows := await cursor.fetch(_VAT_BASES_AT_ONCE):
        yield [VatBase(row["period_to"], row["pre_vat"], invoice_date) for row in rows]


_CONFIRM = """
UPDATE bill_runs SET state = CASE WHEN parts = 0 THEN 'released' ELSE 'releasing' END, confirmed_by = $2,
    confirmed_at = $3::timestamptz, ended_at = CASE WHEN parts = 0 THEN $3::timestamptz END
WHERE run_id = $1
"""


async def confirm(connection: Connection, run_id: UUID, confirmed_by: Actor, now: datetime) -> None:
    """Begin the release of a locked run."""
    await connection.execute(_CONFIRM, run_id, confirmed_by.model_dump(mode="json"), now)


_DISCARD = "UPDATE bill_runs SET state = 'discarded', ended_at = $2 WHERE run_id = $1"
_DROP_DRAFTS = "SELECT drop_drafts($1)"


async def discard(connection: Connection, run_id: UUID, now: datetime) -> None:
    """End a locked run without bills; its drafts are dropped in a transaction of its own."""
    await connection.execute(_DISCARD, run_id, now)


async def drop_drafts(connection: Connection, run_id: UUID) -> None:
    """Drop the drafts of a run that has ended; waits for whoever is still at them."""
    await connection.execute(_DROP_DRAFTS, run_id)


_DRAFTS_OF_PART = """
SELECT period_id, bill_id, customer_code, pre_vat, vat, total, due_date FROM draft_bills WHERE run_id = $1 AND part = $2
ORDER BY customer_code, year, month, cycle
"""


class Draft(NamedTuple):
    """A draft of a part: what its release needs to know of it."""

    period_id: UUID
    bill_id: UUID
    customer_code: str
    pre_vat: int
    vat: int
    total: int
    due_date: date

    def released(self) -> dict[str, Any]:
        """Return the bill as others learn of it: the members of ``ReleasedBill``."""
        return {
            "bill_id": str(self.bill_id),  # of a UUID, it takes as long as all else of an event
            "customer_code": self.customer_code,
            "total": self.total,
            "due_date": self.due_date,
        }


async def drafts_of_part(connection: Connection, run_id: UUID, part: int) -> list[Draft]:
    """Return the drafts of a part, each customer's oldest first."""
    return [Draft(*row) for row in await connection.fetch(_DRAFTS_OF_PART, run_id, part)]


# A period that does not wait any more (its readings were held or replaced since) makes no bill, and is returned; the
# unique key of the periods' bills stands behind it. Between the codes of a part PostgreSQL reads a piece of an index;
# of a thousand ids alone it would rather read the whole table. By EXCEPT: of drafts of which nothing is known,
# PostgreSQL expects a few, and would compare each with each.
_TAKE_PERIODS = f"""
WITH taken AS (
    UPDATE metered_periods SET bill_id = made
    FROM (SELECT period_id AS of_period, bill_id AS made FROM draft_bills WHERE run_id = $1 AND part = $2) AS draft
    WHERE period_id = of_period AND {WAITING} AND customer_code BETWEEN $3 AND $4
    RETURNING of_period
)
SELECT period_id FROM draft_bills WHERE run_id = $1 AND part = $2 EXCEPT SELECT of_period FROM taken
"""
_RELEASE = f"""
WITH drafts AS MATERIALIZED (
    SELECT bill_id, bill_number, customer_code, year, month, cycle, period_from, period_to, price_group, households,
        kwh, pre_vat, vat_rate, vat, total, due_date, readings::json, lines::json, explanation::json, details_digest
    FROM draft_bills WHERE run_id = $1 AND part = $2 AND period_id <> ALL ($5)
), explained AS (
    INSERT INTO bill_details (bill_id, year, month, readings, lines, explanation)
    SELECT bill_id, year, month, readings, lines, explanation FROM drafts
)
INSERT INTO bills (bill_id, bill_number, customer_code, year, month, cycle, period_from, period_to, price_group,
    households, kwh, pre_vat, vat_rate, vat, total, open_principal, open_vat, due_date, issued_at, readings, lines,
    explanation, details_digest, actor)
SELECT bill_id, bill_number, customer_code, year, month, cycle, period_from, period_to, price_group, households, kwh,
    pre_vat, vat_rate, vat, total, pre_vat, vat, due_date, $3,
    CASE WHEN {DETAILS_IN_BOTH_PLACES} THEN readings END, CASE WHEN {DETAILS_IN_BOTH_PLACES} THEN lines END,
    CASE WHEN {DETAILS_IN_BOTH_PLACES} THEN explanation END,
    coalesce(details_digest, digest_of_details(readings, lines, explanation)), $4
FROM drafts
"""


async def release(connection: Connection, run: StoredRun, part: Part, issued_at: datetime, actor: Actor) -> set[UUID]:
    """Make the drafts of a part bills, as far as their readings still wait; return the periods of those that are not.

    The accounts are locked.
    """
    place = run.run_id, part.part
    left_out = {row["period_id"] for row in await connection.fetch(_TAKE_PERIODS, *place, *part.codes)}
    await connection.execute(_RELEASE, *place, issued_at, actor.model_dump(mode="json"), list(left_out))
    return left_out


_RELEASED_PART = """
WITH done AS (
    UPDATE bill_run_parts SET released_at = $3::timestamptz WHERE run_id = $1 AND part = $2
)
UPDATE bill_runs SET released_parts = released_parts + 1, released_bills = released_bills + $4,
    released_total = released_total + $5, left_out_bills = left_out_bills + $6, left_out_total = left_out_total + $7,
    state = CASE WHEN released_parts + 1 = parts THEN 'released' ELSE state END,
    ended_at = CASE WHEN released_parts + 1 = parts THEN $3::timestamptz END
WHERE run_id = $1
RETURNING state
"""


async def released_part(
    connection: Connection, run: StoredRun, part: int, drafts: Sequence[Draft], bills: int, total: int, now: datetime
) -> RunState:
    """Note that a part is released; with the last one the drafts go, and the run ends."""
    left_out = len(drafts) - bills
    left_out_total = sum(draft.total for draft in drafts) - total
    state = RunState(
        await connection.fetchval(_RELEASED_PART, run.run_id, part, now, bills, total, left_out, left_out_total)
    )
    if state is RunState.RELEASED:
        await connection.execute(_DROP_DRAFTS, run.run_id)
    return state


def _run(row: Mapping[str, Any]) -> StoredRun:
    return StoredRun(
        run_id=row["run_id"],
        scope=RunScope(row["unit_prefix"], row["year"], row["month"]),
        is_trial=row["is_trial"],
        is_at_once=row["is_at_once"],
        state=RunState(row["state"]),
        asked_by=Actor.model_validate(row["asked_by"]),
        asked_at=row["asked_at"],
        parts=row["parts"],
        computed_parts=row["computed_parts"],
        computed_at=row["computed_at"],
        totals=RunTotals(row["bills"], row["kwh"], row["pre_vat"], row["vat"], row["total"]),
        set_aside=row["set_aside"],
        confirmed_by=None if row["confirmed_by"] is None else Actor.model_validate(row["confirmed_by"]),
        confirmed_at=row["confirmed_at"],
        released_parts=row["released_parts"],
        released_bills=row["released_bills"],
        released_total=row["released_total"],
        left_out_bills=row["left_out_bills"],
        left_out_total=row["left_out_total"],
        ended_at=row["ended_at"],
        tariffs=row["tariffs"],
    )
