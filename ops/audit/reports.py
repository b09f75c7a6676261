"""Reports of audits as they are kept, in billing's database, each chained to the one before."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from ops.audit.report import AuditReport, Positions
from ops.audit.sessions import session
from services.billing.store import audit_reports
from services.billing.store.audit_reports import KeptReport
from services.receipt.store import audit_results
from shared.audit import AuditViolation

COMPLETE_EVERY = timedelta(days=7)
"""A complete audit reads everything; between two of them, what has changed is enough."""


async def keep(database_urls: Mapping[str, str], report: AuditReport, finished_at: datetime) -> int:
    """Keep a report and return its number."""
    async with session(database_urls, "billing") as connection:
        return await audit_reports.add(
            connection,
            kind=report.kind,
            started_at=report.positions.audited_at,
            finished_at=finished_at,
            ok=report.ok,
            violations=len(report.violations),
            content=json.dumps(report.as_dict(), ensure_ascii=False, sort_keys=True),
        )


async def send_outside(database_urls: Mapping[str, str]) -> None:
    """Give the last report to the receipt service, whose next checkpoint carries its result and link outside."""
    (last,) = await read(database_urls, 1)
    async with session(database_urls, "receipt") as connection:
        await audit_results.add_audit_result(
            connection,
            report=last.report,
            violations=last.violations,
            finished_at=last.finished_at,
            link=last.link,
        )


async def read(database_urls: Mapping[str, str], limit: int) -> list[KeptReport]:
    """Return the last reports, the latest first."""
    async with session(database_urls, "billing") as connection:
        return await audit_reports.latest(connection, limit)


async def read_one(database_urls: Mapping[str, str], number: int) -> list[KeptReport]:
    """Return the report of a number; nothing where there is none."""
    async with session(database_urls, "billing") as connection:
        return await audit_reports.numbered(connection, number)


async def check(database_urls: Mapping[str, str]) -> list[AuditViolation]:
    """Return where the chain of kept reports is broken."""
    async with session(database_urls, "billing") as connection:
        kept_in_order = await audit_reports.in_order(connection)
    link, found = audit_reports.FIRST_LINK, []
    for kept in kept_in_order:
        if audit_reports.link_of(link, kept.content) != kept.link or json.loads(kept.content)["ok"] != kept.ok:
            found.append(
                AuditViolation(
                    "billing",
                    "reports of audits are as they were kept",
                    str(kept.report),
                    "it does not follow the report before it",
                )
            )
        link = kept.link
    return found


async def positions_to_go_on_from(database_urls: Mapping[str, str], now: datetime) -> Positions | None:
    """Return how far the last audit came; None where a complete one is due, or the last one found something."""
    kept = await read(database_urls, 100)
    last_complete = next((report for report in kept if report.kind == "complete"), None)
    if not kept or not kept[0].ok or last_complete is None or now - last_complete.started_at > COMPLETE_EVERY:
        return None
    return Positions.from_dict(json.loads(kept[0].content)["positions"])
