"""Notices: which visit puts one on paper, once, with everything as it was."""

from datetime import date, timedelta

import pytest

from services.billing.handlers.get_usage import get_usage
from services.billing.imports.files import import_files
from services.billing.store.bills import vat_bases
from shared.clock import business_day
from shared.contracts.billing import CorrectionKind, GetUsage
from shared.contracts.common import NextStep, Outcome
from shared.ids import new_id
from shared.messaging import RetryLater
from shared.problems import NotFound
from tests.integration.billing.billing_handlers import CODE, NOW, TARIFFS, BillingHandlers

POINTS = """collection_point_code,name,kind,address,opening_hours,phone,unit_code
BD09,Bưu điện Năm Căn,post_office,Năm Căn,T2-T6,0952 000 009,PB1403
BD02,Bưu điện Cà Mau,post_office,Cà Mau,T2-T6,1900 1006,PB1401
BD01,Quầy thu Cà Mau,counter,Cà Mau,T2-T6,,PB1401
NH01,Ngân hàng,bank,Bạc Liêu,T2-T6,0952 000 001,PB1901
"""


@pytest.mark.parametrize(
    ("outcome", "next_step", "kind"),
    [
        (Outcome.MET, NextStep.DUE, "check"),
        (Outcome.AWAY, NextStep.REVISIT, "away"),
        (Outcome.CANNOT_PAY, NextStep.REVISIT, "cannot_pay"),
        (Outcome.CANNOT_PAY, NextStep.COLLECTION_POINT, "collection_point"),
    ],
)
async def test_a_visit_issues_the_right_notice(
    billing: BillingHandlers, outcome: Outcome, next_step: NextStep, kind: str
) -> None:
    await billing.customer()
    await billing.bill(320)
    await billing.visit(outcome, next_step)
    assert [notice["kind"] for notice in await billing.emitted("notice.issued")] == [kind]


@pytest.mark.parametrize(
    ("next_step", "kinds"),
    [
        (NextStep.REVISIT, [("check", False), ("cannot_pay", True)]),
        (NextStep.COLLECTION_POINT, [("check", False), ("collection_point", True)]),
    ],
)
async def test_who_checked_a_notice_and_cannot_pay_gets_another_with_what_was_agreed_on(
    billing: BillingHandlers, next_step: NextStep, kinds: list[tuple[str, bool]]
) -> None:
    await billing.customer()
    await billing.bill(320)
    visit_id = await billing.visit(Outcome.MET)
    await billing.visit(Outcome.CANNOT_PAY, next_step, visit_id=visit_id, first_record=False)
    notices = await billing.emitted("notice.issued")
    assert [(notice["kind"], notice["after_check"]) for notice in notices] == kinds


async def test_who_owed_nothing_when_met_and_cannot_pay_a_new_bill_at_the_same_visit_gets_a_notice(
    billing: BillingHandlers,
) -> None:
    await billing.customer()
    visit_id = await billing.visit(Outcome.MET)
    await billing.bill(320)
    await billing.visit(Outcome.CANNOT_PAY, visit_id=visit_id, first_record=False)
    assert [notice["kind"] for notice in await billing.emitted("notice.issued")] == ["cannot_pay"]


async def test_records_of_a_visit_that_come_in_the_wrong_order_issue_one_notice(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(320)
    visit_id = await billing.visit(Outcome.CANNOT_PAY, first_record=False)
    await billing.visit(Outcome.MET, visit_id=visit_id)
    assert [notice["kind"] for notice in await billing.emitted("notice.issued")] == ["cannot_pay"]


async def test_a_notice_carries_bills_account_and_appointment(billing: BillingHandlers) -> None:
    await billing.customer()
    account = await billing.bill(320)
    appointment = NOW + timedelta(days=3)
    visit_id = await billing.visit(Outcome.CANNOT_PAY, appointment=appointment)
    [notice] = await billing.emitted("notice.issued")
    assert notice["visit_id"] == str(visit_id)
    assert notice["notice_number"] == "TB26-0000001"
    assert notice["bills"] == [account.bills[0].model_dump(mode="json")]
    assert notice["account"] == account.account.model_dump(mode="json")
    assert notice["appointment"] == appointment.isoformat().replace("+00:00", "Z")
    assert notice["customer"]["name"] == "Nguyễn Thị Hạnh"
    assert notice["collection_points"] == []


async def test_a_visit_has_one_notice_of_a_kind_whatever_is_repeated(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(320)
    visit_id = new_id()
    for _ in range(3):
        await billing.visit(Outcome.MET, visit_id=visit_id)
    await billing.visit(Outcome.CANNOT_PAY, NextStep.COLLECTION_POINT, visit_id=visit_id, first_record=False)
    notices = await billing.emitted("notice.issued")
    assert [notice["kind"] for notice in notices] == ["check", "collection_point"]
    assert len({notice["notice_id"] for notice in notices}) == 2


async def test_who_owes_nothing_gets_no_notice(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.visit(Outcome.MET)
    await billing.bill(320)
    await billing.pay(871_020)
    await billing.visit(Outcome.AWAY)
    assert await billing.emitted("notice.issued") == []


async def test_the_way_to_a_collection_point_names_the_nearest(billing: BillingHandlers) -> None:
    await import_files(billing.new_work, {"collection_points.csv": POINTS}, TARIFFS)
    await billing.customer()
    await billing.bill(320)
    await billing.visit(Outcome.CANNOT_PAY, NextStep.COLLECTION_POINT)
    [notice] = await billing.emitted("notice.issued")
    assert [(point["collection_point_code"], point["phone"]) for point in notice["collection_points"]] == [
        ("BD01", ""),
        ("BD02", "1900 1006"),
    ]


async def test_points_of_the_customers_own_ward_come_first(billing: BillingHandlers) -> None:
    points = """collection_point_code,name,kind,address,opening_hours,phone,unit_code
BD01,Quầy thu,counter,"Số 1, phường 9, tỉnh Cà Mau",T2-T6,,PB1401
BD02,Bưu điện,post_office,"Chợ, Phường Tân Thành",T2-T6,,PB1401
BD03,Ngân hàng,bank,"Phường Tân Thành, tỉnh Bạc Liêu",T2-T6,,PB1901
"""
    await import_files(billing.new_work, {"collection_points.csv": points}, TARIFFS)
    await billing.customer(address="12 Lý Bôn, khóm 2, P. Tân Thành, TP Cà Mau")
    await billing.bill(320)
    await billing.visit(Outcome.CANNOT_PAY, NextStep.COLLECTION_POINT)
    [notice] = await billing.emitted("notice.issued")
    assert [point["collection_point_code"] for point in notice["collection_points"]][:2] == ["BD02", "BD01"]


async def test_a_ward_in_a_column_of_its_own_counts_and_outlives_a_list_without_it(billing: BillingHandlers) -> None:
    header = "collection_point_code,name,kind,address,opening_hours,phone,unit_code"
    first, second = "BD01,Quầy thu,counter,1 Lý Bôn,T2-T6,,PB1401", "BD02,Bưu điện,post_office,Chợ,T2-T6,,PB1401"
    for points in (f"{header},ward\n{first},\n{second},X. Đất Mũi\n", f"{header}\n{first}\n{second}\n"):
        await import_files(billing.new_work, {"collection_points.csv": points}, TARIFFS)
    await billing.customer(address="ấp Mũi", ward="Xã Đất Mũi", address_old="ấp Mũi, xã Viên An")
    await billing.bill(320)
    await billing.visit(Outcome.CANNOT_PAY, NextStep.COLLECTION_POINT)
    [notice] = await billing.emitted("notice.issued")
    assert [(point["collection_point_code"], point["ward"]) for point in notice["collection_points"]] == [
        ("BD02", "Xã Đất Mũi"),
        ("BD01", None),
    ]


async def test_a_visit_to_a_customer_that_billing_has_not_heard_of_waits(billing: BillingHandlers) -> None:
    with pytest.raises(RetryLater):
        await billing.visit(Outcome.MET)
    await billing.customer()
    await billing.bill(320)
    await billing.visit(Outcome.MET)
    assert len(await billing.emitted("notice.issued")) == 1


async def test_older_facts_of_a_customer_do_not_replace_newer_ones(billing: BillingHandlers) -> None:
    await billing.customer(version=5, name="Mới")
    await billing.customer(version=4, name="Cũ")
    await billing.bill(320)
    await billing.visit(Outcome.MET)
    [notice] = await billing.emitted("notice.issued")
    assert (notice["customer"]["customer_code"], notice["customer"]["name"]) == (CODE, "Mới")


async def test_a_notice_says_why_the_bill_is_higher_than_the_one_before(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(180, 9)
    await billing.bill(250, 10)
    await billing.visit(Outcome.MET)
    [notice] = await billing.emitted("notice.issued")
    comparison = notice["comparison"]
    assert comparison["difference"] == 213_300
    assert comparison["vi"].startswith("Cao hơn kỳ 09/2026 213.300\u00a0₫: mỗi ngày dùng nhiều hơn (6,0 nay 8,1 kWh)")


async def test_the_first_bill_of_a_customer_is_explained_by_nothing(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(250, 10)
    await billing.visit(Outcome.MET)
    [notice] = await billing.emitted("notice.issued")
    assert notice["comparison"] is None


async def test_usage_is_read_with_the_same_month_of_the_year_before(billing: BillingHandlers) -> None:
    await billing.customer()
    for kwh, month, year in ((210, 10, 2025), (180, 9, 2026), (250, 10, 2026)):
        await billing.bill(kwh, month, year=year)
    async with billing.reading() as work:
        found = await get_usage(GetUsage(customer_code=CODE, months=2), work, clock=lambda: NOW)
    assert [(one.year, one.month, one.kwh, one.kwh_year_ago) for one in found.months] == [
        (2026, 9, 180, None),
        (2026, 10, 250, 210),
    ]
    assert found.comparison is not None
    assert found.comparison.kwh_year_ago == 210
    async with billing.reading() as work:
        with pytest.raises(NotFound):
            await get_usage(GetUsage(customer_code="PB14019999999"), work, clock=lambda: NOW)


async def test_a_month_whose_bill_was_adjusted_counts_as_it_should_have_been(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(180, 9)
    await billing.bill(250, 10)
    number = f"{CODE}T102026K1"
    for kwh, kind in ((100, "adjustment"), (320, "adjustment")):
        done = await billing.correct(number, CorrectionKind(kind), kwh=kwh)
        found = await billing.look(GetUsage(customer_code=CODE))
        assert [(one.month, one.kwh, one.total) for one in found.months][1:] == [(10, kwh, done.correction.after.total)]
        before = found.months[0].total
        assert found.comparison.difference == done.correction.after.total - before
        assert found.comparison.bill_number == number
        assert sum(cause.amount for cause in found.comparison.causes) == found.comparison.difference
    assert found.months[1].highest_tier == 5


async def test_a_notice_whose_latest_bill_adds_a_difference_explains_the_whole_of_the_month(
    billing: BillingHandlers,
) -> None:
    await billing.customer()
    await billing.bill(180, 9)
    await billing.bill(250, 10)
    done = await billing.correct(f"{CODE}T102026K1", kwh=320)
    await billing.visit(Outcome.MET)
    [notice] = await billing.emitted("notice.issued")
    assert notice["bills"][-1]["kind"] == "adjustment"
    september = (await billing.look(GetUsage(customer_code=CODE))).months[0].total
    assert notice["comparison"]["difference"] == done.correction.after.total - september
    assert "mỗi ngày dùng nhiều hơn" in notice["comparison"]["vi"]


async def test_what_the_vat_of_a_months_bills_hangs_on_is_read_from_the_bills(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(100, 10)
    async with billing.pool.acquire() as connection, connection.transaction():
        [[base]] = [bases async for bases in vat_bases(connection, 2026, 10)]
    assert (base.period_to, base.pre_vat, base.invoice_date) == (date(2026, 10, 31), 201_700, business_day(NOW))
