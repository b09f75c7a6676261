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
        "inbox": "what is deleted takes effect again under its natural key; what is added shows as missing",
        "consumed_kinds": "written by migrations, which are no role of the service",
    },
    "billing": {
        "credit_texts": "what payers wrote on transfers, deleted after some weeks; the bank credit is watched",
        "shown_codes": "copies of the gateway's, of the last weeks",
    },
    "customer": {
        "vocabulary": "words for the search, counted by a trigger",
        "reading_photos": "deleted after some weeks; the complaint is watched",
    },
    "gateway": {
        "device_contacts": "when a device was last here",
        "feed_refreshes": "phones that are refreshed within seconds",
        "enrolment_limits": "counts of the last minutes",
        "gateway_instances": "leases",
        "presence": "leases",
        "printer_profiles": "what a phone's printer can do",
    },
    "notify": {
        "accounts": "copies of billing's, compared with them",
        "attempt_parts": "parts of attempts, which are watched",
        "complaints": "copies of the customer service's, compared with them",
        "delivery_reports": "of providers, kept for some days",
        "ported_numbers": "a list of the operators",
        "provider_breakers": "state of minutes",
        "provider_paces": "state of seconds",
        "zalo_tokens": "secrets, renewed each hour",
    },
}


def watched(folder: Path) -> set[str]:
    return {table for file in folder.glob("*.sql") for table in BEGINS.findall(file.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("service", ["shared", "billing", "customer", "gateway", "notify", "receipt"])
def test_tables_that_may_change_are_watched(service: str) -> None:
    folder = SHARED if service == "shared" else SERVICES / service / "migrations"
    rights = tomllib.loads((folder / "rights.toml").read_text(encoding="utf-8"))
    changeable = {
        table for table, allowed in rights.items() if any(right.startswith(("UPDATE", "DELETE")) for right in allowed)
    }
    assert changeable - watched(folder) == set(UNWATCHED.get(service, {}))
