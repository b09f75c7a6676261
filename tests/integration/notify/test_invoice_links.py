"""Messages that lead to the invoice behind the money, where the unit wants that and the invoice exists."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from services.notify.app import service
from services.notify.campaigns.planner import Planner
from services.notify.domain.kinds import Kind, KindRule, MessageRule
from services.notify.domain.verdict import Limits
from services.notify.handlers.send_receipt_link import send_receipt_link
from services.notify.periodic_tasks import Retention
from services.notify.providers.base import OutgoingSms
from services.notify.providers.sandbox import read_sandbox
from services.notify.settings import NotifySettings
from services.notify.store.issued_invoices import delete_invoices
from shared.clock import VIETNAM, business_day, now
from shared.contracts.billing import Bill, BillIssued
from shared.contracts.common import AccountState, DisputedBills
from shared.contracts.customer import ComplaintKind, ComplaintRecorded, CustomerChanged
from shared.contracts.invoice import InvoicesIssued, InvoiceState, IssuedInvoice
from shared.contracts.notify import SendReceiptLink
from shared.contracts.receipt import Receipt, ReceiptIssued, ReceiptKind
from shared.ids import new_id
from shared.messaging import Topology
from shared.testing import wait_until
from shared.testing.builders import account, bill, customer, dispute_changed, issued_invoice, notice_issued
from shared.testing.fixtures import BusFactory
from tests.integration.notify.notices import CODE, PHONE, Clock, Operator, notice
from tests.integration.notify.notify_handlers import Notify

PoolFor = Callable[..., Awaitable[asyncpg.Pool]]

EIGHT = datetime(2026, 11, 22, 8, tzinfo=VIETNAM)
DUE = date(2026, 11, 21)
LINKED = KindRule(switched_on=True, invoice_link=True)
LINK = "https://hoadon.pcmu.evnspc.vn/hd/ABCDEFGH234567AB"
OLDER = "https://hoadon.pcmu.evnspc.vn/hd/AAAAAAAAAAAAAAAA"


def rules(**kinds: KindRule) -> Limits:
    return Limits(
        rules=(MessageRule(in_force_from=date.min, kinds={Kind(kind): rule for kind, rule in kinds.items()}),)
    )


OVERDUE = rules(overdue=KindRule(switched_on=True, days=1, within_days=2, invoice_link=True))


@pytest_asyncio.fixture
async def pool(pool_for: PoolFor) -> asyncpg.Pool:
    return await pool_for("notify")


def notify_on(pool: asyncpg.Pool, limits: Limits) -> tuple[Notify, Operator]:
    operator = Operator()
    return Notify(pool, [operator], Clock(EIGHT), limits), operator


def of_november(**changes: Any) -> Bill:
    return bill(CODE, due_date=DUE, **changes)


def told(*invoices: IssuedInvoice) -> InvoicesIssued:
    return InvoicesIssued(lookup_address="https://hoadon.pcmu.evnspc.vn/hd", invoices=list(invoices))


def is_customer() -> CustomerChanged:
    return CustomerChanged(customer=customer(CODE), changed_at=EIGHT)


def owes(of: Bill, *, due: date = DUE, version: int = 1, disputed: DisputedBills | None = None) -> BillIssued:
    return BillIssued(bill=of, account=state(due=due, version=version, disputed=disputed))


def state(*, due: date = DUE, version: int = 1, disputed: DisputedBills | None = None) -> AccountState:
    return account(CODE, debt=871_020, version=version, oldest_due_date=due, disputed=disputed)


def receipted(*bills: Bill) -> ReceiptIssued:
    receipt = Receipt(
        receipt_id=new_id(),
        kind=ReceiptKind.ORIGINAL,
        series="BN26-AA",
        number=123,
        year=2026,
        payment_id=new_id(),
        voids_receipt_id=None,
        customer_code=CODE,
        collector_code=None,
        total=871_020,
        vat=64_520,
        issued_at=EIGHT,
        token="ABC",
        url="https://tn.vn/R/LONG",
        short_url="https://hoadon.pcmu.evnspc.vn/R/GEZDGNBVGY3T",
    )
    return ReceiptIssued(receipt=receipt, bill_ids=[each.bill_id for each in bills])


async def planned(notify: Notify, operator: Operator) -> OutgoingSms:
    """Plan the day's campaigns, send what is due, and return the only SMS."""
    await Planner(notify.new_work, notify.texts, notify.limits, clock=notify.clock).plan()
    return await the_only_sms(notify, operator)


async def the_only_sms(notify: Notify, operator: Operator) -> OutgoingSms:
    await notify.sender.send_due()
    [sms] = operator.sent
    return sms


async def test_thanks_for_a_payment_lead_to_the_invoice_of_its_newest_bill(pool: asyncpg.Pool) -> None:
    notify, operator = notify_on(pool, rules(paid=LINKED))
    first, second, later = bill(CODE, month=9), bill(CODE, month=10), bill(CODE, month=11)
    invoices = [
        issued_invoice(first, lookup_code="A" * 16),
        issued_invoice(second),
        issued_invoice(later, lookup_code="C" * 16),
    ]
    await notify.consume(is_customer(), told(*invoices), receipted(second, first))
    sms = await the_only_sms(notify, operator)
    assert LINK in sms.text
    assert "https://hoadon.pcmu.evnspc.vn/R/GEZDGNBVGY3T" in sms.text
    assert sms.segments == 1
    assert sms.parameters["invoice_link"] == LINK
    assert await notify.violations() == []


async def test_an_invoice_that_comes_before_the_thanks_leave_is_in_time(pool: asyncpg.Pool) -> None:
    notify, operator = notify_on(pool, rules(paid=LINKED))
    paid = of_november()
    await notify.consume(is_customer(), receipted(paid), told(issued_invoice(paid)))
    assert LINK in (await the_only_sms(notify, operator)).text


async def test_without_an_invoice_the_message_is_what_it_was(pool: asyncpg.Pool) -> None:
    notify, operator = notify_on(pool, rules(paid=LINKED))
    await notify.consume(is_customer(), told(issued_invoice(bill(CODE, month=9))), receipted(of_november()))
    sms = await the_only_sms(notify, operator)
    assert "/hd" not in sms.text
    assert "invoice_link" not in sms.parameters
    assert sms.form == 0


async def test_a_unit_that_has_not_switched_it_on_sends_none(pool: asyncpg.Pool) -> None:
    other = MessageRule(in_force_from=date.min, units=frozenset({"PB1409"}), kinds={Kind.PAID: LINKED})
    of_all = MessageRule(in_force_from=date.min, kinds={Kind.PAID: KindRule(switched_on=True)})
    notify, operator = notify_on(pool, Limits(rules=(of_all, other)))
    paid = of_november()
    await notify.consume(is_customer(), told(issued_invoice(paid)), receipted(paid))
    assert "/hd" not in (await the_only_sms(notify, operator)).text


async def test_where_no_unit_wants_links_no_invoice_is_kept(pool: asyncpg.Pool) -> None:
    notify, _ = notify_on(pool, rules(paid=KindRule(switched_on=True)))
    await notify.consume(told(issued_invoice(of_november())))
    assert await pool.fetchval("SELECT count(*) FROM issued_invoices") == 0


async def test_the_link_of_a_receipt_that_was_asked_for_goes_with_that_of_the_invoice(pool: asyncpg.Pool) -> None:
    notify, operator = notify_on(pool, rules(receipt=LINKED))
    paid = of_november()
    request = SendReceiptLink(
        link_id=new_id(),
        receipt_id=new_id(),
        payment_id=new_id(),
        customer_code=CODE,
        phone=PHONE,
        unit_name="Điện lực Trần Văn Thời",
        receipt_name="BN26-AA 00000123",
        amount=871_020,
        address="https://hoadon.pcmu.evnspc.vn/R/GEZDGNBVGY3T",
        requested_by="TN014",
        bill_ids=[paid.bill_id],
    )
    await notify.consume(is_customer(), owes(paid), told(issued_invoice(paid)))
    async with notify.new_work() as work:
        await send_receipt_link(request, work, texts=notify.texts, limits=notify.limits, clock=notify.clock)
    sms = await the_only_sms(notify, operator)
    assert (LINK in sms.text, sms.segments) == (True, 1)


async def test_a_receipt_whose_bills_are_not_known_leads_to_no_invoice_of_another_bill(pool: asyncpg.Pool) -> None:
    notify, operator = notify_on(pool, rules(paid=LINKED))
    owed = of_november()
    await notify.consume(is_customer(), owes(owed), told(issued_invoice(owed)), receipted())
    assert "/hd" not in (await the_only_sms(notify, operator)).text


async def test_a_notice_of_an_overdue_debt_leads_to_the_invoice_of_its_newest_bill(pool: asyncpg.Pool) -> None:
    notify, operator = notify_on(pool, OVERDUE)
    owed, newer = of_november(), bill(CODE, month=11)
    paid_before = bill(CODE, month=9)
    await notify.consume(
        is_customer(),
        told(issued_invoice(paid_before, lookup_code="A" * 16), issued_invoice(owed, lookup_code="B" * 16)),
        told(issued_invoice(newer)),
        owes(newer),
    )
    sms = await planned(notify, operator)
    assert LINK in sms.text
    assert "871.020d" in sms.text
    assert sms.segments == 1


async def test_a_notice_never_leads_to_an_invoice_that_was_paid_before(pool: asyncpg.Pool) -> None:
    notify, operator = notify_on(pool, OVERDUE)
    before = bill(CODE, month=9, due_date=DUE - timedelta(days=30))
    await notify.consume(is_customer(), told(issued_invoice(before)), owes(of_november()))
    assert "/hd" not in (await planned(notify, operator)).text


async def test_a_notice_does_not_lead_to_the_invoice_of_a_bill_that_the_customer_complains_about(
    pool: asyncpg.Pool,
) -> None:
    notify, operator = notify_on(pool, OVERDUE)
    owed, disputed = of_november(), bill(CODE, month=11)
    about = DisputedBills(bill_numbers=[disputed.bill_number], debt=1000, other_due_date=DUE)
    complaint = ComplaintRecorded(
        complaint_id=new_id(),
        customer_code=CODE,
        kind=ComplaintKind.AMOUNT,
        bill_number=disputed.bill_number,
        answer_by=date(2026, 12, 7),
        recorded_at=EIGHT,
    )
    await notify.consume(
        is_customer(),
        told(issued_invoice(owed, lookup_code="A" * 16), issued_invoice(disputed)),
        owes(disputed),
        complaint,
        dispute_changed(state(version=2, disputed=about)),
    )
    assert OLDER in (await planned(notify, operator)).text


async def test_a_bill_that_was_replaced_leads_to_the_invoice_that_replaces_its_own(pool: asyncpg.Pool) -> None:
    notify, operator = notify_on(pool, OVERDUE)
    owed, replacing = of_november(), of_november(bill_number="PB14010012345-202610-2")
    await notify.consume(
        is_customer(),
        told(issued_invoice(owed, lookup_code="A" * 16)),
        told(issued_invoice(replacing, number=43, state=InvoiceState.REPLACES)),
        told(issued_invoice(replacing, number=44, lookup_code="C" * 16, state=InvoiceState.ADJUSTS)),
        owes(owed),
    )
    assert LINK in (await planned(notify, operator)).text


async def test_the_reminder_of_a_visit_leads_to_the_invoice_of_what_is_owed(pool: asyncpg.Pool) -> None:
    notify, operator = notify_on(pool, rules(away=LINKED))
    owed = of_november()
    visited = notice_issued(CODE, bills=[owed], account=state(), issued_at=EIGHT)
    await notify.consume(is_customer(), told(issued_invoice(owed)), visited)
    sms = await the_only_sms(notify, operator)
    assert (LINK in sms.text, sms.template, sms.segments) == (True, "away", 1)


async def test_invoices_told_of_twice_or_by_an_earlier_version_do_no_harm(pool: asyncpg.Pool) -> None:
    notify, operator = notify_on(pool, rules(paid=LINKED))
    paid = of_november()
    invoice = issued_invoice(paid, customer_code="", due_on=None)
    await notify.consume(is_customer(), told(invoice), told(invoice, issued_invoice(bill(CODE, month=9))))
    await notify.consume(receipted(paid))
    assert LINK in (await the_only_sms(notify, operator)).text


async def test_links_are_forgotten_when_no_message_asks_for_their_debt_any_more(pool: asyncpg.Pool) -> None:
    notify, _ = notify_on(pool, OVERDUE)
    await notify.consume(told(issued_invoice(of_november(), made_on=business_day(EIGHT))))
    retention = Retention(pool, clock=notify.clock)
    assert await retention.delete() == 0
    notify.clock.advance(days=401)
    assert await retention.delete() == 1
    async with pool.acquire() as connection:
        assert await delete_invoices(connection, notify.clock()) == 0


@pytest.fixture
async def settings(
    database: Callable[..., Awaitable[str]], amqp_url: str, namespace: str, tmp_path: Path
) -> NotifySettings:
    """Settings of a copy that sends at any hour and leads to invoices."""
    file = tmp_path / "kinds.yaml"
    file.write_text("rules: [{from: 2020-01-01, kinds: {away: {switched_on: true, invoice_link: true}}}]", "utf-8")
    return NotifySettings.model_validate(
        {
            "amqp_url": amqp_url,
            "database_url": await database("notify"),
            "namespace": namespace,
            "sms_folder": tmp_path,
            "sms_opens": "00:00",
            "sms_closes": "23:59:59.999999",
            "message_rules_file": file,
        }
    )


async def test_what_invoice_tells_over_the_bus_stands_in_the_sms(
    settings: NotifySettings, bus_for: BusFactory, database: Callable[..., Awaitable[str]], tmp_path: Path
) -> None:
    async with service(settings):
        others = await bus_for(
            Topology(service="invoice", emits=[InvoicesIssued, type(notice())]), database_url=await database()
        )
        owed = of_november()
        async with others.work() as work:
            await work.emit(told(issued_invoice(owed)))
        connection = await asyncpg.connect(settings.database_url.get_secret_value())
        try:
            await wait_until(lambda: connection.fetchval("SELECT count(*) = 1 FROM issued_invoices"))
        finally:
            await connection.close()
        async with others.work() as work:
            await work.emit(notice_issued(CODE, bills=[owed], account=state(), issued_at=now()), aggregate=CODE)
        [sms] = await wait_until(lambda: read_sandbox(tmp_path))
    assert LINK in sms.text
    assert sms.template == "away/1"
