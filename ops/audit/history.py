"""The histories of the tables of money, of all services: what was done to rows that no rule of theirs shows."""

from collections.abc import Mapping
from pathlib import Path

from ops.audit.sessions import session
from services.billing.audit import HISTORY as BILLING
from services.customer.audit import HISTORY as CUSTOMER
from services.gateway.audit import HISTORY as GATEWAY
from services.receipt.audit import HISTORY as RECEIPT
from shared.db.migrate import SHARED
from shared.db.privileges import read_rights
from shared.money_history import NO_SEAL, HistoryFindings, MoneyTable, Seal, history_findings, watched

TABLES: Mapping[str, Mapping[str, MoneyTable]] = {
    "billing": BILLING,
    "customer": CUSTOMER,
    "gateway": GATEWAY,
    "notify": {},
    "receipt": RECEIPT,
}
"""Notify has no table of money; what others than notify did there is in its history, as everywhere."""

_SERVICES = Path(__file__).parents[2] / "services"


async def read_histories(
    database_urls: Mapping[str, str], seals: Mapping[str, Seal] | None = None
) -> dict[str, HistoryFindings]:
    """Seal and check each service's history; with the ``seals`` of an audit, what came since."""
    found = {}
    for service, tables in TABLES.items():
        rights = read_rights(SHARED, _SERVICES / service / "migrations")
        since = NO_SEAL if seals is None else seals.get(service, NO_SEAL)
        async with session(database_urls, service) as connection:
            found[service] = await history_findings(
                connection, service, watched(tables, rights), since, complete=seals is None
            )
    return found
