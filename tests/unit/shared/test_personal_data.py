"""The list of personal data is whole, and code, documents and settings say the same."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from ops.personal_data import _KINDS
from services.billing.settings import BillingSettings
from services.customer.settings import CustomerSettings
from services.gateway.settings import GatewaySettings
from shared.db.migrate import SHARED
from shared.db.privileges import read_rights
from shared.messaging.pruner import ARCHIVE_DAYS
from shared.personal_data.kinds import Kind, kind_of, personal_data
from shared.personal_data.retention import FILE, kept_for, load_retention
from shared.rule_files import RuleFileError

SERVICES = ("customer", "billing", "receipt", "invoice", "notify", "gateway")
DATA = personal_data()
KINDS = (*DATA.kinds, *DATA.shared)


def default(settings: Any, name: str) -> Any:
    return settings.model_fields[name].default


def has_table(service: str) -> list[str]:
    return [table for kind in KINDS if kind.service == service for table in kind.tables] + DATA.not_personal[service]  # type: ignore[index]


@pytest.mark.parametrize("service", SERVICES)
def test_every_table_has_its_kind_or_holds_nothing_personal(service: str) -> None:
    of_all = set(read_rights(SHARED))
    tables = set(read_rights(SHARED, Path("services", service, "migrations"))) - of_all
    assert Counter(has_table(service)) == Counter(tables)
    assert Counter(has_table("shared")) == Counter(of_all)


@pytest.mark.parametrize("service", SERVICES)
def test_what_a_service_shows_of_a_person_is_in_the_list_with_its_words(service: str) -> None:
    shown = set(import_module(f"services.{service}.store.personal_data").HELD)
    assert shown <= {kind.kind for kind in DATA.kinds if kind.service == service}
    assert shown <= _KINDS.keys()


def test_the_data_officers_page_has_the_list_as_the_code_has_it() -> None:
    page = Path("docs/personal-data.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in row.strip("|").split("|")]
        for row in re.findall(r"^\| `[\w.]+` \|.*$", page, re.MULTILINE)
    ]

    def as_row(kind: Kind) -> list[str]:
        how_long = kind.how_long
        if kind.setting not in (None, "none"):
            how_long += f" (`{kind.setting}`)"
        return [f"`{kind.kind}`", kind.holds, kind.why, how_long, kind.erased.replace("_", " ")]

    assert rows == [as_row(kind) for kind in KINDS]
    for processor in DATA.processors:
        assert f"| {processor.who} | {processor.gets} | {processor.why} | {processor.erased} |" in page


def test_the_list_says_the_periods_that_the_services_keep() -> None:
    [rule] = load_retention(FILE)
    said = {kind.kind: kind.days for kind in KINDS if kind.setting == "THUNGAN_RETENTION_FILE"}
    assert said.pop("notify.attempts") == said["notify.messages"]
    assert said == rule.days
    of_settings = {
        "customer.complaints": default(CustomerSettings, "settled_complaint_days"),
        "customer.photos": default(CustomerSettings, "photo_days"),
        "billing.bank_texts": default(BillingSettings, "bank_texts_kept_days"),
        "gateway.papers": default(GatewaySettings, "document_retention") / 86_400,
        "gateway.account_updates": default(GatewaySettings, "feed_retention") / 86_400,
        "messages": ARCHIVE_DAYS,
    }
    for name, days in of_settings.items():
        kind = kind_of(name)
        assert kind is not None
        assert kind.days == days, name


def test_the_rule_of_a_day_counts_and_a_file_names_every_kind(tmp_path: Path) -> None:
    shipped = FILE.read_text(encoding="utf-8")
    days = shipped.partition("days:\n")[2]
    file = tmp_path / "retention.yaml"
    file.write_text(f"{shipped}  - from: 2027-01-01\n    days:\n{days.replace('400', '100')}", encoding="utf-8")
    rules = load_retention(file)
    kept = [kept_for(rules, "notify.messages", datetime(year, 6, 1, tzinfo=UTC)) for year in (2025, 2026, 2027)]
    assert kept == [timedelta(days=400), timedelta(days=400), timedelta(days=100)]
    file.write_text("rules: [{from: 2026-01-01, days: {notify.messages: 10}}]", encoding="utf-8")
    with pytest.raises(RuleFileError, match=r"missing or unknown: billing\.shown_codes"):
        load_retention(file)
