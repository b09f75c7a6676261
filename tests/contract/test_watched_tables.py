"""Every table that a service may change or delete from is watched, or is named here with the reason why not.

Rows that are only ever added need no trigger: the server counts who changes them (ops/audit/append_only.py).
"""

import re
import tomllib
from pathlib import Path

import pytest

SERVICES = Path("services")
SHARED = Path("shared/db/sql")
BEGINS = re.compile(r"begin_(?:money_history|history_of_others)\(\s*'(\w+)'")

UNWATCHED = {
    "shared": {
        "consumed_kinds": "written by migrations, which are no role of the service",
    },
    "billing": {
        "bill_complaints": "copies of the customer service's, compared with them",
        "disputed_bills": "derived from complaints and corrections, compared with them",
        "credit_texts": "what payers wrote on transfers, deleted after some weeks; the bank credit is watched",
        "partner_days": "sums of the register, compared with it by the audit",
        "shift_totals": "sums that triggers keep, compared with the payments",
        "slip_photos": "deleted after some months; the hand-in is watched",
        "shown_codes": "copies of the gateway's, of the last weeks",
    },
    "customer": {
        "vocabulary": "words for the search, counted by imports and by a trigger",
        "reading_photos": "deleted after some weeks; the complaint is watched",
    },
    "gateway": {
        "device_contacts": "when a device was last here",
        "feed_refreshes": "phones that are refreshed within seconds",
        "enrolment_limits": "counts of the last minutes",
        "gateway_instances": "leases",
        "partner_nonces": "of the last minutes",
        "door_leases": "leases of seconds",
        "presence": "leases",
        "printer_profiles": "what a phone's printer can do",
    },
    "invoice": {
        "unsigned_invoices": "what waits for its signature; invoices and signatures are compared",
        "waiting_bills": "what waits for its invoice; bills and invoices are compared",
    },
    "notify": {
        "issued_invoices": "copies of those of invoice, deleted after a year",
        "order_photos": "deleted after some months; the order is watched",
        "accounts": "copies of billing's, compared with them",
        "agreements": "copies of billing's, where an agreement is watched",
        "attempt_parts": "parts of attempts, which are watched",
        "complaints": "copies of the customer service's, compared with them",
        "delivery_reports": "of providers, kept for some days",
        "ported_numbers": "a list of the operators",
        "provider_breakers": "state of minutes",
        "provider_paces": "state of seconds",
        "waiting_credits": "copies of billing's, compared with nothing yet: a credit is watched there",
        "zalo_tokens": "secrets, renewed each hour",
    },
}


def watched(folder: Path) -> set[str]:
    return {table for file in folder.glob("*.sql") for table in BEGINS.findall(file.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("service", ["shared", "billing", "customer", "gateway", "invoice", "notify", "receipt"])
def test_tables_that_may_change_are_watched(service: str) -> None:
    folder = SHARED if service == "shared" else SERVICES / service / "migrations"
    rights = tomllib.loads((folder / "rights.toml").read_text(encoding="utf-8"))
    changeable = {
        table.removeprefix("+")  # beside what every service may
        for table, allowed in rights.items()
        if any(right.startswith(("UPDATE", "DELETE")) for right in allowed)
    }
    assert changeable - watched(folder) == set(UNWATCHED.get(service, {}))
