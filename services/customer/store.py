"""What the customer service keeps, and all SQL about it apart from searching and importing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from asyncpg import Record

from services.customer.domain import Account, PastVisit, Standing
from services.customer.statements import statement
from shared.contracts.common import CustomerFacts, NextStep, Outcome
from shared.contracts.customer import CollectorDetails, CustomerSummary, PhoneCorrected, RouteStop, Visit
from shared.db import Connection

_ANNOUNCE = statement("announce")
_SUMMARIES = statement("summaries")
_STOPS = statement("stops")
_SAVE_VISIT = statement("save_visit")
_SAVE_STANDING = statement("save_standing")
_STANDING = """
SELECT account_version, debt, cleared_version, cleared_at, step, misses, appointment FROM standings
WHERE customer_code = $1
"""
_LOCKED_STANDING = f"{_STANDING} FOR UPDATE"


@dataclass(frozen=True)
class Recorded:
    """A request that was done before: the digest of its content, and its answer."""

    fingerprint: str
    answer: Any


async def collector(connection: Connection, collector_code: str) -> CollectorDetails | None:
    """Return a collector with the codes of the routes, or None."""
    row = await connection.fetchrow(
        "SELECT collector_code, name, phone, unit_code, active, ARRAY("
        "  SELECT route_code FROM routes WHERE routes.collector_code = $1 ORDER BY route_code) AS routes"
        " FROM collectors WHERE collector_code = $1",
        collector_code,
    )
    return None if row is None else CollectorDetails.model_validate(dict(row))


async def routes_of(connection: Connection, collector_code: str) -> list[str]:
    """Return the codes of a collector's routes."""
    rows = await connection.fetch("SELECT route_code FROM routes WHERE collector_code = $1", collector_code)
    return [row["route_code"] for row in rows]


async def is_on_route(connection: Connection, customer_code: str, collector_code: str) -> bool:
    """Whether there is such a customer on a route of the collector."""
    return bool(
        await connection.fetchval(
            "SELECT true FROM customers JOIN routes USING (route_code)"
            " WHERE customer_code = $1 AND collector_code = $2",
            customer_code,
            collector_code,
        )
    )


async def facts(connection: Connection, customer_code: str) -> CustomerFacts | None:
    """Return the contract facts of a customer, or None."""
    row = await connection.fetchrow(
        "SELECT facts, coalesce(version, 0) AS version FROM customer_facts"
        " LEFT JOIN announcements USING (customer_code) WHERE customer_code = $1",
        customer_code,
    )
    return None if row is None else _facts(row)


async def lock_customers(connection: Connection, customer_codes: Sequence[str]) -> None:
    """Let nobody else change these customers before the transaction ends."""
    await connection.execute(
        "SELECT FROM customers WHERE customer_code = ANY ($1::text[]) ORDER BY customer_code FOR NO KEY UPDATE",
        customer_codes,
    )


async def announce(connection: Connection, customer_codes: Sequence[str], now: datetime) -> list[CustomerFacts]:
    """Return the facts of those of the customers whose facts have changed, each with its new version.

    Whoever calls this locks the customers before (:func:`lock_customers`) and emits ``customer.changed`` for each.
    """
    return [_facts(row) for row in await connection.fetch(_ANNOUNCE, customer_codes, now, timeout=300)]


def _facts(row: Record) -> CustomerFacts:
    return CustomerFacts.model_validate({**row["facts"], "version": row["version"]})


async def summaries(connection: Connection, customer_codes: Sequence[str]) -> dict[str, CustomerSummary]:
    """Return each customer as a line of a list, by customer code."""
    rows = await connection.fetch(_SUMMARIES, customer_codes)
    return {row["customer_code"]: CustomerSummary.model_validate(dict(row)) for row in rows}


async def stops(
    connection: Connection, collector_code: str, day: tuple[datetime, datetime], skip: int, most: int
) -> tuple[list[RouteStop], int]:
    """Return stops of a collector's day in the order of walking, and how many there are in all.

    ``day`` is its first moment and the first one after it.
    """
    rows = await connection.fetch(_STOPS, collector_code, *day, skip, most)
    found = [
        RouteStop(
            customer=CustomerSummary.model_validate(dict(row)),
            done_today=row["done_today"],
            promised_today=row["promised_today"],
            last_outcome=row["last_outcome"],
        )
        for row in rows
    ]
    return found, rows[0]["total"] if rows else skip


async def account(connection: Connection, customer_code: str, *, lock: bool = False) -> tuple[Account, Standing]:
    """Return what billing has reported of a customer and where the customer stands; with ``lock``, ours to change."""
    row = await connection.fetchrow(_LOCKED_STANDING if lock else _STANDING, customer_code)
    if row is None and lock:
        await connection.execute(
            "INSERT INTO standings (customer_code) VALUES ($1) ON CONFLICT DO NOTHING", customer_code
        )
        row = await connection.fetchrow(_LOCKED_STANDING, customer_code)
    if row is None:
        return Account(), Standing(NextStep.SETTLED, misses=0, appointment=None)
    return (
        Account(row["account_version"], row["debt"], row["cleared_version"], row["cleared_at"]),
        Standing(NextStep(row["step"]), row["misses"], row["appointment"]),
    )


async def save_standing(connection: Connection, customer_code: str, account: Account, standing: Standing) -> None:
    """Keep what is known of the account and where the customer stands; the row was locked with :func:`account`."""
    await connection.execute(
        _SAVE_STANDING,
        customer_code,
        account.version,
        account.debt,
        account.cleared_version,
        account.cleared_at,
        standing.step,
        standing.misses,
        standing.appointment,
    )


async def past_visits(
    connection: Connection, customer_code: str, cleared_version: int, besides: UUID | None = None
) -> list[PastVisit]:
    """Return the visits for the present debt, all but the visit ``besides``."""
    rows = await connection.fetch(
        "SELECT outcome, visited_at, appointment, account_version FROM visits"
        " WHERE customer_code = $1 AND account_version > $2 AND visit_id IS DISTINCT FROM $3",
        customer_code,
        cleared_version,
        besides,
    )
    return [
        PastVisit(Outcome(row["outcome"]), row["visited_at"], row["appointment"], row["account_version"])
        for row in rows
    ]


async def visits_of(connection: Connection, customer_code: str, most: int) -> list[Visit]:
    """Return the latest visits of a customer, the latest first."""
    rows = await connection.fetch(
        "SELECT visit_id, customer_code, collector_code, outcome, visited_at, appointment, note, next_step, misses"
        " FROM visits WHERE customer_code = $1 ORDER BY visited_at DESC, visit_id DESC LIMIT $2",
        customer_code,
        most,
    )
    return [Visit.model_validate(dict(row)) for row in rows]


async def recorded_visit(connection: Connection, visit_id: UUID) -> dict[Outcome, Recorded]:
    """Return what was recorded of a visit, by outcome; empty when nothing was."""
    rows = await connection.fetch(
        "SELECT outcome, fingerprint, answer FROM visit_records WHERE visit_id = $1", visit_id
    )
    return {Outcome(row["outcome"]): Recorded(row["fingerprint"], row["answer"]) for row in rows}


async def save_visit(
    connection: Connection,
    visit: Visit,
    *,
    device_id: UUID | None,
    account_version: int,
    fingerprint: str,
    now: datetime,
) -> bool:
    """Keep a visit with its answer. Returns False when the visit id belongs to another customer or collector."""
    kept = await connection.fetchval(
        _SAVE_VISIT,
        visit.visit_id,
        visit.customer_code,
        visit.collector_code,
        device_id,
        visit.outcome,
        visit.visited_at,
        visit.appointment,
        visit.note,
        visit.next_step,
        visit.misses,
        account_version,
    )
    if kept is None:
        return False
    await connection.execute(
        "INSERT INTO visit_records (visit_id, outcome, fingerprint, answer, recorded_at) VALUES ($1, $2, $3, $4, $5)",
        visit.visit_id,
        visit.outcome,
        fingerprint,
        visit.model_dump(mode="json"),
        now,
    )
    return True


async def phone_of(connection: Connection, customer_code: str) -> str | None:
    """Return the number on record, or None."""
    phone: str | None = await connection.fetchval("SELECT phone FROM customers WHERE customer_code = $1", customer_code)
    return phone


async def recorded_correction(connection: Connection, correction_id: UUID) -> Recorded | None:
    """Return what was recorded under this id, or None."""
    row = await connection.fetchrow(
        "SELECT correction_id, customer_code, old_phone, new_phone, fingerprint FROM phone_corrections"
        " WHERE correction_id = $1",
        correction_id,
    )
    return None if row is None else Recorded(row["fingerprint"], PhoneCorrected.model_validate(dict(row)))


async def save_correction(
    connection: Connection,
    corrected: PhoneCorrected,
    *,
    collector_code: str,
    reason: str,
    fingerprint: str,
    now: datetime,
) -> bool:
    """Change a customer's number and keep who did it, when and why. Returns False when the id is already in use."""
    kept = await connection.fetchval(
        "INSERT INTO phone_corrections (correction_id, customer_code, collector_code, old_phone, new_phone, reason,"
        " fingerprint, corrected_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING"
        " RETURNING correction_id",
        corrected.correction_id,
        corrected.customer_code,
        collector_code,
        corrected.old_phone,
        corrected.new_phone,
        reason,
        fingerprint,
        now,
    )
    if kept is None:
        return False
    await connection.execute(
        "UPDATE customers SET phone = $2 WHERE customer_code = $1 AND phone IS DISTINCT FROM $2",
        corrected.customer_code,
        corrected.new_phone,
    )
    return True
