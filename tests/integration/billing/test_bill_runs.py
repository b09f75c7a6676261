"""Readings become bills: all of a file or nothing, each period one bill, however often and from how many runs."""

import asyncio
from datetime import date
from pathlib import Path

import pytest

from services.billing.bill_run import BillRun, run_bills
from services.billing.handlers.keep_customers import keep_customers
from services.billing.imports.due_days import DueDays, DueRule
from services.billing.imports.files import import_files, import_folder
from shared.contracts.billing import BillsReleased, BillState
from shared.contracts.customer import CustomersChanged
from shared.csv_files import ImportOptions
from shared.ids import new_id
from tests.integration.billing.billing_handlers import (
    CODE,
    NOW,
    READINGS_HEADER,
    TARIFFS,
    BillingHandlers,
    facts,
    reading,
    readings,
)

SECOND = "PB14010012346"


async def test_a_reading_becomes_a_bill_with_lines_readings_and_an_explanation(billing: BillingHandlers) -> None:
    await billing.customer()
    account = await billing.bill(320)
    [bill] = account.bills
    assert (bill.bill_number, bill.kwh, bill.pre_vat, bill.vat, bill.total) == (
        "PB14010012345T102026K1",
        320,
        806_500,
        64_520,
        871_020,
    )
    assert [(line.label, line.kwh, line.unit_price) for line in bill.lines] == [
        ("Bậc 1", 50, 1984),
        ("Bậc 2", 50, 2050),
        ("Bậc 3", 100, 2380),
        ("Bậc 4", 100, 2998),
        ("Bậc 5", 20, 3350),
    ]
    assert [(item.old_reading, item.new_reading, item.kwh) for item in bill.readings] == [(1000, 1320, 320)]
    assert bill.explanation[0].startswith("Kỳ 01/10/2026-31/10/2026: 31 ngày")
    assert (bill.state, str(bill.due_date), bill.vat_rate) == (BillState.OPEN, "2026-11-10", "8")
    [event] = await billing.emitted("bills.released")
    assert event["bills"] == [
        {"bill_id": str(bill.bill_id), "customer_code": CODE, "total": 871_020, "due_date": "2026-11-10"}
    ]
    assert event["accounts"] == [account.account.model_dump(mode="json")]


async def test_a_release_is_told_as_the_model_of_its_event_has_it(billing: BillingHandlers) -> None:
    for code in (CODE, SECOND):
        await billing.customer(code)
    assert (await billing.import_readings(reading(320), reading(100, code=SECOND))).ok
    await billing.run()
    [event] = await billing.emitted("bills.released")
    assert event == BillsReleased.model_validate(event).model_dump(mode="json")
    assert [bill["customer_code"] for bill in event["bills"]] == [CODE, SECOND]


async def test_time_of_use_registers_and_cos_phi_make_one_bill(billing: BillingHandlers) -> None:
    await billing.customer(price_group="production_lt6kv")
    lines = [reading(kwh, 9, register=register) for register, kwh in (("TD", 500), ("BT", 1200), ("CD", 300))]
    assert (await billing.import_readings(*(line.replace(",0,,", ",0,0.85,") for line in lines))).ok
    await billing.run()
    [bill] = (await billing.account()).bills
    assert (bill.pre_vat, bill.total) == (4_369_032, 4_718_555)
    assert [(line.label, line.kwh) for line in bill.lines] == [
        ("Giờ bình thường", 1200),
        ("Giờ cao điểm", 300),
        ("Giờ thấp điểm", 500),
        ("Phản kháng 5,88%", 0),
    ]
    assert [item.meter_register for item in bill.readings] == ["BT", "CD", "TD"]


async def test_a_shared_meter_names_the_purpose_on_each_line(billing: BillingHandlers) -> None:
    await billing.customer(price_group="household:70;business_lt6kv:30")
    account = await billing.bill(300, 9)
    assert account.bills[0].total == 813_629
    assert [line.label for line in account.bills[0].lines] == [
        "Sinh hoạt, bậc 1",
        "Sinh hoạt, bậc 2",
        "Sinh hoạt, bậc 3",
        "Sinh hoạt, bậc 4",
        "Kinh doanh",
    ]


async def test_a_meter_that_rolled_over_with_a_multiplier(billing: BillingHandlers) -> None:
    facts = await billing.customer()
    assert facts.meter is not None
    await billing.customer(version=2, meter=facts.meter.model_copy(update={"multiplier": 10}))
    line = reading(0).replace(",1000,1000,", ",99990,22,")
    assert (await billing.import_readings(line)).ok
    await billing.run()
    assert (await billing.account()).bills[0].kwh == 320


async def test_a_change_of_meter_within_the_month_adds_both_meters(billing: BillingHandlers) -> None:
    await billing.customer()
    text = readings(reading(100), reading(220).replace("M12345", "OLD1")).splitlines()
    report = await import_files(
        billing.new_work,
        {"readings.csv": "\n".join([f"{text[0]},multiplier,digits", f"{text[1]},,", f"{text[2]},1,6"])},
        TARIFFS,
    )
    assert report.ok, report
    await billing.run()
    assert (await billing.account()).bills[0].total == 871_020


async def test_with_one_bad_line_nothing_is_stored_and_every_bad_line_is_named(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.customer(SECOND)
    report = await billing.import_readings(
        reading(320),
        reading(10, code="PB14019999999"),
        reading(10, code=SECOND, register="XX"),
        reading(10, 9, code=SECOND).replace("M12346", "M99999"),
        reading(10, 8, code=SECOND).replace(",1000,1010,", ",1000,abc,"),
        reading(10, 7, code=SECOND).replace(",1000,1010,", ",1000,1000000,"),
        reading(10, 6, code=SECOND) + ",surplus",
        reading(10, 5, code=SECOND, register="BT"),
        reading(10, 4, code=SECOND),
        reading(10, 4, code=SECOND),
    )
    assert not report.ok
    assert [(bad.line, bad.column, bad.message.split(":")[0], bad.slug) for bad in report.bad_lines] == [
        (3, "customer_code", "there is no customer PB14019999999", "unknown-customer"),
        (4, "register", "must be one of KT, BT, CD, TD, VC, not 'XX'", "bad-choice"),
        (5, "", "M99999 is not the meter of PB14010012346", "unknown-meter"),
        (6, "new_reading", "is not a number", "bad-number"),
        (7, "", "1000000 does not fit a meter of 5 digits", "bad-reading"),
        (8, "", "has 14 fields instead of 13", "bad-row"),
        (9, "", "registers ['BT']", "bad-registers"),
        (10, "", "a register of PB14010012346 is read twice for one bill", "twice"),
    ]
    assert await billing.pool.fetchval("SELECT count(*) FROM metered_periods") == 0
    assert (await billing.run()).bills == 0


async def test_a_file_that_is_no_table_is_refused(billing: BillingHandlers) -> None:
    for text, message in (
        ("a,b\n1,2\n", "is no header"),
        ("customer_code,month\n1,2\n", "the header lacks"),
        ("", "the file is empty"),
        (readings('"x'), "cannot be read"),
    ):
        report = await import_files(billing.new_work, {"readings.csv": text}, TARIFFS)
        assert [message in bad.message for bad in report.bad_lines] == [True]


async def test_importing_again_changes_nothing_and_other_readings_are_refused(billing: BillingHandlers) -> None:
    await billing.customer()
    assert (await billing.import_readings(reading(320))).files["readings.csv"].added == 1
    await billing.run()
    again = await billing.import_readings(reading(320))
    assert (again.files["readings.csv"].added, again.files["readings.csv"].unchanged) == (0, 1)
    other = await billing.import_readings(reading(321))
    assert [bad.message for bad in other.bad_lines] == [
        "PB14010012345 10/2026 cycle 1 is already stored with other readings: correct them with `thungan bills correct`"
    ]
    overlap = await billing.import_readings(reading(10).replace(",1,10,2026,", ",2,10,2026,"))
    assert "already in the period 2026-10-01 to 2026-10-31" in overlap.bad_lines[0].message
    assert (await billing.run()).bills == 0
    assert len(await billing.emitted("bills.released")) == 1


async def test_runs_at_the_same_time_share_the_work_and_make_each_bill_once(billing: BillingHandlers) -> None:
    codes = [f"PB140100000{n:02d}" for n in range(40)]
    for code in codes:
        await billing.customer(code)
    report = await billing.import_readings(
        *(reading(100 + n, month, code=code) for n, code in enumerate(codes) for month in (9, 10))
    )
    assert report.files["readings.csv"].added == 80
    runs = await asyncio.gather(*(billing.run(batch=7) for _ in range(3)))
    assert sum(run.bills for run in runs) == 80
    events = await billing.emitted("bills.released")
    issued = [bill["bill_id"] for event in events for bill in event["bills"]]
    assert len(set(issued)) == len(issued) == 80
    assert len([state for event in events for state in event["accounts"]]) == 40
    for code in codes:
        account = await billing.account(code)
        assert [bill.month for bill in account.bills] == [9, 10]
        assert account.account.debt == sum(bill.total for bill in account.bills)


async def test_the_next_run_continues_one_that_died(billing: BillingHandlers) -> None:
    for n in range(3):
        await billing.customer(f"PB1401000000{n}")
    await billing.import_readings(*(reading(50, code=f"PB1401000000{n}") for n in range(3)))

    class PowerCutError(Exception):
        pass

    async def die(run: BillRun) -> None:
        raise PowerCutError

    with pytest.raises(PowerCutError):
        await run_bills(billing.new_work, TARIFFS, billing.clock, batch=2, progress=die)
    assert [len(event["bills"]) for event in await billing.emitted("bills.released")] == [2]
    assert (await billing.run(batch=2)).bills == 1
    assert (await billing.run(batch=2)).bills == 0


async def test_a_period_that_cannot_be_billed_any_more_is_set_aside_and_holds_up_no_other(
    billing: BillingHandlers,
) -> None:
    await billing.customer()
    await billing.customer(SECOND)
    await billing.import_readings(reading(320), reading(50, code=SECOND))
    await billing.customer(version=2, price_group="castle")  # the contract was changed to nonsense after the import
    run = await billing.run()
    assert run.bills == 1
    assert run.problems == ("PB14010012345 10/2026/1: there is no price group 'castle'",)
    assert (await billing.run()).problems == ()
    await billing.customer(version=3)
    assert (await billing.run()).bills == 0
    assert (await billing.run(again=True)).bills == 1


async def test_a_bill_of_nothing_is_paid_at_once(billing: BillingHandlers) -> None:
    await billing.customer()
    account = await billing.bill(0)
    assert (account.bills[0].state, account.bills[0].total, account.account.open_bills) == (BillState.PAID, 0, 0)


async def test_a_folder_is_imported_as_a_whole(billing: BillingHandlers, tmp_path: Path) -> None:
    await billing.customer()
    with pytest.raises(FileNotFoundError):
        await import_folder(billing.new_work, tmp_path, TARIFFS)
    header = "collection_point_code,name,kind,address,opening_hours,phone,unit_code\n"
    (tmp_path / "readings.csv").write_text("\ufeff" + readings(reading(320)), encoding="utf-8")
    (tmp_path / "collection_points.csv").write_text(
        header + "BD01,Bưu điện,post_office,Cà Mau,,chín,PB1401\nBD01,A,shop,C,,,PB1401\nBD\x01,A,bank,C,,,PB14\n",
        encoding="utf-8",
    )
    report = await import_folder(billing.new_work, tmp_path, TARIFFS)
    assert [(bad.file, bad.line, bad.column) for bad in report.bad_lines] == [
        ("collection_points.csv", 2, "phone"),
        ("collection_points.csv", 3, "kind"),
        ("collection_points.csv", 4, "collection_point_code"),
        ("collection_points.csv", 4, "unit_code"),
    ]
    assert await billing.pool.fetchval("SELECT count(*) FROM metered_periods") == 0
    (tmp_path / "collection_points.csv").write_text(
        header + "BD01,Bưu điện,post_office,Cà Mau,,0952 000 001,PB1401\n", encoding="utf-8"
    )
    report = await import_folder(billing.new_work, tmp_path, TARIFFS)
    assert report.as_dict() == {
        "ok": True,
        "files": {
            "collection_points.csv": {"rows": 1, "added": 1, "unchanged": 0, "held": 0},
            "readings.csv": {"rows": 1, "added": 1, "unchanged": 0, "held": 0},
        },
        "bad_lines": (),
        "remarks": (),
        "held": (),
        "rejected": (),
        "reject_files": [],
        "settled": 0,
    }
    (tmp_path / "readings.csv").write_bytes(b"\xff\xfe")
    assert not (await import_folder(billing.new_work, tmp_path, TARIFFS)).ok


async def test_good_readings_are_kept_on_demand_and_never_half_a_bill(billing: BillingHandlers, tmp_path: Path) -> None:
    for code in (CODE, SECOND):
        await billing.customer(code)
    await billing.customer("PB14010012347", price_group="production_lt6kv")
    registers = [
        reading(kwh, code="PB14010012347", register=register) for register, kwh in (("TD", 5), ("BT", 12), ("CD", 3))
    ]
    lost_code = registers[1].replace("PB14010012347", "PB14")
    lines = (
        reading(320),
        reading(320, 9).replace("1320", "1.320"),
        reading(10, code=SECOND),
        registers[0],
        lost_code,
        registers[2],
    )
    (tmp_path / "readings.csv").write_text(readings(*lines), encoding="utf-8")
    report = await import_folder(billing.new_work, tmp_path, TARIFFS, options=ImportOptions(keep_good=True))
    assert (report.ok, report.files["readings.csv"].rows, report.files["readings.csv"].added) == (True, 1, 1)
    assert [(bad.line, bad.message.split(":")[0]) for bad in report.rejected] == [
        (2, f"another line of {CODE} is wrong"),
        (3, "new_reading has two readings"),
        (5, "another line of PB14010012347 is wrong"),
        (6, "customer_code is not like PB14010012345"),
        (7, "another line of PB14010012347 is wrong"),
    ]
    assert await billing.pool.fetchval("SELECT array_agg(customer_code) FROM metered_periods") == [SECOND]
    corrected = report.reject_files["readings.csv"].replace("1.320", "1320").replace("PB14,", "PB14010012347,")
    (tmp_path / "readings.csv").write_text(corrected, encoding="utf-8-sig")
    report = await import_folder(billing.new_work, tmp_path, TARIFFS)
    assert (report.ok, report.files["readings.csv"].added) == (True, 3)


async def test_one_meter_of_two_customers_on_the_same_days_is_refused_naming_both(billing: BillingHandlers) -> None:
    for code in (CODE, SECOND):
        await billing.customer(code)
    other = reading(50, code=SECOND).replace("M12346", "M12345")
    report = await billing.import_readings(reading(50), other)
    assert [(bad.line, bad.message) for bad in report.bad_lines if bad.slug == "two-customers"] == [
        (2, f"M12345 is read for {CODE} and, in line 3, for {SECOND}"),
        (3, f"M12345 is read for {SECOND} and, in line 2, for {CODE}"),
    ]
    # A meter that was moved from one to the other is read for both, on other days.
    before = reading(50, 9, code=SECOND).replace("M12346", "M12345")
    text = "\n".join([READINGS_HEADER + ",multiplier,digits", reading(50) + ",,", before + ",1,5"])
    assert (await import_files(billing.new_work, {"readings.csv": text}, TARIFFS)).ok


async def test_a_due_date_that_is_not_given_follows_the_period(billing: BillingHandlers) -> None:
    await billing.customer()
    line = reading(50).rpartition(",")[0] + ","
    await import_files(billing.new_work, {"readings.csv": readings(line)}, TARIFFS, due_days=DueDays(of_all=7))
    await billing.run()
    assert str((await billing.account()).bills[0].due_date) == "2026-11-07"
    assert (await billing.state(CODE)).debt == 107_136


async def test_a_unit_gives_as_many_days_to_pay_as_its_rule_says_on_the_last_day_of_the_period(
    billing: BillingHandlers,
) -> None:
    await billing.customer()
    lines = (reading(50, 9), reading(50, 10, old=1050))
    before, at_once = (line.rpartition(",")[0] + "," for line in lines)
    rules = [
        DueRule(in_force_from=date(2018, 1, 1), days=30),
        DueRule(in_force_from=date(2026, 10, 31), units=frozenset({"PB1401"}), days=3),
    ]
    files = {"readings.csv": readings(before, at_once)}
    assert (await import_files(billing.new_work, files, TARIFFS, due_days=DueDays(rules))).ok
    await billing.run()
    bills = (await billing.account()).bills
    assert [(bill.due_date - bill.period_to).days for bill in bills] == [30, 3]


async def test_customers_that_come_together_open_accounts_and_never_replace_newer_facts(
    billing: BillingHandlers,
) -> None:
    await billing.customer(CODE, name="Newer", version=3)
    for version, name in ((2, "Older"), (4, "Newest")):
        customers = [facts(code, name=f"{name} {code}", version=version) for code in (SECOND, CODE)]
        event = CustomersChanged(import_id=new_id(), customers=customers, changed_at=NOW)
        for _ in range(2):
            async with billing.new_work() as work:
                await keep_customers(event, work)
        known = await billing.pool.fetch("SELECT facts->>'name' FROM customers ORDER BY customer_code")
        expected = ["Newer", f"Older {SECOND}"] if version == 2 else [f"Newest {CODE}", f"Newest {SECOND}"]
        assert [row[0] for row in known] == expected
    assert await billing.pool.fetchval("SELECT count(*) FROM accounts") == 2
