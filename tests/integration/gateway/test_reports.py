"""Reports of the office: who reads them, for which units, and as what files."""

import io
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

from services.gateway.domain.staff import StaffRole
from shared.contracts.billing import GetAgeingReport, GetCollectionsReport
from shared.contracts.invoice import GetAuthoritySummaries
from tests.integration.gateway.back_office import TOTAL
from tests.integration.gateway.conftest import GatewaySystem
from tests.integration.gateway.people import person

DAYS = "first_day=2026-11-01&last_day=2026-11-30"


async def test_reports_are_of_the_units_of_whoever_reads_them(gateway: GatewaySystem) -> None:
    accountant = await person(gateway, "lan", StaffRole.ACCOUNTANT, units=("PB1502",))
    collected = await accountant.call("GET", f"/v1/reports/collections?{DAYS}")
    aged = await accountant.call("GET", "/v1/reports/ageing")
    assert [one["amount"] for one in collected.body["sums"]] == [TOTAL]
    assert [one["age"] for one in aged.body["debts"]] == ["older"]
    (asked,) = gateway.office.asked_for(GetCollectionsReport)
    assert (asked.first_day, asked.last_day, asked.unit_codes) == (date(2026, 11, 1), date(2026, 11, 30), ["PB1502"])
    assert [one.unit_codes for one in gateway.office.asked_for(GetAgeingReport)] == [["PB1502"]]
    operator = await person(gateway, "minh", StaffRole.OPERATOR)
    assert (await operator.call("GET", "/v1/reports/ageing")).status == 403


@pytest.mark.parametrize(
    ("path", "name", "header"),
    [
        (
            f"/v1/reports/collections/export?{DAYS}",
            "collections-2026-11-01-2026-11-30",
            ["day", "unit_code", "method", "payments", "amount"],
        ),
        (
            "/v1/reports/ageing/export?",
            "ageing-",
            ["day", "unit_code", "age", "customers", "bills", "amount"],
        ),
        (
            "/v1/reports/ageing/export?by=route",
            "ageing-",
            ["day", "unit_code", "route", "age", "customers", "bills", "amount"],
        ),
    ],
)
async def test_a_report_is_a_workbook_or_a_csv(gateway: GatewaySystem, path: str, name: str, header: list[str]) -> None:
    accountant = await person(gateway, "lan", StaffRole.ACCOUNTANT)
    book = await accountant.call("GET", f"{path}&format=xlsx".replace("?&", "?"))
    assert book.headers["Content-Disposition"].startswith(f'attachment; filename="{name}')
    first, row = CalamineWorkbook.from_filelike(io.BytesIO(book.body)).get_sheet_by_index(0).to_python()
    assert (first, row[-1]) == (header, TOTAL)
    text = (await accountant.call("GET", f"{path}&format=csv".replace("?&", "?"))).body.decode("utf-8-sig")
    assert text.splitlines()[0] == ",".join(header)


async def test_summaries_for_the_tax_authority_are_seen_by_people_of_all_units(gateway: GatewaySystem) -> None:
    accountant = await person(gateway, "lan", StaffRole.ACCOUNTANT)
    of_a_unit = await person(gateway, "hoa", StaffRole.ACCOUNTANT, units=("PB1502",))

    seen = await accountant.call("GET", "/v1/reports/invoice-summaries?period=2026-11")

    assert [(one["total"], one["state"]) for one in seen.body["summaries"]] == [(1_080, "accepted")]
    assert [one.period for one in gateway.office.asked_for(GetAuthoritySummaries)] == ["2026-11"]
    assert (await of_a_unit.call("GET", "/v1/reports/invoice-summaries")).body["summaries"] == []
    assert (await accountant.call("GET", "/v1/reports/invoice-summaries?period=2026-Q5")).status == 422
