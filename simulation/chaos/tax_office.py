"""The office that tells the tax authority of a run's invoices, and a recount of what it was told.

The recount shares nothing with the product but the bills: what the authority has got is read from the messages that
have arrived at the stand-in, and held against what billing has billed and taken back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

import asyncpg
from lxml import etree

from services.invoice.authority.messages import Addresses
from services.invoice.authority.rule_files import authority_rules
from services.invoice.authority.rules import PeriodKind, period_of
from services.invoice.store import authority_messages
from services.invoice.told import make_summaries, order_summary
from shared.audit import AuditViolation
from shared.clock import now
from shared.testing.conditions import wait_until
from simulation.chaos.invoice_parties import RECEIVER
from simulation.chaos.testbed import ChaosTestbed

_OFFICE = "chaos"
_NEW, _ADJUSTING, _REPLACING = "0", "2", "3"
"""``TThai`` of a row; an invoice that is told singly has ``TCHDon``: 1 replaces, 2 adjusts."""
_OF_SINGLE = {None: _NEW, "1": _REPLACING, "2": _ADJUSTING}


class Sum(NamedTuple):
    """What invoices of one kind come to, đồng."""

    before_vat: int = 0
    vat: int = 0

    def plus(self, before_vat: int, vat: int) -> Sum:
        """Return the sum with an invoice more."""
        return Sum(self.before_vat + before_vat, self.vat + vat)


@dataclass
class Told:
    """What the authority was told."""

    invoices: Counter[tuple[str, int]] = field(default_factory=Counter)
    """Symbol and number → in how many messages."""
    sums: dict[str, Sum] = field(default_factory=dict)
    """New, adjusting, replacing → what they come to."""

    def add(self, kind: str, before_vat: int, vat: int) -> None:
        """Add what a row or an invoice comes to."""
        self.sums[kind] = self.sums.get(kind, Sum()).plus(before_vat, vat)


class TaxOffice:
    """At the end of a run it makes the summaries of the days of its invoices, and waits until all has arrived."""

    def __init__(self, testbed: ChaosTestbed) -> None:
        self._testbed = testbed
        self.told = 0
        """Messages that have arrived."""

    async def settle(self, patience: float) -> None:
        """Tell the authority of everything; what does not come to an end, the checks find."""
        if self._testbed.invoicing is None:
            return
        self._testbed.invoicing.authority.next_faults.clear()
        with suppress(AssertionError):
            await wait_until(self._all_signed, patience, every=0.5)
        await self._make_summaries()
        with suppress(AssertionError):
            await wait_until(self._all_told, patience, every=0.5)
        self.told = len(self._testbed.invoicing.authority.messages)

    async def violations(self) -> list[AuditViolation]:
        """Hold what the authority has got against the bills."""
        if self._testbed.invoicing is None:
            return []
        authority = self._testbed.invoicing.authority
        told = read_told([each.document for each in authority.messages.values()])
        found = [
            ("a message to the authority is one", code, "came with another content") for code in authority.conflicts
        ]
        found += [("the authority takes what it is told", code, "; ".join(why)) for code, why in authority.refused]
        found += faults_of(told, await _billed(self._testbed.database_urls()["billing"]))
        async with self._invoices() as connection:
            backlog = await authority_messages.backlog(connection)
            numbers = await connection.fetchval("SELECT coalesce(sum(last_number), 0) FROM number_rows")
        if backlog.open or backlog.refused:
            left = f"{backlog.open} open, {backlog.refused} refused"
            found.append(("in the end the authority was told", "messages", left))
        if len(told.invoices) != numbers:
            found.append(("every invoice is told of", "invoices", f"{len(told.invoices)} of {numbers}"))
        return [AuditViolation("tax authority", *each) for each in found]

    async def _all_signed(self) -> bool:
        async with self._invoices() as connection:
            waiting: int = await connection.fetchval(
                "SELECT (SELECT count(*) FROM waiting_bills) + (SELECT count(*) FROM unsigned_invoices)"
            )
        return not waiting

    async def _all_told(self) -> bool:
        async with self._invoices() as connection:
            untold: int = await connection.fetchval(
                "SELECT count(*) FROM invoices WHERE told_singly AND NOT EXISTS ("
                " SELECT FROM authority_messages WHERE authority_messages.invoice_id = invoices.invoice_id)"
            )
            return not untold and not (await authority_messages.backlog(connection)).open

    async def _make_summaries(self) -> None:
        """Make and order the summaries of the months of the invoices, as if each month was over."""
        rules = authority_rules(self._testbed.require_invoicing().rules_file)
        async with self._invoices() as connection:
            days = await connection.fetch(
                "SELECT DISTINCT seller_tax_code, date_trunc('month', made_on)::date AS month"
                " FROM invoices JOIN number_rows USING (symbol) ORDER BY 1, 2"
            )
            for row in days:
                period = period_of(PeriodKind.MONTH, row["month"])
                over = datetime.combine(period.last + timedelta(days=1), time(12), UTC)
                async with connection.transaction():
                    made = await make_summaries(connection, row["seller_tax_code"], period, rules, over, _OFFICE)
                    for each in made:
                        await order_summary(connection, each.summary_id, Addresses("", RECEIVER), now(), _OFFICE)

    @asynccontextmanager
    async def _invoices(self) -> AsyncIterator[asyncpg.Connection]:
        connection = await asyncpg.connect(self._testbed.database_urls()["invoice"], timeout=10)
        try:
            yield connection
        finally:
            await connection.close(timeout=10)


def read_told(documents: Sequence[bytes]) -> Told:
    """Return what messages tell of invoices: summaries and single ones."""
    told = Told()
    for document in documents:
        root = etree.fromstring(document)
        named: set[tuple[str, int]] = set()
        for row in root.iterfind("DLieu/BTHDLieu/DLBTHop/NDBTHDLieu/DSDLieu/DLieu"):
            named.add((_text(row, "KHMSHDon") + _text(row, "KHHDon"), int(_text(row, "SHDon"))))
            told.add(_text(row, "TThai"), int(_text(row, "TTCThue")), int(_text(row, "TgTThue")))
        for invoice in root.iterfind("DLieu/HDon/DLHDon"):
            head, sums = "TTChung", "NDHDon/TToan"
            named.add(
                (
                    _text(invoice, f"{head}/KHMSHDon") + _text(invoice, f"{head}/KHHDon"),
                    int(_text(invoice, f"{head}/SHDon")),
                )
            )
            kind = _OF_SINGLE[invoice.findtext(f"{head}/TTHDLQuan/TCHDon")]
            told.add(kind, int(_text(invoice, f"{sums}/TgTCThue")), int(_text(invoice, f"{sums}/TgTThue")))
        told.invoices.update(named)
    return told


def faults_of(told: Told, billed: dict[str, Sum]) -> list[tuple[str, str, str]]:
    """Return what is wrong with what the authority was told, as rule, subject and detail."""
    return [*_number_faults(told), *_sum_faults(told.sums, billed)]


def _text(element: etree._Element, path: str) -> str:
    found = element.findtext(path)
    assert found is not None, path  # noqa: S101 - the stand-in has checked the fields
    return found


def _number_faults(told: Told) -> Iterator[tuple[str, str, str]]:
    """Yield what is told of more than once, and the gaps between what is told."""
    for (symbol, number), times in sorted(told.invoices.items()):
        if times > 1:
            yield "an invoice is told of once", f"{symbol} {number}", f"{times} times"
    for symbol in sorted({symbol for symbol, _ in told.invoices}):
        numbers = {number for of, number in told.invoices if of == symbol}
        if missing := sorted(set(range(1, max(numbers) + 1)) - numbers):
            yield "the numbers that are told have no gap", symbol, f"{len(missing)} are missing, first {missing[0]}"


def _sum_faults(told: dict[str, Sum], billed: dict[str, Sum]) -> Iterator[tuple[str, str, str]]:
    for kind in sorted(told.keys() | billed.keys()):
        if (says := told.get(kind, Sum())) != (is_so := billed.get(kind, Sum())):
            yield "what is told comes to the bills", f"TThai {kind}", f"told {says}, billed {is_so}"


# A bill of 0 đồng sells nothing, and interest is no price: none of them has an invoice, and what corrects one is the
# first that has. What a replacement takes off stands in the bill that comes in the place.
_BILLED = """
SELECT CASE WHEN earlier.total = 0 THEN '0' WHEN correction.kind = 'adjustment' THEN '2'
        WHEN correction.kind = 'replacement' THEN '3' ELSE '0' END AS kind,
    sum(bills.pre_vat)::bigint AS before_vat, sum(bills.vat)::bigint AS vat
FROM bills LEFT JOIN bill_corrections AS correction ON correction.new_bill_id = bills.bill_id
LEFT JOIN bills AS earlier ON earlier.bill_id = correction.bill_id
LEFT JOIN charges ON charges.bill_id = bills.bill_id
WHERE correction.kind IS NOT NULL OR (bills.total <> 0 AND charges.kind IS DISTINCT FROM 'late_interest')
GROUP BY 1
UNION ALL
SELECT '2', -sum(taken.principal)::bigint, -sum(taken.vat)::bigint
FROM bill_reductions AS taken JOIN bill_corrections AS correction USING (correction_id)
LEFT JOIN charges ON charges.bill_id = taken.bill_id
WHERE correction.kind = 'adjustment' AND charges.kind IS DISTINCT FROM 'late_interest'
HAVING count(*) > 0
"""


async def _billed(url: str) -> dict[str, Sum]:
    connection = await asyncpg.connect(url, timeout=10)
    try:
        rows = await connection.fetch(_BILLED)
    finally:
        await connection.close(timeout=10)
    found: dict[str, Sum] = {}
    for row in rows:
        found[row["kind"]] = found.get(row["kind"], Sum()).plus(row["before_vat"], row["vat"])
    return found
