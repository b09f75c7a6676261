"""The office hands in a list: looked at first, imported all or nothing, and never about what other units have."""

import base64
from typing import Any

import pytest

from shared.contracts.customer import (
    CompanyListKind,
    CustomerChanged,
    GetCustomer,
    ListFile,
    ListFileOutcome,
    ListKind,
    TakeCompanyList,
    TakeList,
)
from shared.csv_files import first_look
from tests.integration.customer.customer_service import HEADERS, TOWN, Service

HANH, HANG, UT, THANH = (f"PB1401000000{number}" for number in (1, 2, 3, 4))
NEW = "PB14010000009,Lý Văn Tám,3 Lê Lợi,0953 000 109,,PB1401,R1,9,household,1,true"
RENAMED = TOWN["customers.csv"][0].replace("Nguyễn Thị Hạnh", "Nguyễn Thị Hạnh Dung")
OTHER_UNIT = "PB1502"


async def hand_in(
    service: Service, *lines: str, kind: ListKind | CompanyListKind = ListKind.CUSTOMERS, **how: Any
) -> ListFile:
    content = "\n".join([HEADERS[f"{kind}.csv"], *lines]) + "\n"
    name = how.pop("name", "danh sach.csv")
    encoded = base64.b64encode(content.encode()).decode()
    if isinstance(kind, CompanyListKind):
        return await service.ask(TakeCompanyList(kind=kind, name=name, content=encoded, **how))
    return await service.ask(TakeList(kind=kind, name=name, content=encoded, **how))


async def name_of(service: Service, code: str) -> str:
    return (await service.ask(GetCustomer(customer_code=code))).facts.name


async def test_a_trial_says_what_an_import_would_do_and_stores_nothing(service: Service) -> None:
    before = len(await service.emitted(CustomerChanged))
    tried = await hand_in(service, RENAMED, TOWN["customers.csv"][1], NEW, is_trial=True)
    assert tried.outcome is ListFileOutcome.TRIED
    assert (tried.lines, tried.added, tried.changed, tried.unchanged) == (3, 1, 1, 1)
    assert tried.changed_fields == {"name": 1}
    assert [(one.line, one.key, one.fields) for one in tried.changes] == [(2, HANH, ["name"])]
    assert tried.columns == HEADERS["customers.csv"].split(",")
    assert tried.first_rows[0][:2] == [HANH, "Nguyễn Thị Hạnh Dung"]
    assert await name_of(service, HANH) == "Nguyễn Thị Hạnh"
    assert len(await service.emitted(CustomerChanged)) == before


async def test_an_import_stores_announces_and_says_how_many(service: Service) -> None:
    before = len(await service.emitted(CustomerChanged))
    taken = await hand_in(service, RENAMED, NEW)
    assert (taken.outcome, taken.added, taken.changed, taken.announced) == (ListFileOutcome.TAKEN, 1, 1, 2)
    assert await name_of(service, HANH) == "Nguyễn Thị Hạnh Dung"
    told = (await service.emitted(CustomerChanged))[before:]
    assert {event.customer.customer_code for event in told} == {HANH, "PB14010000009"}
    again = await hand_in(service, RENAMED, NEW)
    assert (again.outcome, again.unchanged, again.announced) == (ListFileOutcome.TAKEN, 2, 0)


async def test_a_wrong_line_refuses_the_whole_or_is_left_out_and_given_back(service: Service) -> None:
    wrong = NEW.replace("R1,9", "R77,9")
    refused = await hand_in(service, RENAMED, wrong)
    assert (refused.outcome, refused.bad_count) == (ListFileOutcome.REFUSED, 1)
    assert [(one.line, one.column, one.slug) for one in refused.bad] == [(3, "route_code", "unknown-reference")]
    assert await name_of(service, HANH) == "Nguyễn Thị Hạnh"
    kept = await hand_in(service, RENAMED, wrong, keep_good=True)
    assert (kept.outcome, kept.rejected_count, kept.changed) == (ListFileOutcome.TAKEN, 1, 1)
    assert kept.reject_file is not None
    assert "Lý Văn Tám" in kept.reject_file
    assert await name_of(service, HANH) == "Nguyễn Thị Hạnh Dung"


async def test_meters_are_handed_in_too(service: Service) -> None:
    taken = await hand_in(service, f"21000009,{HANH},1,5,2026-01-01", kind=ListKind.METERS)
    assert (taken.outcome, taken.added, taken.announced) == (ListFileOutcome.TAKEN, 1, 1)


async def test_a_unit_its_collector_and_its_route_are_handed_in_and_have_customers_then(service: Service) -> None:
    lines: list[tuple[ListKind | CompanyListKind, str]] = [
        (CompanyListKind.UNITS, f"{OTHER_UNIT},Điện lực Năm Căn,1 Hùng Vương,0300942001,19001006"),
        (CompanyListKind.COLLECTORS, f"TN9,Võ Văn Chín,0950 000 009,{OTHER_UNIT},true"),
        (CompanyListKind.ROUTES, f"R8,Khóm 8,{OTHER_UNIT},TN9"),
        (ListKind.CUSTOMERS, f"PB15020000001,Lê Thị Chín,1 Hùng Vương,,,{OTHER_UNIT},R8,1,household,1,true"),
    ]
    assert (await hand_in(service, lines[2][1], kind=CompanyListKind.ROUTES)).outcome is ListFileOutcome.REFUSED
    assert [(await hand_in(service, line, kind=kind)).added for kind, line in lines] == [1, 1, 1, 1]
    assert await name_of(service, "PB15020000001") == "Lê Thị Chín"


@pytest.mark.parametrize(
    ("kind", "line", "column"),
    [
        (ListKind.CUSTOMERS, NEW, "unit_code"),
        (ListKind.CUSTOMERS, NEW.replace("PB1401,R1", f"{OTHER_UNIT},R1"), "route_code"),
        (ListKind.CUSTOMERS, RENAMED.replace("PB1401,R1", f"{OTHER_UNIT},R8"), "customer_code"),
        (ListKind.METERS, f"21000009,{HANH},1,5,2026-01-01", "customer_code"),
        (ListKind.METERS, "21000001,PB15020000001,1,5,2020-01-01", "meter_number"),
    ],
)
async def test_what_another_unit_has_is_unknown(service: Service, kind: ListKind, line: str, column: str) -> None:
    await service.import_town(
        units=[*TOWN["units.csv"], f"{OTHER_UNIT},Điện lực Năm Căn,1 Hùng Vương,0300942001,19001006"],
        collectors=[*TOWN["collectors.csv"], f"TN9,Võ Văn Chín,0950 000 009,{OTHER_UNIT},true"],
        routes=[*TOWN["routes.csv"], f"R8,Khóm 8,{OTHER_UNIT},TN9"],
        customers=[
            *TOWN["customers.csv"],
            f"PB15020000001,Lê Thị Chín,1 Hùng Vương,,,{OTHER_UNIT},R8,1,household,1,true",
        ],
    )
    refused = await hand_in(service, line, kind=kind, unit_codes=[OTHER_UNIT])
    assert refused.outcome is ListFileOutcome.REFUSED
    assert [(one.column, one.slug) for one in refused.bad] == [(column, "unknown-reference")]
    assert (await hand_in(service, line, kind=kind, is_trial=True)).bad == []
    own = f"PB15020000002,Lê Thị Mười,2 Hùng Vương,,,{OTHER_UNIT},R8,2,household,1,true"
    assert (await hand_in(service, own, unit_codes=[OTHER_UNIT])).added == 1


async def test_what_takes_longer_than_a_person_waits_is_refused(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_look, "MOST_LINES", 10)
    refused = await hand_in(service, *(NEW.replace("0000009", f"{number:07}") for number in range(100, 120)))
    assert (refused.outcome, refused.bad[0].slug) == (ListFileOutcome.REFUSED, "too-large")


async def test_what_is_no_list_is_refused_with_its_reason(service: Service) -> None:
    refused = await service.ask(
        TakeList(kind=ListKind.CUSTOMERS, name="anh.png", content=base64.b64encode(b"\x89PNG\r\n\x1a\n").decode())
    )
    assert (refused.outcome, refused.bad_count, refused.first_rows) == (ListFileOutcome.REFUSED, 1, [])
