"""Lists are imported as a whole or not at all, and only what changed is announced."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pyarrow.csv import read_csv
from pyarrow.parquet import write_table

from services.customer.imports.files import import_customers
from services.customer.store import new_rows
from services.customer.store.imports import begin_import
from shared.contracts.customer import (
    CollectorChanged,
    CorrectPhone,
    CorrectPhoneAtDesk,
    CustomerChanged,
    CustomersChanged,
    GetCollector,
    GetCustomer,
    SearchCustomers,
)
from shared.contracts.message import Event
from shared.csv_files import ImportOptions
from shared.ids import new_id
from shared.problems import Problem
from shared.testing import wait_until
from tests.integration.customer.customer_service import HEADERS, TOWN, Service, write_town

HANH = "PB14010000001"


async def changed(service: Service) -> list[tuple[str, int]]:
    events = await service.emitted(CustomerChanged)
    return [(event.customer.customer_code, event.customer.version) for event in events]


def codes_of(events: list[Event]) -> list[str]:
    return [event.customer.customer_code for event in events if isinstance(event, CustomerChanged)]


async def test_a_first_import_emits_every_customer_with_all_facts(service: Service) -> None:
    events = await service.emitted(CustomerChanged)
    codes = [f"PB1401000000{number}" for number in (1, 2, 3, 4)]
    assert [event.customer.customer_code for event in events] == codes
    facts = events[0].customer
    assert (facts.version, facts.name, facts.phone, facts.households) == (1, "Nguyễn Thị Hạnh", "+84953000101", "1")
    assert (facts.unit.name, facts.collector.name, facts.route_code) == ("Điện lực Cà Mau", "Lê Văn Thu", "R1")
    assert facts.meter is not None
    assert facts.meter.meter_number == "21000001"
    assert facts == (await service.ask(GetCustomer(customer_code=HANH))).facts
    # Each customer's events come in order; those of different customers overtake each other.
    await wait_until(lambda: sorted(codes_of(service.received)) == codes)


async def test_importing_the_same_again_changes_and_emits_nothing(service: Service) -> None:
    report = await service.import_town()
    assert (report.ok, report.customers_announced) == (True, 0)
    assert all(file.unchanged == file.rows for file in report.files.values())
    assert len(await changed(service)) == 4


async def test_only_customers_that_changed_are_announced_with_their_next_version(service: Service) -> None:
    lines = [TOWN["customers.csv"][0].replace("12 Lê Lợi", "12A Lê Lợi"), *TOWN["customers.csv"][1:]]
    report = await service.import_town(customers=lines)
    assert (report.files["customers.csv"].changed, report.customers_announced) == (1, 1)
    assert (await changed(service))[4:] == [(HANH, 2)]


async def test_an_old_address_is_announced_and_outlives_lists_that_have_no_column_for_it(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = HEADERS["customers.csv"]
    monkeypatch.setitem(HEADERS, "customers.csv", f"{header},ward,address_old")
    new = [
        TOWN["customers.csv"][0].replace("12 Lê Lợi", "12 Lê Lợi (mới)") + ',Phường An Xuyên,"45 Bà Triệu, phường 2"',
        *(f"{line},," for line in TOWN["customers.csv"][1:]),
    ]
    report = await service.import_town(customers=new)
    assert (report.ok, report.customers_announced) == (True, 1)
    facts = (await service.emitted(CustomerChanged))[-1].customer
    assert (facts.ward, facts.address_old) == ("Phường An Xuyên", "45 Bà Triệu, phường 2")
    for words in ("ba trieu hanh", "an xuyen hanh", "45 ba trieu"):
        found = (await service.ask(SearchCustomers(query=words))).matches
        assert [(match.customer.customer_code, match.customer.address_old) for match in found][:1] == [
            (HANH, "45 Bà Triệu, phường 2")
        ]
    assert (await service.import_town(customers=new)).customers_announced == 0
    monkeypatch.setitem(HEADERS, "customers.csv", header)
    await service.import_town()
    facts = (await service.emitted(CustomerChanged))[-1].customer
    assert (facts.address, facts.ward, facts.address_old) == ("12 Lê Lợi", "Phường An Xuyên", "45 Bà Triệu, phường 2")
    monkeypatch.setitem(HEADERS, "customers.csv", f"{header},ward,address_old")
    await service.import_town(customers=[f"{line},," for line in TOWN["customers.csv"]])
    facts = (await service.emitted(CustomerChanged))[-1].customer
    assert (facts.ward, facts.address_old) == (None, None)
    vocabulary = await service.pool.fetch("SELECT in_addresses FROM vocabulary WHERE word IN ('xuyen', 'trieu')")
    assert [row["in_addresses"] for row in vocabulary] == [0, 0]


async def test_the_plate_of_a_meter_is_kept_where_the_list_tells_it_and_stays_where_it_does_not(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = HEADERS["meters.csv"]
    await service.import_town()
    monkeypatch.setitem(HEADERS, "meters.csv", f"{header},max_amperes,phases,ct_ratio,vt_ratio")
    with_plates = [
        f"{TOWN['meters.csv'][0]},3x5(6)A,3,100 / 5,220",
        *(f"{line},,,," for line in TOWN["meters.csv"][1:]),
    ]
    refused = await service.import_town(meters=with_plates)
    assert [(bad.column, bad.slug) for bad in refused.bad_lines] == [("max_amperes", "bad-amperes")]
    with_plates[0] = with_plates[0].replace("3x5(6)A", "5(6)A")
    # Those of whom the list tells nothing have the facts that they had.
    assert (await service.import_town(meters=with_plates)).customers_announced == 1
    meter = (await service.emitted(CustomerChanged))[-1].customer.meter
    assert meter is not None
    assert (meter.max_amperes, meter.phases, meter.ct_ratio, meter.vt_ratio) == (6, 3, "100/5", "220")
    monkeypatch.setitem(HEADERS, "meters.csv", header)
    assert (await service.import_town()).customers_announced == 0


async def everything(service: Service) -> list[object]:
    """Return all that an import writes; not which events have been sent meanwhile."""
    events = "(SELECT message_id, body FROM outbox)"
    tables = ("units", "collectors", "routes", "customers", "meters", "announcements", events, "acts")
    return [
        await service.pool.fetch(f"SELECT count(*), md5(string_agg(t::text, '' ORDER BY t::text)) FROM {table} t")
        for table in tables
    ]


async def test_a_dry_run_says_what_an_import_would_do_and_stores_nothing(service: Service) -> None:
    await service.import_town()
    first, second, *others = TOWN["customers.csv"]
    changed = [
        first.replace("12 Lê Lợi", "12 Lê Lai").replace("0953 000 101", "0953 000 999"),
        second.replace("household,1", "household,2"),
        *others,
        first.replace("PB14010000001", "PB14010000077"),
    ]
    before = await everything(service)
    said = await service.import_town(customers=changed, dry_run=True)
    assert await everything(service) == before
    file = said.files["customers.csv"]
    assert (file.added, file.changed, file.unchanged) == (1, 2, len(others))
    assert file.changed_fields == {"address": 1, "households": 1, "phone": 1}
    assert [(one.line, one.key, one.fields) for one in said.changes] == [
        (2, "PB14010000001", ("address", "phone")),
        (3, "PB14010000002", ("households",)),
    ]
    # Not what customers are called or where they live: a report is passed on.
    assert "Lê Lai" not in str(said.as_dict())
    done = await service.import_town(customers=changed)
    assert {name: (one.added, one.changed) for name, one in done.files.items()} == {
        name: (one.added, one.changed) for name, one in said.files.items()
    }


async def test_a_dry_run_names_what_an_import_would_refuse_and_what_it_would_leave_out(service: Service) -> None:
    lines = [
        *TOWN["customers.csv"],
        TOWN["customers.csv"][0].replace("PB14010000001", "PB14010000077").replace("R1", "R9"),
    ]
    said = await service.import_town(customers=lines, dry_run=True)
    assert [(bad.column, bad.slug) for bad in said.bad_lines] == [("route_code", "unknown-reference")]
    kept = await service.import_town(customers=lines, dry_run=True, options=ImportOptions(keep_good=True))
    assert (kept.ok, [bad.line for bad in kept.rejected]) == (True, [len(lines) + 1])
    assert await service.pool.fetchval("SELECT count(*) FROM customers") == len(TOWN["customers.csv"])


async def test_a_number_that_was_corrected_at_the_door_is_no_change_of_the_list(service: Service) -> None:
    await service.import_town()
    await service.pool.execute("UPDATE customers SET phone = '+84953000555' WHERE customer_code = 'PB14010000001'")
    assert (await service.import_town(dry_run=True)).changes == []


async def test_a_new_collector_of_a_route_is_announced_for_each_customer_on_it(service: Service) -> None:
    await service.import_town(routes=["R1,Khóm 1,PB1401,TN2", *TOWN["routes.csv"][1:]])
    assert (await changed(service))[4:] == [(HANH, 2), ("PB14010000002", 2)]


async def test_a_collectors_new_phone_is_announced_for_each_customer(service: Service) -> None:
    await service.import_town(collectors=["TN1,Lê Văn Thu,0950 999 999,PB1401,true", TOWN["collectors.csv"][1]])
    assert [code for code, _ in (await changed(service))[4:]] == [HANH, "PB14010000002", "PB14010000003"]
    assert (await service.emitted(CustomerChanged))[-1].customer.collector.phone == "0950 999 999"


async def test_a_meter_that_moves_is_announced_for_both_customers(service: Service) -> None:
    lines = [TOWN["meters.csv"][0].replace(HANH, "PB14010000003"), *TOWN["meters.csv"][1:]]
    await service.import_town(meters=lines)
    events = (await service.emitted(CustomerChanged))[4:]
    meters = {event.customer.customer_code: event.customer.meter for event in events}
    assert meters[HANH] is None
    # Both were installed on one day; the smaller number decides.
    assert meters["PB14010000003"] is not None
    assert meters["PB14010000003"].meter_number == "21000001"


async def test_the_meter_installed_last_is_the_customers_meter(service: Service) -> None:
    await service.import_town(meters=[*TOWN["meters.csv"], f"30000001,{HANH},1,6,2026-11-01"])
    meter = (await service.emitted(CustomerChanged))[-1].customer.meter
    assert meter is not None
    assert (meter.meter_number, meter.digits) == ("30000001", 6)


async def test_one_bad_line_and_nothing_of_any_file_is_imported(empty_service: Service) -> None:
    service = empty_service
    lines = [*TOWN["customers.csv"][:3], "PB14010000004,Ng\x1bô,7 Ngô Quyền,12,,PB1401,R3,1,household,1,true"]
    report = await service.import_town(customers=lines)
    assert not report.ok
    assert [(bad.file, bad.line, bad.column) for bad in report.bad_lines] == [
        ("customers.csv", 5, "name"),
        ("customers.csv", 5, "phone"),
    ]
    assert (await service.pool.fetchval("SELECT count(*) FROM units"), await changed(service)) == (0, [])


KEEP = ImportOptions(keep_good=True)


async def known(service: Service, table: str, key: str) -> list[str]:
    return [row[0] for row in await service.pool.fetch(f"SELECT {key} FROM {table} ORDER BY {key}")]


async def test_good_lines_are_kept_on_demand_and_never_half_a_customer(empty_service: Service) -> None:
    service = empty_service
    bad_meter = TOWN["meters.csv"][1].replace(",1,5,", ",1.000,5,")
    report = await service.import_town(
        options=KEEP,
        customers=[TOWN["customers.csv"][0].replace("0953 000 101", "12"), *TOWN["customers.csv"][1:]],
        meters=[TOWN["meters.csv"][0], bad_meter, *TOWN["meters.csv"][2:]],
    )
    assert (report.ok, report.customers_announced) == (True, 2)
    assert [(bad.file, bad.line, bad.message) for bad in report.rejected] == [
        ("customers.csv", 2, "phone is not a Vietnamese mobile or landline number"),
        ("customers.csv", 3, "line 3 of meters.csv is wrong, of the same customer"),
        ("meters.csv", 2, "line 2 of customers.csv is wrong, of the same customer"),
        ("meters.csv", 3, "multiplier has two readings: '1.000' may be 1000 or 1"),
    ]
    assert report.rejected_customers == ["PB14010000001", "PB14010000002"]
    assert await known(service, "customers", "customer_code") == ["PB14010000003", "PB14010000004"]
    assert await known(service, "meters", "meter_number") == ["21000003", "21000004"]
    assert report.reject_files["meters.csv"].splitlines() == [
        HEADERS["meters.csv"] + ",rejected_line,rejected_because",
        TOWN["meters.csv"][0] + ',2,"line 2 of customers.csv is wrong, of the same customer"',
        bad_meter + ",3,multiplier has two readings: '1.000' may be 1000 or 1",
    ]
    assert (report.files["customers.csv"].rows, report.files["customers.csv"].added) == (2, 2)


async def test_a_reject_file_is_imported_as_it_is_once_it_is_corrected(empty_service: Service) -> None:
    service = empty_service
    first = TOWN["customers.csv"][0]
    report = await service.import_town(
        options=KEEP, customers=[first.replace("0953", "95"), *TOWN["customers.csv"][1:]]
    )
    for name, text in report.reject_files.items():
        (service.folder / name).write_text(text.replace("95 000 101", "0953 000 101"), "utf-8-sig")
    report = await import_customers(service.customer_bus, service.folder, KEEP)
    assert (report.rejected, report.customers_announced) == ([], 1)
    assert await known(service, "meters", "meter_number") == ["21000001", "21000002", "21000003", "21000004"]


async def test_whoever_refers_to_a_line_that_is_left_out_is_left_out_as_well(empty_service: Service) -> None:
    service = empty_service
    report = await service.import_town(
        options=KEEP, collectors=["TN1,Lê Văn Thu,0950 000 001,PB1401,maybe", TOWN["collectors.csv"][1]]
    )
    assert report.ok
    assert await known(service, "routes", "route_code") == ["R3"]
    assert await known(service, "customers", "customer_code") == ["PB14010000004"]
    assert await known(service, "meters", "meter_number") == ["21000004"]
    assert {file: text.count("\n") - 1 for file, text in report.reject_files.items()} == {
        "collectors.csv": 1,
        "routes.csv": 2,
        "customers.csv": 3,
        "meters.csv": 3,
    }


async def test_of_two_lines_for_one_customer_neither_is_kept(empty_service: Service) -> None:
    service = empty_service
    twice = TOWN["customers.csv"][0].replace("Hạnh", "Hoa")
    report = await service.import_town(options=KEEP, customers=[*TOWN["customers.csv"], twice])
    assert "PB14010000001" not in await known(service, "customers", "customer_code")
    assert [(bad.file, bad.line) for bad in report.rejected] == [
        ("customers.csv", 2),
        ("customers.csv", 6),
        ("meters.csv", 2),
    ]


@pytest.mark.parametrize("text", ["customer_code,name\n", "customers", '"open'])
async def test_a_file_that_cannot_be_read_is_refused_whole_even_so(empty_service: Service, text: str) -> None:
    folder = write_town(empty_service.folder)
    (folder / "customers.csv").write_text(text, "utf-8")
    report = await import_customers(empty_service.customer_bus, folder, KEEP)
    assert (report.ok, report.rejected) == (False, [])
    assert await known(empty_service, "units", "unit_code") == []


async def test_what_was_repaired_is_reported(service: Service) -> None:
    report = await service.import_town(
        customers=[TOWN["customers.csv"][0].replace("0953 000 101", "0780 3812 345"), *TOWN["customers.csv"][1:]]
    )
    assert report.ok
    assert [(item.file, item.line, str(item)) for item in report.remarks] == [
        (
            "customers.csv",
            2,
            "phone has an area code of before 2017: '0780 3812 345' is read as 02903812345",
        )
    ]
    assert (await service.ask(GetCustomer(customer_code=HANH))).facts.phone == "+842903812345"


async def test_a_name_that_refers_to_nobody_is_a_bad_line(empty_service: Service) -> None:
    service = empty_service
    report = await service.import_town(
        collectors=["TN1,Lê Văn Thu,0950 000 001,PB9999,true", TOWN["collectors.csv"][1]],
        customers=[TOWN["customers.csv"][0].replace(",R1,", ",R9,"), *TOWN["customers.csv"][1:]],
        meters=[TOWN["meters.csv"][0].replace(HANH, "PB14019999999")],
    )
    assert [(bad.file, bad.line, bad.column, bad.message) for bad in report.bad_lines] == [
        ("collectors.csv", 2, "unit_code", "PB9999 is not known and not in units.csv"),
        ("customers.csv", 2, "route_code", "R9 is not known and not in routes.csv"),
        ("meters.csv", 2, "customer_code", "PB14019999999 is not known and not in customers.csv"),
    ]
    assert (report.files, report.customers_announced) == ({}, 0)
    assert await service.pool.fetchval("SELECT count(*) FROM units") == 0


async def test_a_list_may_come_alone_and_name_what_is_known_already(service: Service, tmp_path: Path) -> None:
    folder = tmp_path / "alone"
    folder.mkdir()
    header = (service.folder / "customers.csv").read_text("utf-8").splitlines()[0]
    line = "PB14010000005,Lý Thị Mới,9 Ngô Quyền,,,PB1401,R3,2,household:70;business_lt6kv:30,2.50,false"
    (folder / "customers.csv").write_text(f"{header}\n{line}\n", encoding="utf-8")
    report = await import_customers(service.customer_bus, folder)
    assert (report.ok, report.customers_announced) == (True, 1)
    facts = (await service.emitted(CustomerChanged))[-1].customer
    assert (facts.households, facts.active, facts.meter) == ("2.5", False, None)


async def test_a_folder_without_lists_is_an_error(empty_service: Service, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"units\.csv"):
        await import_customers(empty_service.customer_bus, tmp_path)


async def test_an_import_of_many_is_announced_completely(empty_service: Service) -> None:
    service = empty_service
    count = 3_000
    lines = [f"PB1401{n:07d},Nguyễn Văn {n},{n} Lê Lợi,,,PB1401,R1,{n},household,1,true" for n in range(count)]
    report = await service.import_town(customers=lines, meters=[])
    assert (report.ok, report.customers_announced) == (True, count)
    messages = await service.emitted(CustomersChanged)
    codes = [facts.customer_code for message in messages for facts in message.customers]
    assert codes == sorted(codes)
    assert len(set(codes)) == count
    assert len(messages) < count / 100
    assert await changed(service) == []
    report = await service.import_town(customers=[line.replace("Lê Lợi", "Lê Lai") for line in lines], meters=[])
    assert report.customers_announced == count
    messages = (await service.emitted(CustomersChanged))[len(messages) :]
    assert {facts.version for message in messages for facts in message.customers} == {2}
    assert len({message.import_id for message in messages}) == 1


async def test_customers_that_are_announced_together_stand_by_collector(empty_service: Service) -> None:
    service = empty_service
    lines = [
        f"PB1401{n:07d},Nguyễn Văn {n},{n} Lê Lợi,,,PB1401,{'R3' if n % 2 else 'R1'},{n},household,1,true"
        for n in range(60)
    ]
    await service.import_town(customers=lines, meters=[])
    [message] = await service.emitted(CustomersChanged)
    collectors = [facts.collector.collector_code for facts in message.customers]
    assert collectors == ["TN1"] * 30 + ["TN2"] * 30


@pytest.fixture
def in_pieces_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists are added two rows at a time."""
    monkeypatch.setattr(new_rows, "_ROWS_AT_ONCE", 2)


@pytest.mark.usefixtures("in_pieces_of_two")
async def test_new_changed_and_unchanged_lines_may_stand_in_any_order(service: Service) -> None:
    new = [f"PB1401000000{n},Lý Thị {n},{n} Lê Lợi,,,PB1401,R3,{n},household,1,true" for n in (9, 8, 7)]
    first, second, *others = TOWN["customers.csv"]
    report = await service.import_town(
        customers=[new[0], second, new[1], first.replace("12 Lê Lợi", "12A Lê Lợi"), new[2], *others],
        meters=[*reversed(TOWN["meters.csv"]), "21000009,PB14010000009,1,5,2020-01-01"],
    )
    customers, meters = report.files["customers.csv"], report.files["meters.csv"]
    assert (customers.rows, customers.added, customers.changed) == (7, 3, 1)
    assert (meters.rows, meters.added, meters.changed) == (5, 1, 0)
    assert sorted((await changed(service))[4:]) == [(HANH, 2), *((f"PB1401000000{n}", 1) for n in (7, 8, 9))]
    found = await service.ask(SearchCustomers(query="ly thi"))
    assert {match.customer.customer_code for match in found.matches} == {f"PB1401000000{n}" for n in (7, 8, 9)}


async def test_new_customers_and_meters_have_what_stands_in_columns_that_a_list_may_lack(
    empty_service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(HEADERS, "customers.csv", f"{HEADERS['customers.csv']},ward,address_old,protected,budget_code")
    monkeypatch.setitem(HEADERS, "meters.csv", f"{HEADERS['meters.csv']},max_amperes,phases,ct_ratio,vt_ratio")
    meters = [f"{TOWN['meters.csv'][0]},6,3,100/5,220"]
    report = await empty_service.import_town(
        customers=[f"{TOWN['customers.csv'][0]},Phường Tân Thành,Phường 5,true,1012345"], meters=meters
    )
    assert report.ok, report.bad_lines
    facts = (await empty_service.ask(GetCustomer(customer_code=HANH))).facts
    assert (facts.ward, facts.address_old, facts.protected) == ("Phường Tân Thành", "Phường 5", True)
    assert facts.budget_code == "1012345"
    monkeypatch.setitem(HEADERS, "customers.csv", HEADERS["customers.csv"].removesuffix(",budget_code"))
    report = await empty_service.import_town(
        customers=[f"{TOWN['customers.csv'][0]},Phường Tân Thành,Phường 6,true"], meters=meters
    )
    assert report.ok, report.bad_lines
    facts = (await empty_service.ask(GetCustomer(customer_code=HANH))).facts
    assert (facts.address_old, facts.budget_code) == ("Phường 6", "1012345")
    assert facts.meter is not None
    plate = facts.meter.max_amperes, facts.meter.phases, facts.meter.ct_ratio, facts.meter.vt_ratio
    assert plate == (6, 3, "100/5", "220")


@pytest.mark.usefixtures("in_pieces_of_two")
@pytest.mark.parametrize("name", ["customers.csv", "meters.csv"])
async def test_a_new_line_that_stands_again_much_later_is_found_and_nothing_is_kept(
    empty_service: Service, name: str
) -> None:
    lines: dict[str, Any] = {name.removesuffix(".csv"): [*TOWN[name], TOWN[name][0]]}
    report = await empty_service.import_town(**lines)
    assert [(bad.file, bad.line, bad.slug) for bad in report.bad_lines] == [(name, 6, "twice")]
    assert await known(empty_service, "units", "unit_code") == []
    assert await known(empty_service, "customers", "customer_code") == []
    assert await changed(empty_service) == []


@pytest.mark.usefixtures("in_pieces_of_two")
@pytest.mark.parametrize("name", ["customers.csv", "meters.csv"])
async def test_a_known_line_that_stands_twice_is_found_and_nothing_is_changed(service: Service, name: str) -> None:
    lines: dict[str, Any] = {name.removesuffix(".csv"): [TOWN[name][0].replace("Hạnh", "Hoa"), *TOWN[name]]}
    report = await service.import_town(**lines)
    assert [(bad.file, bad.line, bad.slug) for bad in report.bad_lines] == [(name, 3, "twice")]
    assert (await service.ask(GetCustomer(customer_code=HANH))).facts.name == "Nguyễn Thị Hạnh"


@pytest.mark.usefixtures("in_pieces_of_two")
async def test_what_was_added_before_a_bad_last_line_is_undone_or_kept_as_asked(empty_service: Service) -> None:
    service = empty_service
    lines = [*TOWN["meters.csv"][:3], TOWN["meters.csv"][3].replace("PB14010000004", "PB14010000009")]
    report = await service.import_town(meters=lines)
    assert [(bad.file, bad.line, bad.slug) for bad in report.bad_lines] == [("meters.csv", 5, "unknown-reference")]
    assert await known(service, "customers", "customer_code") == []
    report = await service.import_town(options=KEEP, meters=lines)
    assert (report.ok, report.customers_announced, report.files["customers.csv"].added) == (True, 4, 4)
    assert await known(service, "meters", "meter_number") == ["21000001", "21000002", "21000003"]
    assert [version for _, version in await changed(service)] == [1, 1, 1, 1]


_WAITS = """
SELECT EXISTS (
    SELECT FROM pg_locks WHERE pid = $1 AND locktype = 'advisory' AND clock_timestamp() - waitstart > interval '50 ms')
"""


async def test_an_import_waits_for_the_one_before_however_long_that_takes(service: Service) -> None:
    async with service.pool.acquire() as waiting, waiting.transaction():
        # Anybody else gives up after a time.
        await waiting.execute("SET LOCAL lock_timeout = '10 ms'")
        async with service.pool.acquire() as before, before.transaction():
            await begin_import(before)
            begun = asyncio.create_task(begin_import(waiting))
            pid = waiting.get_server_pid()

            async def waits() -> bool:
                return begun.done() or bool(await before.fetchval(_WAITS, pid))

            await wait_until(waits)
        await begun


def correction(phone: str, **others: object) -> CorrectPhone:
    values = {"correction_id": new_id(), "customer_code": HANH, "collector_code": "TN1", "reason": "khách báo"}
    return CorrectPhone.model_validate({**values, "phone": phone, **others})


async def test_a_corrected_phone_is_kept_with_who_and_why_and_announced(service: Service) -> None:
    request = correction("84 1663 000 555")
    answer = await service.ask(request)
    assert (answer.old_phone, answer.new_phone) == ("+84953000101", "+84363000555")
    assert (await service.ask(request)) == answer
    row = await service.pool.fetchrow("SELECT * FROM phone_corrections")
    assert row is not None
    assert (row["collector_code"], row["old_phone"], row["new_phone"], row["reason"]) == (
        "TN1",
        "+84953000101",
        "+84363000555",
        "khách báo",
    )
    assert (await changed(service))[4:] == [(HANH, 2)]
    assert (await service.ask(GetCustomer(customer_code=HANH))).facts.phone == "+84363000555"

    at_desk = CorrectPhoneAtDesk(correction_id=new_id(), customer_code=HANH, phone="0912 000 333", reason="khách gọi")
    for _ in range(2):
        assert (await service.ask(at_desk)).old_phone == "+84363000555"
    assert (await service.ask(GetCustomer(customer_code=HANH))).facts.phone == "+84912000333"
    assert await service.pool.fetchval("SELECT count(*) FROM phone_corrections WHERE collector_code IS NULL") == 1
    with pytest.raises(Problem) as refused:
        await service.ask(at_desk.model_copy(update={"correction_id": new_id(), "customer_code": "PB14019999999"}))
    assert refused.value.slug == "not-found"


async def test_correcting_to_the_same_number_is_kept_but_not_announced(service: Service) -> None:
    answer = await service.ask(correction("0953000101"))
    assert answer.old_phone == answer.new_phone
    assert len(await changed(service)) == 4


async def test_the_same_correction_with_another_number_is_refused(service: Service) -> None:
    request = correction("0912345678")
    await service.ask(request)
    with pytest.raises(Problem, match="same-id-other-content"):
        await service.ask(request.model_copy(update={"phone": "0912345679"}))
    other = request.model_copy(update={"customer_code": "PB14010000002"})
    with pytest.raises(Problem, match="same-id-other-content"):
        await service.ask(other)


@pytest.mark.parametrize("phone", ["091234567a", "19001006", "113", "0912 345 67"])
async def test_what_is_no_number_is_refused(service: Service, phone: str) -> None:
    with pytest.raises(Problem) as refused:
        await service.ask(correction(phone))
    assert (refused.value.slug, refused.value.status) == ("invalid-phone", 422)
    assert await service.pool.fetchval("SELECT count(*) FROM phone_corrections") == 0


@pytest.mark.parametrize("phone", ["0780 3812 345", "\u202a0780\u2011381\u20132345\u202c", "780 381 2345"])
async def test_a_number_is_corrected_by_the_rules_of_the_import(service: Service, phone: str) -> None:
    assert (await service.ask(correction(phone))).new_phone == "+842903812345"


async def test_two_numbers_in_a_correction_are_refused_naming_both(service: Service) -> None:
    with pytest.raises(Problem, match="invalid-phone") as refused:
        await service.ask(correction("0912345678 / 0987654321"))
    assert refused.value.detail == "Số điện thoại có thể là 0912345678 hoặc 0987654321. Hãy nhập một số."
    assert "0912345678" not in str(refused.value.facts)


async def test_another_collectors_customer_cannot_be_corrected(service: Service) -> None:
    with pytest.raises(Problem, match="not-found"):
        await service.ask(correction("0912345678", collector_code="TN2"))


async def test_a_correction_outlives_the_next_import_until_the_list_itself_changes(service: Service) -> None:
    await service.ask(correction("0912345678"))
    report = await service.import_town()
    assert report.customers_announced == 0
    assert (await service.ask(GetCustomer(customer_code=HANH))).facts.phone == "+84912345678"
    lines = [TOWN["customers.csv"][0].replace("0953 000 101", "0953 000 999"), *TOWN["customers.csv"][1:]]
    await service.import_town(customers=lines)
    assert (await service.ask(GetCustomer(customer_code=HANH))).facts.phone == "+84953000999"


async def test_a_collector_is_shown_with_the_routes(service: Service) -> None:
    collector = await service.ask(GetCollector(collector_code="TN1"))
    assert (collector.name, collector.routes, collector.active) == ("Lê Văn Thu", ["R1", "R2"], True)
    with pytest.raises(Problem, match="not-found"):
        await service.ask(GetCollector(collector_code="TN9"))


async def test_collectors_that_are_new_or_changed_are_announced(service: Service) -> None:
    first = await service.emitted(CollectorChanged)
    assert [(one.collector_code, one.unit_code, one.active) for one in first] == [
        ("TN1", "PB1401", True),
        ("TN2", "PB1401", True),
    ]
    left = ["TN1,Lê Văn Thu,0950 000 001,PB1401,false", *TOWN["collectors.csv"][1:]]
    for _ in range(2):
        await service.import_town(collectors=left)
    [gone] = (await service.emitted(CollectorChanged))[2:]
    assert (gone.collector_code, gone.active) == ("TN1", False)
    assert gone.changed_at > first[0].changed_at


async def test_an_import_writes_what_customers_are_found_by_as_the_database_does(
    empty_service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = empty_service
    monkeypatch.setitem(HEADERS, "customers.csv", f"{HEADERS['customers.csv']},ward,address_old")
    long = "dài" * 30
    people = [
        ("Nguyễn Thị Hạnh", "12/3 Lê Lợi, khóm 1", "", ""),
        ("ĐẶNG  VĂN ðức", "Số 5 đường 3/2; ấp Cái Keo", "Phường An Xuyên", "45 Bà Triệu, phường 2, Cà Mau"),
        (f"Công ty {long} Łódź & Søn - chi nhánh Hạnh Hạnh", "–", "", "Lê Lợi – Ê-đê"),
        ("Thạch Sô Phia", "Ấp 1", "Xã Đất Mũi", ""),
    ]
    lines = [
        f'PB1401000000{n},{name},"{address}",,,PB1401,R1,{n},household,1,true,{ward},"{old}"'
        for n, (name, address, ward, old) in enumerate(people)
    ]
    assert (await service.import_town(customers=lines, meters=[])).bad_lines == []
    columns = "SELECT name_key, name_bag, address_key, name_terms, all_terms FROM customers ORDER BY customer_code"
    imported = await service.pool.fetch(columns)
    await service.pool.execute("UPDATE customers SET name = name")
    assert await service.pool.fetch(columns) == imported
    assert len(imported) == len(people)


# What the trigger would have counted.
_WORDS = """
SELECT left(word, 60) AS word, sum(in_name)::int AS in_names, sum(in_address)::int AS in_addresses
FROM customers, LATERAL (
    SELECT word, 1, 0 FROM unnest(string_to_array(name_key, ' ')) AS word
    UNION ALL SELECT word, 0, 1 FROM unnest(string_to_array(address_key, ' ')) AS word
) AS words (word, in_name, in_address)
WHERE word <> '' GROUP BY left(word, 60) ORDER BY 1
"""


@pytest.mark.usefixtures("in_pieces_of_two")
async def test_an_import_counts_the_words_of_those_whom_it_adds_and_of_nobody_else(
    empty_service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = empty_service
    monkeypatch.setattr(new_rows, "_MOST_WORDS", 5)
    long = "dài" * 30
    people = ["Lê Thị Hạnh Hạnh", f"Công ty {long}", f"{long}g", "Lý Văn Lợi", "Ngô Sô Phia"]
    lines = [
        f"PB1401000000{n},{name},{n} Lê Lợi – Lê Lai,,,PB1401,R1,{n},household,1,true" for n, name in enumerate(people)
    ]
    vocabulary = "SELECT word, in_names, in_addresses FROM vocabulary WHERE in_names + in_addresses > 0 ORDER BY word"
    for customers in (lines[:3], [lines[3], lines[0].replace("Hạnh Hạnh", "Mai"), lines[4], lines[1]]):
        assert (await service.import_town(customers=customers, meters=[])).ok
        counted = await service.pool.fetch(vocabulary)
        assert counted == await service.pool.fetch(_WORDS)
        assert counted


async def test_facts_that_are_written_as_text_are_those_of_the_view_to_the_letter(service: Service) -> None:
    for change in (
        r"""UPDATE customers SET name = E'"Hạnh" \\ /\t\u2028\x01', ward = 'Đất Mũi', phone = NULL, protected = true""",
        "UPDATE customers SET address_old = '45 Bà Triệu', tax_code = NULL, sms_language = 'en', active = false",
        "UPDATE meters SET max_amperes = 40, phases = 3, ct_ratio = '100/5', vt_ratio = '22000/110'",
        "UPDATE meters SET max_amperes = NULL, vt_ratio = NULL",
    ):
        await service.pool.execute(f"{change} WHERE customer_code > (SELECT min(customer_code) FROM customers)")
        rows = await service.pool.fetch(
            "SELECT customer_facts.facts::text AS built, written.facts AS written FROM customer_facts"
            " JOIN customer_facts_as_text AS written USING (customer_code)"
        )
        assert rows
        assert [row["built"] for row in rows] == [row["written"] for row in rows]


async def test_lists_may_come_as_parquet(empty_service: Service) -> None:
    service = empty_service
    folder = write_town(service.folder)
    for name in ("customers", "meters"):
        write_table(read_csv(folder / f"{name}.csv"), folder / f"{name}.parquet")  # numbers, dates, truth values
        (folder / f"{name}.csv").unlink()
    report = await import_customers(service.customer_bus, folder)
    assert (report.bad_lines, report.customers_announced) == ([], 4)
    facts = (await service.ask(GetCustomer(customer_code=HANH))).facts
    assert (facts.households, facts.place_in_route, facts.active) == ("1", 1, True)
    assert await known(service, "meters", "meter_number") == ["21000001", "21000002", "21000003", "21000004"]
