"""The histories of the tables of money, of all services: what was done to rows that no rule of theirs shows."""

from collections.abc import Mapping
from pathlib import Path

from ops.audit.sessions import session, together
from services.billing.audit import HISTORY as BILLING
from services.customer.audit import HISTORY as CUSTOMER
from services.gateway.audit import HISTORY as GATEWAY
from services.receipt.audit import HISTORY as RECEIPT
from shared.db.migrate import SHARED
from shared.db.privileges import read_rights
from shared.money_history import (
    NO_SEAL,
    HistoryFindings,
    MoneyTable,
    Seal,
    history_findings,
    seal_history,
    watched,
)

TABLES: Mapping[str, Mapping[str, MoneyTable]] = {
    "billing": BILLING,
    "customer": CUSTOMER,
    "gateway": GATEWAY,
    "invoice": {},
    "notify": {},
    "receipt": RECEIPT,
}
"""Notify and invoice change no row of money; what others than they did there is in their histories, as everywhere."""

_SERVICES = Path(__file__).parents[2] / "services"


async def seal_histories(database_urls: Mapping[str, str]) -> dict[str, Seal]:
    """Seal each service's history: what is written after that is looked at by the next audit, too."""
    sealed = await together(*(_sealed(database_urls, service) for service in TABLES))
    return dict(zip(TABLES, sealed, strict=True))


async def read_histories(
    database_urls: Mapping[str, str], seals: Mapping[str, Seal], since: Mapping[str, Seal] | None = None
) -> dict[str, HistoryFindings]:
    """Check each service's history up to its seal; with the seals of an audit (``since``), what came after them."""
    found = await together(*(_findings(database_urls, service, seals[service], since) for service in TABLES))
    return dict(zip(TABLES, found, strict=True))


async def _sealed(database_urls: Mapping[str, str], service: str) -> Seal:
    async with session(database_urls, service) as connection:
        return await seal_history(connection)


async def _findings(
    database_urls: Mapping[str, str], service: str, seal: Seal, since: Mapping[str, Seal] | None
) -> HistoryFindings:
    tables = watched(TABLES[service], read_rights(SHARED, _SERVICES / service / "migrations"))
    begin = NO_SEAL if since is None else since.get(service, NO_SEAL)
    async with session(database_urls, service) as connection:
        return await history_findings(connection, service, tables, begin, complete=since is None, seal=seal)
