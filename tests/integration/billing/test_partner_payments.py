"""Partners pay listed bills under their own ids, learn where a payment stands, and take it back on its day."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from services.billing.audit import audit_facts
from services.billing.partners.reconciliation import HEADER
from services.billing.partners.terms import PartnerTerms
from services.billing.store import partners
from services.billing.store.partner_fees import fees_not_by_terms
from shared.clock import VIETNAM
from shared.contracts.actor import Actor, ActorKind, Proof
from shared.contracts.billing import (
    BillChoice,
    CancelPartnerPayment,
    DifferenceSettlement,
    GetPartnerBills,
    GetPartnerDifferences,
    GetPartnerFile,
    GetPartnerPayment,
    GetPartnerPoints,
    GetPartnerSettlement,
    PartnerDifference,
    PartnerFile,
    PartnerPayment,
    PartnerPaymentState,
    PartnerVerdict,
    RecordPartnerPayment,
    SettlePartnerDifference,
    TakePartnerFile,
)
from shared.contracts.common import PaymentMethod
from shared.messaging.context import acting
from shared.problems import Problem
from shared.testing.conditions import wait_until
from tests.integration.billing.billing_handlers import CODE, NOW, BillingHandlers

PARTNER = "VNPOST"
POINT = "VNPOST-CM01"
ACTOR = Actor(kind=ActorKind.PARTNER, id=str(UUID(int=7)), reference="partner:VNPOST", proven_by=Proof.TOKEN)


def terms(**changes: object) -> PartnerTerms:
    usual = {"bills": "any", "cancel_until": 20, "fee": 1_100, "fee_per_million": 500, "file_due": 6, "file_days": 31}
    return PartnerTerms.model_validate({"from": date(2018, 1, 1), **usual, **changes})


class Partner:
    """A partner's computer, as billing sees it behind the gateway."""

    def __init__(self, billing: BillingHandlers) -> None:
        self.billing = billing

    async def pay(
        self, payment_id: str, bill_ids: list[UUID], amount: int, *, customer: str = CODE, point: str = POINT
    ) -> PartnerPayment:
        request = RecordPartnerPayment(
            partner_code=PARTNER,
            partner_payment_id=payment_id,
            collection_point_code=point,
            customer_code=customer,
            bill_ids=bill_ids,
            amount=amount,
            received_at=NOW,
        )
        with acting(ACTOR):
            async with self.billing.new_work() as work:
                return await self.billing.answer(request, work)

    async def status(self, payment_id: str) -> PartnerPayment:
        async with self.billing.reading() as work:
            return await self.billing.answer(
                GetPartnerPayment(partner_code=PARTNER, partner_payment_id=payment_id), work
            )

    async def cancel(self, payment_id: str) -> PartnerPayment:
        request = CancelPartnerPayment(partner_code=PARTNER, partner_payment_id=payment_id, reason="Khách đổi ý")
        with acting(ACTOR):
            async with self.billing.new_work() as work:
                return await self.billing.answer(request, work)


@pytest_asyncio.fixture
async def partner(billing: BillingHandlers, billing_pool: asyncpg.Pool) -> AsyncIterator[Partner]:
    """A partner with one point, whose customer owes two bills: of September and October."""
    billing.partner_terms = [terms()]
    await billing.customer()
    await billing.bill(50, 9)
    await billing.bill(60, 10)
    async with billing_pool.acquire() as connection:
        await partners.save(connection, PARTNER, "Bưu điện tỉnh", 10_000_000)
        await connection.execute(
            "INSERT INTO collection_points"
            " (collection_point_code, name, kind, address, opening_hours, phone, unit_code)"
            " VALUES ($1, 'Bưu cục 1', 'post_office', 'Cà Mau', '', '', 'PB1401')",
            POINT,
        )
        assert await partners.give_points(connection, PARTNER, [POINT, "NONE"]) == {POINT}
    yield Partner(billing)
    async with billing_pool.acquire() as connection:
        assert (await audit_facts(connection)).violations == []


async def open_bills(partner: Partner) -> list[tuple[UUID, int]]:
    async with partner.billing.reading() as work:
        found = await partner.billing.answer(GetPartnerBills(partner_code=PARTNER, customer_code=CODE), work)
    return [(bill.bill_id, bill.amount) for bill in found.bills]


async def refused(attempt: object) -> Problem:
    with pytest.raises(Problem) as caught:
        await attempt  # type: ignore[misc]
    return caught.value


async def test_a_partner_sees_the_bills_with_no_more_of_the_customer_than_the_payer_recognises(
    partner: Partner,
) -> None:
    async with partner.billing.reading() as work:
        shown = await partner.billing.answer(GetPartnerBills(partner_code=PARTNER, customer_code=CODE), work)
        points = await partner.billing.answer(GetPartnerPoints(partner_code=PARTNER), work)
    assert (shown.customer_name, shown.ward) == ("N. T. Hạnh", "xã Tân Thuận")
    assert [(bill.month, bill.year) for bill in shown.bills] == [(9, 2026), (10, 2026)]
    assert shown.total == sum(bill.amount for bill in shown.bills)
    assert [point.collection_point_code for point in points.collection_points] == [POINT]


async def test_a_payment_clears_the_listed_bill_and_a_repetition_changes_nothing(partner: Partner) -> None:
    [_, (newer, amount)] = await open_bills(partner)
    first = await partner.pay("VN-1", [newer], amount)
    again = await partner.pay("VN-1", [newer], amount)
    assert first == again
    assert (first.state, first.amount, first.business_date) == (PartnerPaymentState.PAID, amount, date(2026, 11, 22))
    assert first.cancellable_until == datetime(2026, 11, 22, 20, tzinfo=VIETNAM)
    [event] = await partner.billing.emitted("payment.recorded")
    assert (event["payment"]["collection_point_code"], event["collection_point"]["name"]) == (POINT, "Bưu cục 1")
    assert [bill["bill_id"] for bill in event["bills"]] == [str(newer)]
    assert len(await open_bills(partner)) == 1
    assert await partner.billing.pool.fetchval("SELECT fee FROM partner_payments") == 1_100 + round(
        amount * 500 / 10**6
    )


@pytest.mark.parametrize(
    ("choice", "which", "slug"),
    [
        (BillChoice.ALL, [0], "bills-not-allowed"),
        (BillChoice.ALL, [0, 1], None),
        (BillChoice.OLDEST_FIRST, [1], "bills-not-allowed"),
        (BillChoice.OLDEST_FIRST, [0], None),
        (BillChoice.ANY, [1], None),
    ],
)
async def test_the_partners_terms_say_which_bills_are_paid_apart(
    partner: Partner, choice: BillChoice, which: list[int], slug: str | None
) -> None:
    partner.billing.partner_terms = [terms(bills="any"), terms(bills=choice, partners=[PARTNER])]
    listed = await open_bills(partner)
    chosen = [listed[place] for place in which]
    paying = partner.pay("VN-1", [bill_id for bill_id, _ in chosen], sum(amount for _, amount in chosen))
    if slug is None:
        assert (await paying).state is PartnerPaymentState.PAID
    else:
        assert (await refused(paying)).slug == slug


async def test_another_amount_than_the_bills_come_to_is_refused(partner: Partner) -> None:
    [(older, amount), _] = await open_bills(partner)
    assert (await refused(partner.pay("VN-1", [older], amount + 1))).facts == {"amount": amount + 1, "bills": amount}
    assert (await partner.status("VN-1")).state is PartnerPaymentState.UNKNOWN


async def test_cash_at_the_door_and_a_partner_race_and_one_of_them_has_the_bill(partner: Partner) -> None:
    [(older, amount), (_, newer_amount)] = await open_bills(partner)
    await partner.billing.open_shift()
    cash = partner.billing.cash(amount + newer_amount)
    done = await asyncio.gather(cash, partner.pay("VN-1", [older], amount), return_exceptions=True)
    problems = [one for one in done if isinstance(one, Problem)]
    assert len(problems) == 1
    assert problems[0].slug in ("bill-not-open", "cash-above-debt")


async def test_money_that_came_to_a_bank_first_leaves_the_partner_nothing_to_take(partner: Partner) -> None:
    [(older, amount), _] = await open_bills(partner)
    await partner.billing.pay(amount)
    problem = await refused(partner.pay("VN-1", [older], amount))
    assert (problem.slug, problem.facts) == ("bill-not-open", {"bill_ids": [str(older)]})


async def test_the_same_id_for_another_customer_or_amount_is_a_conflict(partner: Partner) -> None:
    [(older, amount), (newer, newer_amount)] = await open_bills(partner)
    await partner.pay("VN-1", [older], amount)
    assert (await refused(partner.pay("VN-1", [newer], newer_amount))).slug == "same-id-other-content"


async def test_two_payments_at_once_do_not_go_above_the_ceiling(partner: Partner) -> None:
    [(older, amount), (newer, newer_amount)] = await open_bills(partner)
    async with partner.billing.pool.acquire() as connection:
        assert await partners.set_ceiling(connection, PARTNER, amount + newer_amount - 1)
    done = await asyncio.gather(
        partner.pay("VN-1", [older], amount), partner.pay("VN-2", [newer], newer_amount), return_exceptions=True
    )
    assert [one.slug for one in done if isinstance(one, Problem)] == ["partner-ceiling-reached"]
    async with partner.billing.pool.acquire() as connection:
        await partners.set_ceiling(connection, PARTNER, amount + newer_amount)
    for payment_id, bill_id, due in (("VN-1", older, amount), ("VN-2", newer, newer_amount)):
        await partner.pay(payment_id, [bill_id], due)


async def test_a_cancelled_payment_opens_its_bill_and_frees_the_ceiling(partner: Partner) -> None:
    [(older, amount), _] = await open_bills(partner)
    paid = await partner.pay("VN-1", [older], amount)
    cancelled = await partner.cancel("VN-1")
    assert cancelled.state is PartnerPaymentState.CANCELLED
    assert (await partner.cancel("VN-1")) == cancelled
    assert len(await open_bills(partner)) == 2
    [event] = await partner.billing.emitted("payment.reversed")
    assert (event["payment"]["payment_id"], event["reversed_by"]) == (str(paid.payment_id), PARTNER)
    assert await partner.billing.pool.fetchval("SELECT paid - cancelled FROM partner_days") == 0


async def test_a_late_repetition_of_what_was_cancelled_is_not_answered_as_paid(partner: Partner) -> None:
    [(older, amount), _] = await open_bills(partner)
    await partner.pay("VN-1", [older], amount)
    await partner.cancel("VN-1")
    assert (await refused(partner.pay("VN-1", [older], amount))).slug == "payment-cancelled"


async def test_an_id_that_was_cancelled_before_the_payment_came_never_becomes_one(partner: Partner) -> None:
    [(older, amount), _] = await open_bills(partner)
    assert (await partner.cancel("VN-1")).state is PartnerPaymentState.BARRED
    assert (await refused(partner.pay("VN-1", [older], amount))).slug == "payment-cancelled"
    assert (await partner.status("VN-1")).state is PartnerPaymentState.BARRED


async def test_cancelling_and_paying_at_once_leave_no_payment(partner: Partner) -> None:
    [(older, amount), _] = await open_bills(partner)
    await asyncio.gather(partner.pay("VN-1", [older], amount), partner.cancel("VN-1"), return_exceptions=True)
    assert (await partner.status("VN-1")).state in (PartnerPaymentState.CANCELLED, PartnerPaymentState.BARRED)
    assert len(await open_bills(partner)) == 2


async def test_who_asks_waits_for_a_payment_that_is_being_recorded(
    partner: Partner, billing_pool: asyncpg.Pool
) -> None:
    async with billing_pool.acquire() as connection, connection.transaction():
        await partners.lock_payment(connection, partners.register_id(PARTNER, "VN-1"))
        asked = asyncio.create_task(partner.status("VN-1"))
        waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"

        async def somebody_waits() -> bool:
            return bool(await connection.fetchval(waiting))

        await wait_until(somebody_waits)
        assert not asked.done()
    assert (await asked).state is PartnerPaymentState.UNKNOWN


async def test_after_the_agreed_hour_and_on_another_day_nothing_is_cancelled(partner: Partner) -> None:
    [(older, amount), _] = await open_bills(partner)
    paid = await partner.pay("VN-1", [older], amount)
    assert paid.cancellable_until is not None
    partner.billing.now = paid.cancellable_until - timedelta(seconds=1)
    assert (await refused(partner.cancel("VN-1"))).slug == "cancellation-too-late"
    partner.billing.now = paid.cancellable_until + timedelta(hours=12)
    assert (await refused(partner.cancel("VN-1"))).slug == "cancellation-too-late"
    assert (await partner.status("VN-1")).state is PartnerPaymentState.PAID


async def test_what_the_utility_took_back_is_told_as_reversed_and_is_no_cancellation(partner: Partner) -> None:
    [(older, amount), _] = await open_bills(partner)
    paid = await partner.pay("VN-1", [older], amount)
    assert paid.payment_id is not None
    await partner.billing.reverse(paid.payment_id)
    assert (await partner.status("VN-1")).state is PartnerPaymentState.REVERSED
    assert (await refused(partner.cancel("VN-1"))).slug == "already-reversed"
    assert (await refused(partner.pay("VN-1", [older], amount))).slug == "already-reversed"


async def test_an_unknown_partner_and_another_partners_point_are_refused(partner: Partner) -> None:
    [(older, amount), _] = await open_bills(partner)
    assert (await refused(partner.pay("VN-1", [older], amount, point="OTHER-1"))).slug == "not-partners-point"
    async with partner.billing.reading() as work:
        asking = partner.billing.answer(GetPartnerBills(partner_code="NOBODY", customer_code=CODE), work)
        assert (await refused(asking)).slug == "unknown-partner"


async def test_what_was_posted_by_the_point_itself_is_no_second_payment_of_the_partner(partner: Partner) -> None:
    [(older, amount), _] = await open_bills(partner)
    posting = await partner.billing.pay(
        1_000, method=PaymentMethod.COLLECTION_POINT, collection_point_code=POINT, reference="VN-1"
    )
    problem = await refused(partner.pay("VN-1", [older], amount))
    assert problem.slug in ("reference-already-recorded", "amount-differs")
    await partner.billing.reverse(posting.payment.payment_id)


async def test_the_audit_names_a_register_that_says_something_else(
    partner: Partner, billing_pool: asyncpg.Pool
) -> None:
    [(older, amount), _] = await open_bills(partner)
    await partner.pay("VN-1", [older], amount)
    async with billing_pool.acquire() as connection:
        await connection.execute("UPDATE partner_payments SET amount = amount - 1")
        found = {violation.rule for violation in (await audit_facts(connection)).violations}
        await connection.execute("UPDATE partner_payments SET amount = amount + 1")
    assert {
        "a partner's payment is in its register as it was recorded",
        "a partner's payment cleared the bills that it names, and nothing was left",
        "what a partner holds of a day is its register",
    } <= found


async def test_the_audit_names_a_fee_that_is_not_by_the_terms_of_its_day(
    partner: Partner, billing_pool: asyncpg.Pool
) -> None:
    [(older, amount), (newer, newer_amount)] = await open_bills(partner)
    own = terms(units=["PB1401"], fee=2_000, fee_per_million=0)
    partner.billing.partner_terms = [terms(), own]
    await partner.pay("VN-1", [older], amount)
    await partner.pay("VN-2", [newer], newer_amount)
    async with billing_pool.acquire() as connection:
        assert await fees_not_by_terms(connection, [terms(), own]) == []
        later = terms(**{"from": date(2026, 11, 23)}, units=["PB1401"], fee=1)
        assert await fees_not_by_terms(connection, [terms(), own, later]) == []
        [found] = await fees_not_by_terms(connection, [terms()])
        assert found.rule == "a partner's fee is by the terms of its day"
        assert found.subject == f"{PARTNER} PB1401 2026-11-22"
        # Registered by a version before, which did not keep the unit.
        await connection.execute("UPDATE partner_payments SET unit_code = NULL")
        assert await fees_not_by_terms(connection, [terms(), own]) == []
        assert len(await fees_not_by_terms(connection, [terms()])) == 1


# --- both sides' books


def a_file(*entries: tuple[str, int, str], day: date = date(2026, 11, 22)) -> str:
    lines = [
        f"{PARTNER},{day},{payment_id},{CODE},x,{amount},{kind},{day}T09:00:00+07:00,{POINT}"
        for payment_id, amount, kind in entries
    ]
    body = "".join(f"{line}\n" for line in (HEADER, *lines))
    total = sum(amount if kind == "PAY" else -amount for _, amount, kind in entries)
    return f"{body}TRAILER,{len(lines)},{total},{hashlib.sha256(body.encode()).hexdigest()}\n"


async def take(partner: Partner, content: str) -> PartnerFile:
    async with partner.billing.new_work() as work:
        return await partner.billing.answer(TakePartnerFile(partner_code=PARTNER, name="f.csv", content=content), work)


async def waiting(partner: Partner, *, settled: bool = False) -> list[PartnerDifference]:
    async with partner.billing.reading() as work:
        return (await partner.billing.answer(GetPartnerDifferences(settled=settled), work)).differences


async def settle(
    partner: Partner, difference_id: UUID, how: DifferenceSettlement = DifferenceSettlement.REFUNDED
) -> PartnerDifference:
    request = SettlePartnerDifference(
        settlement_id=UUID(int=1),
        difference_id=difference_id,
        settlement=how,
        reason="Đã trả lại khách",
    )
    async with partner.billing.new_work() as work:
        return (await partner.billing.answer(request, work)).difference


async def day_of_two(partner: Partner) -> tuple[int, int]:
    """A payment that stands and one that was cancelled; then the next morning."""
    [(older, amount), (newer, newer_amount)] = await open_bills(partner)
    await partner.pay("VN-1", [older], amount)
    await partner.pay("VN-2", [newer], newer_amount)
    await partner.cancel("VN-2")
    await partner.cancel("VN-3")
    partner.billing.now += timedelta(days=1)
    return amount, newer_amount


async def test_books_that_agree_leave_no_difference_and_say_what_is_owed(partner: Partner) -> None:
    amount, other = await day_of_two(partner)
    file = await take(partner, a_file(("VN-1", amount, "PAY"), ("VN-2", other, "PAY"), ("VN-2", other, "REV")))
    assert {verdict: count for verdict, count in file.verdicts.items() if count} == {PartnerVerdict.MATCHED: 3}
    assert await waiting(partner) == []
    async with partner.billing.reading() as work:
        days = await partner.billing.answer(
            GetPartnerSettlement(partner_code=PARTNER, first=date(2026, 11, 1), last=date(2026, 11, 30)), work
        )
    [day] = days.days
    assert (day.paid - day.cancelled, day.fees) == (amount, 1_100 + round(amount * 500 / 10**6))
    assert (day.file_taken_at, day.open_differences) == (file.taken_at, 0)


async def test_a_file_that_is_taken_twice_changes_nothing(partner: Partner) -> None:
    amount, _ = await day_of_two(partner)
    content = a_file(("VN-1", amount + 1, "PAY"))
    first = await take(partner, content)
    again = await take(partner, content)
    assert again == first.model_copy(update={"taken_before": True})
    assert len(await waiting(partner)) == 3


async def test_what_differs_waits_until_a_person_or_a_later_file_settles_it(partner: Partner) -> None:
    amount, other = await day_of_two(partner)
    await take(partner, a_file(("VN-1", amount + 1, "PAY"), ("VN-9", 5_000, "PAY")))
    found = {(one.partner_payment_id, one.kind.value): one for one in await waiting(partner)}
    assert {key: one.verdict.value for key, one in found.items()} == {
        ("VN-1", "PAY"): "AMOUNT_DIFFERS",
        ("VN-9", "PAY"): "MISSING_HERE",
        ("VN-2", "PAY"): "MISSING_THERE",
        ("VN-2", "REV"): "MISSING_THERE",
    }
    settled = await settle(partner, found["VN-9", "PAY"].difference_id)
    assert (settled.settlement, settled.reason) == (DifferenceSettlement.REFUNDED, "Đã trả lại khách")
    assert await settle(partner, settled.difference_id) == settled

    better = (("VN-1", amount, "PAY"), ("VN-2", other, "PAY"), ("VN-2", other, "REV"), ("VN-9", 5_000, "PAY"))
    await take(partner, a_file(*better))
    assert await waiting(partner) == []
    closed = {one.partner_payment_id: one.settlement for one in await waiting(partner, settled=True)}
    assert closed["VN-1"] is DifferenceSettlement.LATER_FILE
    assert closed["VN-9"] is DifferenceSettlement.REFUNDED


async def test_a_file_of_today_and_one_that_is_too_late_are_refused(partner: Partner) -> None:
    amount, _ = await day_of_two(partner)
    partner.billing.now -= timedelta(days=1)
    assert (await refused(take(partner, a_file(("VN-1", amount, "PAY"))))).slug == "partner-file-refused"
    partner.billing.now += timedelta(days=40)
    assert (await refused(take(partner, a_file(("VN-1", amount, "PAY"))))).slug == "partner-file-refused"
    partner.billing.now -= timedelta(days=30)
    assert (await take(partner, a_file(("VN-1", amount, "PAY")))).late


async def test_a_difference_that_a_file_had_settled_waits_again_when_a_later_one_shows_it(partner: Partner) -> None:
    amount, other = await day_of_two(partner)
    right = (("VN-1", amount, "PAY"), ("VN-2", other, "PAY"), ("VN-2", other, "REV"))
    wrong = a_file(("VN-1", amount + 1, "PAY"), *right[1:])
    for content in (wrong, a_file(*right), a_file(("VN-1", amount + 1, "PAY"), right[2], right[1])):
        partner.billing.now += timedelta(seconds=1)
        await take(partner, content)
    [one] = await waiting(partner)
    assert (one.partner_payment_id, one.verdict) == ("VN-1", PartnerVerdict.AMOUNT_DIFFERS)


async def test_a_file_that_is_sent_again_after_another_one_is_the_file_of_the_day(partner: Partner) -> None:
    amount, other = await day_of_two(partner)
    right = a_file(("VN-1", amount, "PAY"), ("VN-2", other, "PAY"), ("VN-2", other, "REV"))
    wrong = a_file(("VN-1", amount + 1, "PAY"), ("VN-2", other, "PAY"), ("VN-2", other, "REV"))
    for content in (wrong, right, wrong):
        partner.billing.now += timedelta(seconds=1)
        last = await take(partner, content)
    assert not last.taken_before
    [one] = await waiting(partner)
    assert (one.partner_payment_id, one.their_amount) == ("VN-1", amount + 1)
    async with partner.billing.reading() as work:
        asked = GetPartnerFile(partner_code=PARTNER, business_date=last.business_date)
        assert (await partner.billing.answer(asked, work)).sha256 == last.sha256
    assert (await take(partner, wrong)).taken_before
    partner.billing.now += timedelta(seconds=1)
    await take(partner, right)
    assert await waiting(partner) == []


async def test_a_file_of_a_day_without_payments_shows_its_differences_in_the_settlement(partner: Partner) -> None:
    day = date(2026, 11, 20)
    await take(partner, a_file(("VN-9", 5_000, "PAY"), day=day))
    async with partner.billing.reading() as work:
        request = GetPartnerSettlement(partner_code=PARTNER, first=date(2026, 11, 1), last=date(2026, 11, 30))
        days = (await partner.billing.answer(request, work)).days
    assert [(one.business_date, one.payments, one.fees, one.open_differences) for one in days] == [(day, 0, 0, 1)]


async def test_no_person_settles_a_difference_in_the_place_of_a_file(partner: Partner) -> None:
    await take(partner, a_file(("VN-9", 5_000, "PAY"), day=date(2026, 11, 20)))
    [one] = await waiting(partner)
    problem = await refused(settle(partner, one.difference_id, DifferenceSettlement.LATER_FILE))
    assert problem.slug == "settlement-not-possible"
    assert await waiting(partner) == [one]


async def test_twenty_payments_at_once_fill_the_ceiling_to_the_dong(
    partner: Partner, billing: BillingHandlers, billing_pool: asyncpg.Pool
) -> None:
    [(older, amount), (newer, newer_amount)] = await open_bills(partner)
    async with billing_pool.acquire() as connection:
        await partners.set_ceiling(connection, PARTNER, amount)
    tries = [partner.pay(f"VN-{number}", [older], amount) for number in range(10)]
    tries += [partner.pay(f"VM-{number}", [newer], newer_amount) for number in range(10)]
    done = await asyncio.gather(*tries, return_exceptions=True)
    paid = sum(one.amount or 0 for one in done if isinstance(one, PartnerPayment))
    assert 0 < paid <= amount
    assert await billing_pool.fetchval("SELECT paid FROM partner_days") == paid
    assert {one.slug for one in done if isinstance(one, Problem)} <= {"partner-ceiling-reached", "bill-not-open"}


async def test_the_ceiling_is_of_the_day_in_vietnam(partner: Partner, billing_pool: asyncpg.Pool) -> None:
    [(older, amount), (newer, newer_amount)] = await open_bills(partner)
    async with billing_pool.acquire() as connection:
        await partners.set_ceiling(connection, PARTNER, max(amount, newer_amount))
    partner.billing.now = datetime(2026, 11, 22, 23, 59, tzinfo=VIETNAM)
    await partner.pay("VN-1", [older], amount)
    assert (await refused(partner.pay("VN-2", [newer], newer_amount))).slug == "partner-ceiling-reached"
    partner.billing.now += timedelta(minutes=2)
    assert (await partner.pay("VN-2", [newer], newer_amount)).business_date == date(2026, 11, 23)
