"""Money: cleared oldest first, refused twice, kept as credit, taken back."""

import asyncio
from datetime import date, timedelta, timezone

import pytest
from asyncpg import CheckViolationError

from services.billing.handlers.get_account import get_account
from services.billing.part_payments.rules import PartPaymentRule
from services.billing.rounding.rules import RoundingRule
from services.billing.store import payments
from shared.clock import VIETNAM, business_day
from shared.contracts.billing import BillState, GetAccount, PaymentReply, RecordPayment, ReportPayment
from shared.contracts.common import PaymentMethod
from shared.contracts.receipt import ReceiptKind
from shared.ids import new_id
from shared.problems import Conflict, InvalidRequest, NotFound, Problem, SameIdOtherContent
from tests.integration.billing.billing_handlers import CODE, COLLECTOR, NOW, BillingHandlers


async def refused(attempt: object) -> Problem:
    with pytest.raises(Problem) as caught:
        await attempt  # type: ignore[misc]
    return caught.value


async def test_cash_clears_the_bill_and_tells_everything_that_a_receipt_needs(billing: BillingHandlers) -> None:
    await billing.customer()
    account = await billing.bill(320)
    assert account.account.debt == 871_020
    shift = (await billing.open_shift()).shift
    reply = await billing.cash(871_020, bill_ids=[account.bills[0].bill_id])

    assert (reply.account.debt, reply.account.credit, reply.account.open_bills) == (0, 0, 0)
    assert reply.account.version == account.account.version + 1
    assert [(part.vat, part.principal) for part in reply.payment.allocations] == [(64_520, 806_500)]
    [event] = await billing.emitted("payment.recorded")
    assert event["bills"][0]["open_principal"] == 806_500  # as it stood before
    assert event["bills"][0]["lines"][0]["label"] == "Bậc 1"
    assert event["customer"]["name"] == "Nguyễn Thị Hạnh"
    assert event["account"] == reply.account.model_dump(mode="json")
    assert reply.payment.shift_id == shift.shift_id
    assert (await billing.account()).bills[0].state is BillState.PAID


async def test_the_oldest_bill_is_cleared_first_and_vat_before_principal(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(50, 10)
    await billing.bill(50, 9)  # an older month that came later
    reply = await billing.pay(107_136 + 5_000)
    bills = (await billing.account()).bills
    assert [(bill.month, bill.open_vat, bill.open_principal) for bill in bills] == [(9, 0, 0), (10, 2_936, 99_200)]
    assert reply.account.debt == 102_136
    assert reply.payment.credit == 0


async def test_what_is_left_is_credit_and_clears_the_next_bill(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(50, 9)
    paid = await billing.pay(200_000)
    assert (paid.payment.credit, paid.account.credit) == (92_864, 92_864)
    after = await billing.bill(50, 10)
    assert (after.account.debt, after.account.credit) == (14_272, 0)
    [_, issued] = await billing.emitted("bills.released")
    [bill] = [bill for bill in after.bills if bill.month == 10]
    assert (bill.open_vat, bill.open_principal) == (0, 14_272)
    assert [state["debt"] for state in issued["accounts"]] == [14_272]
    now = (await billing.payment(paid.payment.payment_id)).payment
    assert now.credit == 0
    assert sum(part.vat + part.principal for part in now.allocations) == 200_000


async def test_the_same_payment_from_two_phones_is_one_payment(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(320)
    await billing.open_shift()
    values = {"payment_id": new_id(), "customer_code": CODE, "amount": 871_020, "method": PaymentMethod.CASH}
    first = RecordPayment(**values, received_at=NOW, collector_code=COLLECTOR, device_id=new_id())
    second = RecordPayment(
        **values,
        received_at=NOW.astimezone(timezone(timedelta(hours=7))),
        collector_code=COLLECTOR,
        device_id=new_id(),
    )
    replies = await asyncio.gather(billing.record(first), billing.record(second), billing.record(first))
    assert all(reply == replies[0] for reply in replies)
    assert len(await billing.emitted("payment.recorded")) == 1
    await billing.receipt(first.payment_id)
    assert await billing.record(first) == replies[0]


async def test_an_id_with_other_content_is_refused(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.customer("PB14010012346")
    await billing.bill(320)
    paid = await billing.pay(1_000, reference="A")
    for amount, reference, code in ((1_001, "A", CODE), (1_000, "B", CODE), (1_000, "A", "PB14010012346")):
        again = billing.pay(amount, reference=reference, code=code, payment_id=paid.payment.payment_id)
        assert isinstance(await refused(again), SameIdOtherContent)
    assert (await billing.state()).debt == 871_020 - 1_000
    assert (await billing.state("PB14010012346")).credit == 0


async def test_one_id_for_two_customers_at_once_is_one_payment(billing: BillingHandlers) -> None:
    codes = [f"PB1401000000{n}" for n in range(4)]
    for code in codes:
        await billing.customer(code)
    payment_id = new_id()
    outcomes = await asyncio.gather(
        *(billing.pay(1_000, code=code, payment_id=payment_id) for code in codes), return_exceptions=True
    )
    assert sum(isinstance(outcome, PaymentReply) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, SameIdOtherContent) for outcome in outcomes) == 3
    assert sum([(await billing.state(code)).credit for code in codes]) == 1_000


async def test_cash_for_a_paid_bill_is_refused_with_the_first_payments_facts(billing: BillingHandlers) -> None:
    await billing.customer()
    account = await billing.bill(320)
    await billing.open_shift()
    first = await billing.cash(871_020)
    await billing.receipt(first.payment.payment_id)
    for bill_ids in ([account.bills[0].bill_id], []):
        problem = await refused(billing.cash(871_020, bill_ids=bill_ids))
        assert (problem.slug, problem.status) == ("already-paid", 409)
        assert problem.facts == {
            "payment_id": str(first.payment.payment_id),
            "amount": 871_020,
            "method": "cash",
            "received_at": first.payment.received_at.isoformat(),
            "collector_code": COLLECTOR,
            "collector_name": "Trần Văn Thu",
            "collection_point_code": None,
            "collection_point_name": None,
            "receipt_number": "K26TAA 00000123",
        }
        moment = NOW.astimezone(VIETNAM).strftime("%H:%M %d/%m/%Y")
        assert problem.detail == (
            f"Đã thanh toán 871.020 ₫ (thu ngân Trần Văn Thu thu tiền mặt lúc {moment}, biên nhận K26TAA 00000123). "
            "Không thu tiền lần nữa."
        )
    assert (await billing.shift()).shift.totals.cash == 871_020


async def test_cash_is_refused_when_one_of_the_bills_that_the_payer_saw_is_paid(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(50, 9)
    account = await billing.bill(50, 10)
    await billing.open_shift()
    posting = await billing.pay(107_136, method=PaymentMethod.COLLECTION_POINT, reference="BD-1")
    problem = await refused(billing.cash(214_272, bill_ids=[bill.bill_id for bill in account.bills]))
    assert problem.slug == "already-paid"
    assert problem.facts["payment_id"] == str(posting.payment.payment_id)
    assert problem.facts["collection_point_code"] == "BD01"
    assert (await billing.state()).debt == 107_136
    await billing.cash(107_136, bill_ids=[account.bills[1].bill_id])


async def test_two_phones_that_take_cash_at_once_leave_one_payment(billing: BillingHandlers) -> None:
    await billing.customer()
    account = await billing.bill(320)
    await billing.open_shift()
    await billing.open_shift(collector="TN02")
    bill_ids = [account.bills[0].bill_id]
    outcomes = await asyncio.gather(
        *(billing.cash(871_020, bill_ids=bill_ids, collector_code=code) for code in ("TN01", "TN02") * 3),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, PaymentReply) for outcome in outcomes) == 1
    assert {outcome.slug for outcome in outcomes if isinstance(outcome, Problem)} == {"already-paid"}
    assert (await billing.state()).credit == 0


async def test_money_that_lies_elsewhere_is_never_refused(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(320)
    await billing.open_shift()
    await billing.cash(871_020)
    posting = await billing.pay(871_020, method=PaymentMethod.COLLECTION_POINT, reference="BD-1")
    transfer = await billing.pay(500_000, reference="FT-1")
    assert posting.payment.credit == 871_020
    assert transfer.account.credit == 1_371_020
    event = (await billing.emitted("payment.recorded"))[1]
    assert (event["bills"], event["payment"]["allocations"]) == ([], [])


async def test_a_partners_transaction_counts_once_until_it_is_taken_back(billing: BillingHandlers) -> None:
    await billing.customer()
    first = await billing.pay(1_000, method=PaymentMethod.COLLECTION_POINT, reference="BD-1")
    problem = await refused(billing.pay(1_000, method=PaymentMethod.COLLECTION_POINT, reference="BD-1"))
    assert problem.slug == "reference-already-recorded"
    assert problem.facts == {"payment_id": str(first.payment.payment_id), "customer_code": CODE}
    await billing.pay(1_000, method=PaymentMethod.COLLECTION_POINT, reference="BD-1", collection_point_code="BD02")
    await billing.reverse(first.payment.payment_id)
    await billing.pay(1_000, method=PaymentMethod.COLLECTION_POINT, reference="BD-1")
    assert (await billing.state()).credit == 2_000


async def test_a_banks_reference_clears_one_customer_in_whatever_letters_it_is_typed(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.customer("PB14010012346")
    await billing.bill(50)
    await billing.bill(50, code="PB14010012346")
    first = await billing.pay(107_136, reference="FT26327-000001")
    for spelling in (
        *("ft26327-000001", " FT26327-000001 ", "FT 26327-000 001", "ＦＴ26327-000001", "FT26327–000001"),
        *("FT26327000001", "FT-26327.000/001", "FT2632-7000001"),
    ):
        for code in (CODE, "PB14010012346"):
            problem = await refused(billing.pay(107_136, code=code, reference=spelling))
            assert problem.slug == "reference-already-recorded"
            assert problem.facts == {"payment_id": str(first.payment.payment_id), "customer_code": CODE}
    assert (await billing.state("PB14010012346")).debt == 107_136
    await billing.pay(107_136, code="PB14010012346", reference="FT26327000002")


async def test_in_a_partners_reference_a_separator_between_digits_counts(billing: BillingHandlers) -> None:
    await billing.customer()

    async def post(reference: str) -> None:
        await billing.pay(1_000, method=PaymentMethod.COLLECTION_POINT, reference=reference)

    await post("BD-1-23")
    await post("BD-12-3")
    for spelling in ("BD1-23", "bd_1.23", "BD–1/23"):
        assert (await refused(post(spelling))).slug == "reference-already-recorded"


async def test_one_reference_for_several_customers_at_once_is_one_payment(billing: BillingHandlers) -> None:
    codes = [f"PB1401000000{n}" for n in range(4)]
    for code in codes:
        await billing.customer(code)
    outcomes = await asyncio.gather(
        *(billing.pay(1_000, code=code, reference="FT-1") for code in codes), return_exceptions=True
    )
    assert sum(isinstance(outcome, PaymentReply) for outcome in outcomes) == 1
    slugs = [outcome.slug for outcome in outcomes if isinstance(outcome, Problem)]
    assert slugs == ["reference-already-recorded"] * 3
    assert sum([(await billing.state(code)).credit for code in codes]) == 1_000


async def test_what_a_payer_wrote_on_a_transfer_is_kept_and_told(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(50)
    paid = await billing.pay(107_136, reference="FT-1", transfer_content="MBVCB.1.TD PB14010012345 7K3QX9PA.CT tu 0123")
    assert paid.payment.transfer_content == "MBVCB.1.TD PB14010012345 7K3QX9PA.CT tu 0123"
    assert (await billing.account(history=1)).payments == [paid.payment]
    [event] = await billing.emitted("payment.recorded")
    assert event["payment"]["transfer_content"] == paid.payment.transfer_content


async def test_cash_from_who_owes_nothing_and_never_paid_is_refused(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.open_shift()
    assert (await refused(billing.cash(1_000))).slug == "nothing-to-pay"
    await billing.bill(0)
    assert (
        await refused(billing.cash(1_000, bill_ids=[(await billing.account()).bills[0].bill_id]))
    ).slug == "nothing-to-pay"


async def test_cash_needs_a_collector_an_open_shift_and_room_in_the_box(billing: BillingHandlers) -> None:
    billing.cash_ceiling = 1_000_000
    await billing.customer()
    await billing.bill(500)
    assert (await refused(billing.cash(1_000, collector_code=None))).slug == "collector-missing"
    assert (await refused(billing.cash(1_000))).slug == "no-open-shift"
    await billing.open_shift(opening_float=200_000)
    problem = await refused(billing.cash(800_001))
    assert problem.slug == "cash-ceiling-reached"
    assert problem.facts == {"cash_in_hand": 200_000, "amount": 800_001, "cash_ceiling": 1_000_000}
    await billing.cash(800_000)
    assert (await refused(billing.cash(1))).slug == "cash-ceiling-reached"
    assert (await billing.state()).debt == 1_534_140 - 800_000


async def test_a_refused_payment_leaves_nothing_behind(billing: BillingHandlers) -> None:
    await billing.customer()
    before = await billing.bill(320)
    await refused(billing.cash(871_020))
    assert await billing.account() == before
    assert await billing.emitted("payment.recorded") == []


async def test_a_payment_that_does_not_say_who_took_it_or_for_whom_is_refused(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.customer("PB14010012346")
    other = await billing.bill(50, code="PB14010012346")
    await billing.open_shift()
    problem = await refused(billing.pay(1, method=PaymentMethod.COLLECTION_POINT, collection_point_code=None))
    assert (problem.slug, type(problem)) == ("collection-point-missing", InvalidRequest)
    assert isinstance(await refused(billing.pay(1, code="PB14019999999")), NotFound)
    assert (await refused(billing.cash(1, bill_ids=[new_id()]))).slug == "unknown-bill"
    assert (await refused(billing.cash(1, bill_ids=[other.bills[0].bill_id]))).slug == "unknown-bill"


async def test_a_reversal_opens_the_bill_again_and_takes_the_cash_out_of_the_open_shift(
    billing: BillingHandlers,
) -> None:
    await billing.customer()
    before = await billing.bill(320)
    await billing.open_shift()
    paid = await billing.cash(871_020)
    reversal_id = new_id()
    reversed_reply = await billing.reverse(paid.payment.payment_id, reversal_id=reversal_id)
    assert reversed_reply.account.debt == 871_020
    assert reversed_reply.payment.reversed_at is not None
    assert reversed_reply.payment.allocations == paid.payment.allocations
    assert (await billing.account()).bills == before.bills
    totals = (await billing.shift()).shift.totals
    assert (totals.payments, totals.cash, totals.reversals, totals.reversed_cash) == (0, 0, 1, 871_020)
    [event] = await billing.emitted("payment.reversed")
    assert event["account"]["version"] == reversed_reply.account.version == paid.account.version + 1

    assert await billing.reverse(paid.payment.payment_id, reversal_id=reversal_id) == reversed_reply
    problem = await refused(billing.reverse(paid.payment.payment_id))
    assert (problem.slug, problem.status) == ("already-reversed", 409)
    other = await refused(billing.reverse(paid.payment.payment_id, reversal_id=reversal_id, reason="Khác"))
    assert isinstance(other, SameIdOtherContent)
    assert isinstance(await refused(billing.reverse(new_id())), NotFound)
    await billing.cash(871_020)


async def test_a_reversal_of_credit_that_cleared_a_later_bill_opens_that_bill_too(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(50, 9)
    paid = await billing.pay(150_000)
    await billing.bill(50, 10)
    reply = await billing.reverse(paid.payment.payment_id)
    assert (reply.account.debt, reply.account.credit, reply.account.open_bills) == (214_272, 0, 2)
    assert sum(part.vat + part.principal for part in reply.payment.allocations) + reply.payment.credit == 150_000


async def test_after_a_reversal_other_money_that_is_there_clears_what_was_reopened(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(320)
    await billing.open_shift()
    cash = await billing.cash(871_020)
    posting = await billing.pay(871_020, method=PaymentMethod.COLLECTION_POINT, reference="BD-1")
    assert posting.account.credit == 871_020
    reply = await billing.reverse(cash.payment.payment_id)
    assert (reply.account.debt, reply.account.credit) == (0, 0)
    now = (await billing.payment(posting.payment.payment_id)).payment
    assert [part.principal for part in now.allocations] == [806_500]
    problem = await refused(billing.cash(871_020))
    assert isinstance(problem, Conflict)
    assert problem.facts["payment_id"] == str(posting.payment.payment_id)


async def test_a_reversal_after_closing_leaves_the_counted_shift_as_it_was(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(320)
    shift = (await billing.open_shift()).shift
    paid = await billing.cash(871_020)
    closed = await billing.close_shift(shift.shift_id, 871_020)
    await billing.reverse(paid.payment.payment_id)
    assert await billing.shift(shift.shift_id) == closed
    assert (await billing.state()).debt == 871_020


async def test_cash_taken_by_mistake_is_reported_once_by_who_took_it_until_it_is_reversed(
    billing: BillingHandlers,
) -> None:
    await billing.customer()
    await billing.bill(320)
    await billing.open_shift()
    paid = (await billing.cash(871_020)).payment
    request = ReportPayment(
        report_id=new_id(), payment_id=paid.payment_id, collector_code=COLLECTOR, reason="Thu nhầm khách"
    )
    first, again = await billing.report(request), await billing.report(request)
    assert first == again
    assert first.payment.reported_at is not None
    assert (await billing.account()).payments[0].reported_at == first.payment.reported_at
    other = request.model_copy(update={"report_id": new_id()})
    assert (await refused(billing.report(other))).slug == "already-reported"
    assert isinstance(await refused(billing.report(other.model_copy(update={"collector_code": "TN02"}))), NotFound)
    assert [report.reason for report in await billing.reports()] == ["Thu nhầm khách"]
    await billing.pool.execute(
        """INSERT INTO collectors (collector_code, name, unit_code, active, changed_at)
           VALUES ($1, '', 'PB1501', true, now())""",
        COLLECTOR,
    )
    assert [len(await billing.reports(unit)) for unit in ("PB1501", "PB9999")] == [1, 0]
    await billing.reverse(paid.payment_id)
    assert await billing.reports() == []
    assert (await refused(billing.report(other))).slug == "already-reversed"


async def test_what_rounding_leaves_is_credit_and_clears_the_next_bill(billing: BillingHandlers) -> None:
    rules = [RoundingRule(in_force_from=date(2018, 1, 1), units=frozenset({"PB1401"}), step=1000)]
    await billing.customer()
    await billing.bill(50, 9)
    await billing.open_shift()
    async with billing.reading() as work:
        account = await get_account(GetAccount(customer_code=CODE), work, rounding_rules=rules)
        exact = await get_account(GetAccount(customer_code=CODE), work)
    assert (account.account.debt, account.cash_step, exact.cash_step) == (107_136, 1000, 1)
    billing.rounding_rules = rules
    paid = await billing.cash(108_000)
    assert (paid.payment.credit, paid.account.debt) == (864, 0)
    assert (await billing.bill(50, 10)).account.debt == 107_136 - 864
    assert (await billing.shift()).shift.totals.cash == 108_000


async def test_cash_that_ignores_the_units_rounding_rule_is_refused_with_what_to_take(billing: BillingHandlers) -> None:
    await billing.customer()
    before = await billing.bill(50)
    await billing.open_shift()
    problem = await refused(billing.cash(107_137))
    assert (problem.slug, problem.facts) == (
        "cash-above-debt",
        {"amount": 107_137, "most": 107_136, "cash_step": 1},
    )
    billing.rounding_rules = [RoundingRule(in_force_from=date(2018, 1, 1), units=frozenset({"PB1401"}), step=1000)]
    problem = await refused(billing.cash(107_136, bill_ids=[before.bills[0].bill_id]))
    assert (problem.slug, problem.status, problem.facts) == (
        "cash-not-rounded",
        409,
        {"amount": 107_136, "cash_step": 1000, "below": 107_000, "above": 108_000},
    )
    assert "107.000" in problem.detail
    assert "108.000" in problem.detail
    assert (await refused(billing.cash(109_000))).slug == "cash-above-debt"
    assert await billing.account() == before.model_copy(update={"cash_step": 1})
    part = await billing.cash(50_000)
    assert (part.payment.credit, part.account.debt) == (0, 57_136)


async def test_cash_that_was_asked_for_by_the_rule_of_before_is_recorded(billing: BillingHandlers) -> None:
    """The phone was without signal: it has read the account, or taken the money, before the rule changed."""
    await billing.customer()
    await billing.bill(50, 9)
    await billing.bill(50, 10)
    await billing.open_shift()
    today = business_day(NOW)
    billing.rounding_rules = [
        RoundingRule(in_force_from=date(2018, 1, 1), step=1),
        RoundingRule(in_force_from=today, step=1000),
    ]
    assert (await refused(billing.cash(107_136))).slug == "cash-not-rounded"
    for unknown_step in (1000, 500):
        assert (await refused(billing.cash(107_136, cash_step=unknown_step))).slug == "cash-not-rounded"
    taken_before = await billing.cash(107_136, received_at=NOW - timedelta(days=1))
    read_before = await billing.cash(107_136, cash_step=1)
    assert (taken_before.account.debt, read_before.account.debt) == (107_136, 0)


async def test_a_rule_of_before_counts_for_no_longer_than_a_phone_may_be_without_signal(
    billing: BillingHandlers,
) -> None:
    await billing.customer()
    await billing.bill(50)
    await billing.open_shift()
    billing.rounding_rules = [
        RoundingRule(in_force_from=date(2018, 1, 1), step=1),
        RoundingRule(in_force_from=business_day(NOW) - timedelta(days=8), step=1000),
    ]
    assert (await refused(billing.cash(107_136, cash_step=1))).slug == "cash-not-rounded"


async def test_cash_for_a_bill_that_was_paid_in_part_on_the_way_is_recorded(billing: BillingHandlers) -> None:
    await billing.customer()
    account = await billing.bill(320)
    await billing.open_shift()
    await billing.pay(71_020)
    paid = await billing.cash(871_020, bill_ids=[account.bills[0].bill_id])
    assert (paid.account.debt, paid.payment.credit) == (0, 71_020)


async def test_a_part_of_any_amount_is_offered_where_the_unit_allows_it_and_clears_the_oldest_bill_first(
    billing: BillingHandlers,
) -> None:
    rules = [PartPaymentRule(in_force_from=date(2018, 1, 1), units=frozenset({"PB1401"}), allowed=True, least=50_000)]
    await billing.customer()
    await billing.bill(50, 9)
    await billing.bill(50, 10)
    await billing.open_shift()
    async with billing.reading() as work:
        account = await get_account(GetAccount(customer_code=CODE, history=3), work, part_payment_rules=rules)
        whole = await get_account(GetAccount(customer_code=CODE, history=3), work)
    assert (account.least_part, whole.least_part) == (50_000, None)
    older, newer = (bill.bill_id for bill in account.bills)
    paid = await billing.cash(150_000, bill_ids=[older, newer])
    assert [(part.bill_id, part.vat + part.principal) for part in paid.payment.allocations] == [
        (older, 107_136),
        (newer, 150_000 - 107_136),
    ]
    assert (paid.payment.credit, paid.account.debt) == (0, 2 * 107_136 - 150_000)


async def test_two_reversals_at_once_take_back_once(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(320)
    paid = await billing.pay(871_020)
    outcomes = await asyncio.gather(
        *(billing.reverse(paid.payment.payment_id) for _ in range(4)), return_exceptions=True
    )
    assert sum(isinstance(outcome, PaymentReply) for outcome in outcomes) == 1
    assert (await billing.state()).debt == 871_020


async def test_a_receipts_number_is_kept_and_a_void_slips_number_is_not(billing: BillingHandlers) -> None:
    await billing.customer()
    paid = await billing.pay(1_000)
    await billing.receipt(paid.payment.payment_id, 7)
    await billing.receipt(paid.payment.payment_id, 8, kind=ReceiptKind.VOID)
    assert (await billing.payment(paid.payment.payment_id)).payment.receipt_number == "K26TAA 00000007"


async def test_what_is_heard_late_of_a_lost_number_does_not_replace_the_one_behind_the_gap(
    billing: BillingHandlers,
) -> None:
    await billing.customer()
    paid = await billing.pay(1_000)
    await billing.receipt(paid.payment.payment_id, 50_007)
    await billing.receipt(paid.payment.payment_id, 7)
    assert (await billing.payment(paid.payment.payment_id)).payment.receipt_number == "K26TAA 00050007"


async def test_an_account_shows_open_bills_always_and_history_when_asked(billing: BillingHandlers) -> None:
    await billing.customer()
    for month in (7, 8, 9, 10):
        await billing.bill(50, month)
    await billing.pay(107_136)
    await billing.pay(107_136)
    bare = await billing.account(history=0)
    assert ([bill.month for bill in bare.bills], bare.payments) == ([9, 10], [])
    assert bare.account.oldest_due_date == bare.bills[0].due_date
    some = await billing.account(history=1)
    assert ([bill.month for bill in some.bills], len(some.payments)) == ([8, 9, 10], 1)
    assert isinstance(await refused(billing.account("PB14019999999")), NotFound)
    assert isinstance(await refused(billing.payment(new_id())), NotFound)


async def test_an_amount_that_nobody_can_mean_is_refused_with_the_debt(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(50, 9)
    for method in (PaymentMethod.TRANSFER, PaymentMethod.COLLECTION_POINT):
        problem = await refused(billing.pay(10**12, method=method, reference=f"X-{method}"))
        assert (problem.status, problem.slug) == (409, "amount-implausible")
        assert problem.facts == {"amount": 10**12, "debt": 107_136, "most": 500_107_136}
    assert await billing.emitted("payment.recorded") == []
    paid = await billing.pay(500_107_136, reference="X-1")
    assert paid.account.credit == 500_000_000


async def test_the_database_holds_no_amount_above_the_largest(billing: BillingHandlers) -> None:
    await billing.customer()
    await billing.bill(50, 9)
    payment = (await billing.pay(107_136, reference="X-1")).payment
    larger = payment.model_copy(update={"payment_id": new_id(), "amount": 10**11 + 1, "reference": "X-2"})
    async with billing.new_work() as work:
        with pytest.raises(CheckViolationError, match="no row of payments holds more than 100000000000"):
            await payments.add(
                work.connection, larger, recorded_at=NOW, visit_id=None, device_id=None, actor=work.actor
            )
