"""What the drafts of a run change, beside the bills of the month before or the drafts of another run."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.billing.runs.changes import Change, Charged
from services.billing.runs.rules import RunScope
from shared.db import Connection

_SECONDS = 300.0
_PATIENCE = "SET LOCAL statement_timeout = '300s'"


@dataclass(frozen=True, slots=True)
class Changes:
    """How many customers are charged more, less, the same, newly and not any more; and the largest changes."""

    more: int
    less: int
    same: int
    new: int
    gone: int
    difference: int
    """Of all of them, in đồng."""
    largest: list[Change]


# Lines of bills are looked up for the largest changes alone: they lie apart from what is compared of all.
_BEFORE_IN_BILLS = """
SELECT bill_number, customer_code, cycle, kwh, total, period_from, period_to, price_group, households, vat_rate,
    bill_id::text AS explained_by, make_date(year, month, 1) + interval '1 month' AS compared_month
FROM billed_months
"""
_BEFORE_IN_DRAFTS = """
SELECT bill_number, customer_code, cycle, kwh, total, period_from, period_to, price_group, households, vat_rate,
    lines AS explained_by, make_date(year, month, 1)::timestamp AS compared_month
FROM draft_bills WHERE run_id = {other}
"""
_COMPARED = """
WITH after AS (
    SELECT *, make_date(year, month, 1)::timestamp AS compared_month FROM draft_bills WHERE run_id = $1
), before AS ({before}), compared AS (
    SELECT coalesce(after.customer_code, before.customer_code) AS customer_code,
        coalesce(after.bill_number, before.bill_number) AS bill_number,
        before.total AS before_total, after.total AS after_total,
        coalesce(after.total, 0) - coalesce(before.total, 0) AS difference,
        before.kwh AS before_kwh, after.kwh AS after_kwh,
        before.period_to - before.period_from + 1 AS before_days, after.period_to - after.period_from + 1 AS after_days,
        before.price_group AS before_price_group, after.price_group AS after_price_group,
        before.households AS before_households, after.households AS after_households,
        before.vat_rate AS before_vat_rate, after.vat_rate AS after_vat_rate,
        before.explained_by AS explained_by, after.lines AS after_lines
    FROM after {join} JOIN before USING (customer_code, cycle, compared_month)
)
"""
_FIGURES = """
{compared}
SELECT count(*) FILTER (WHERE difference > 0 AND before_total IS NOT NULL) AS more,
    count(*) FILTER (WHERE difference < 0 AND after_total IS NOT NULL) AS less,
    count(*) FILTER (WHERE difference = 0 AND before_total IS NOT NULL AND after_total IS NOT NULL) AS same,
    count(*) FILTER (WHERE before_total IS NULL) AS new, count(*) FILTER (WHERE after_total IS NULL) AS gone,
    coalesce(sum(difference), 0)::bigint AS difference
FROM compared
"""
_LARGEST = """
{compared}
SELECT largest.*, {before_lines} AS before_lines
FROM (
    SELECT * FROM compared WHERE difference <> 0 ORDER BY abs(difference) DESC, bill_number LIMIT {limit}
) AS largest
ORDER BY abs(difference) DESC, bill_number
"""
_LINES_OF_BILL = "(SELECT {bills}.lines FROM billed_months AS {bills} WHERE {bills}.bill_id = explained_by::uuid)"


def _beside_bills(statement: str) -> str:
    lines = _LINES_OF_BILL.format(bills="explained")
    return statement.format(
        compared=_COMPARED.format(before=_BEFORE_IN_BILLS, join="LEFT"), limit="$2", before_lines=lines
    )


def _beside_drafts(statement: str) -> str:
    before = _BEFORE_IN_DRAFTS.format(other="$2")
    return statement.format(
        compared=_COMPARED.format(before=before, join="FULL"), limit="$3", before_lines="explained_by"
    )


_MONTH_FIGURES = _beside_bills(_FIGURES)
_MONTH_LARGEST = _beside_bills(_LARGEST)
_RUN_FIGURES = _beside_drafts(_FIGURES)
_RUN_LARGEST = _beside_drafts(_LARGEST)


async def against_month_before(connection: Connection, run_id: UUID, limit: int = 100) -> Changes:
    """Compare a run's drafts with the same customers' bills of the month before."""
    await connection.execute(_PATIENCE)
    figures = await connection.fetchrow(_MONTH_FIGURES, run_id, timeout=_SECONDS)
    largest = await connection.fetch(_MONTH_LARGEST, run_id, limit, timeout=_SECONDS)
    assert figures is not None  # noqa: S101 - an aggregate has a row
    return _changes(figures, largest)


async def against_run(connection: Connection, run_id: UUID, other: UUID, limit: int = 100) -> Changes:
    """Compare a run's drafts with those of another run that has not ended."""
    await connection.execute(_PATIENCE)
    figures = await connection.fetchrow(_RUN_FIGURES, run_id, other, timeout=_SECONDS)
    largest = await connection.fetch(_RUN_LARGEST, run_id, other, limit, timeout=_SECONDS)
    assert figures is not None  # noqa: S101 - an aggregate has a row
    return _changes(figures, largest)


_RUN_BEFORE = """
SELECT run_id FROM bill_runs
WHERE run_id <> $1 AND state = 'computed' AND unit_prefix = $2 AND year IS NOT DISTINCT FROM $3
    AND month IS NOT DISTINCT FROM $4
ORDER BY asked_at DESC LIMIT 1
"""


async def run_before(connection: Connection, run_id: UUID, scope: RunScope) -> UUID | None:
    """Return the latest other run over the same, as long as its drafts are there; None where there is none."""
    found: UUID | None = await connection.fetchval(_RUN_BEFORE, run_id, scope.unit_prefix, scope.year, scope.month)
    return found


def _changes(figures: Mapping[str, Any], largest: list[Any]) -> Changes:
    return Changes(
        **dict(figures),
        largest=[
            Change(row["customer_code"], row["bill_number"], _charged(row, "before"), _charged(row, "after"))
            for row in largest
        ],
    )


def _charged(row: Mapping[str, Any], which: str) -> Charged | None:
    if row[f"{which}_total"] is None:
        return None
    stored = row[f"{which}_lines"]
    return Charged(
        kwh=row[f"{which}_kwh"],
        days=row[f"{which}_days"],
        total=row[f"{which}_total"],
        price_group=row[f"{which}_price_group"],
        households=row[f"{which}_households"],
        vat_rate=row[f"{which}_vat_rate"],
        decisions=None if stored is None else tuple(dict.fromkeys(line["decision"] for line in json.loads(stored))),
    )
