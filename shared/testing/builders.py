"""Customers, bills, payments and the events about them, complete and valid; a test names only what matters to it."""

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta
from typing import Any

from shared.contracts.billing import (
    AgreedBill,
    AgreementChanged,
    AgreementState,
    Bill,
    BillCorrected,
    BillCorrection,
    BillDisputeChanged,
    BilledAmounts,
    BillLink,
    BillsReleased,
    BillState,
    CorrectionKind,
    FilledInstalment,
    InstalmentAgreement,
    NoticeIssued,
    NoticeKind,
    Payment,
    PaymentRecorded,
    PaymentReversed,
    ReleasedBill,
)
from shared.contracts.common import AccountState, Collector, CustomerFacts, Outcome, PaymentMethod, Unit
from shared.contracts.invoice import InvoiceState, IssuedInvoice
from shared.ids import new_id

CUSTOMER_CODE = "PB14010012345"
MOMENT = datetime(2026, 11, 22, 5, tzinfo=UTC)
"""When everything happens that has no other moment: noon in Vietnam."""

UNIT = Unit(unit_code="PB1401", name="Điện lực Cà Mau", address="Cà Mau", tax_code="9900000016", phone="19001006")
COLLECTOR = Collector(collector_code="TN1401001", name="Nguyễn Văn An", phone="0951 000 001")


def customer(customer_code: str = CUSTOMER_CODE, **changes: Any) -> CustomerFacts:
    """Return the facts of a household."""
    facts: dict[str, Any] = {
        "customer_code": customer_code,
        "name": "Phạm Thị Út",
        "address": "Tổ 1, ấp Cái Keo, xã Tân Thuận, tỉnh Cà Mau",
        "phone": "+84953000001",
        "unit": UNIT,
        "route_code": "PB1401-001",
        "place_in_route": 1,
        "collector": COLLECTOR,
        "price_group": "household",
        "version": 1,
    }
    return CustomerFacts(**facts | changes)


def account(customer_code: str = CUSTOMER_CODE, *, debt: int = 0, version: int = 1, **changes: Any) -> AccountState:
    """Return an account with one open bill, or with none where nothing is owed."""
    facts = {"customer_code": customer_code, "version": version, "debt": debt, "credit": 0, "open_bills": int(debt > 0)}
    return AccountState(**facts | changes)


def dispute_changed(state: AccountState) -> BillDisputeChanged:
    """Return that a complaint about a bill was recorded or answered; ``state``: the account after it."""
    return BillDisputeChanged(account=state, changed_at=MOMENT)


def bill(
    customer_code: str = CUSTOMER_CODE,
    *,
    month: int = 10,
    year: int = 2026,
    pre_vat: int = 200_000,
    vat: int = 16_000,
    **changes: Any,
) -> Bill:
    """Return an open bill of a whole month, due ten days after it."""
    first, last = date(year, month, 1), date(year, month, monthrange(year, month)[1])
    facts: dict[str, Any] = {
        "bill_id": new_id(),
        "bill_number": f"{customer_code}-{year}{month:02d}-1",
        "customer_code": customer_code,
        "cycle": 1,
        "month": month,
        "year": year,
        "period_from": first,
        "period_to": last,
        "price_group": "household",
        "households": "1",
        "readings": [],
        "kwh": 100,
        "lines": [],
        "pre_vat": pre_vat,
        "vat_rate": "8",
        "vat": vat,
        "total": pre_vat + vat,
        "open_principal": pre_vat,
        "open_vat": vat,
        "state": BillState.OPEN,
        "due_date": last + timedelta(days=10),
        "issued_at": MOMENT,
    }
    return Bill(**facts | changes)


def payment(customer_code: str = CUSTOMER_CODE, amount: int = 216_000, **changes: Any) -> Payment:
    """Return a transfer that cleared nothing yet."""
    facts: dict[str, Any] = {
        "payment_id": new_id(),
        "customer_code": customer_code,
        "amount": amount,
        "method": PaymentMethod.TRANSFER,
        "received_at": MOMENT,
        "collector_code": None,
        "collection_point_code": None,
        "reference": "FT1",
        "shift_id": None,
        "allocations": [],
        "credit": 0,
    }
    return Payment(**facts | changes)


def issued_invoice(of: Bill, **changes: Any) -> IssuedInvoice:
    """Return the invoice of a bill, as invoice tells of it."""
    facts: dict[str, Any] = {
        "invoice_id": new_id(),
        "bill_id": of.bill_id,
        "bill_number": of.bill_number,
        "template": "1",
        "symbol": "K26TAA",
        "number": 42,
        "made_on": of.period_to,
        "lookup_code": "ABCDEFGH234567AB",
        "state": InvoiceState.NEW,
        "customer_code": of.customer_code,
        "due_on": of.due_date,
    }
    return IssuedInvoice(**facts | changes)


def payment_recorded(customer_code: str = CUSTOMER_CODE, **changes: Any) -> PaymentRecorded:
    """Return the event of a payment after which nothing is owed."""
    facts: dict[str, Any] = {
        "payment": payment(customer_code),
        "customer": customer(customer_code),
        "bills": [],
        "collection_point": None,
        "account": account(customer_code, version=2),
        "visit_id": None,
        "device_id": None,
    }
    return PaymentRecorded(**facts | changes)


def payment_reversed(customer_code: str = CUSTOMER_CODE, **changes: Any) -> PaymentReversed:
    """Return the event of a reversal after which the payment's amount is owed again."""
    reversed_payment = payment(customer_code)
    facts: dict[str, Any] = {
        "reversal_id": new_id(),
        "payment": reversed_payment,
        "customer": customer(customer_code),
        "reason": "Nhập nhầm",
        "reversed_by": "supervisor",
        "reversed_at": MOMENT,
        "account": account(customer_code, debt=reversed_payment.amount, version=3),
        "device_id": None,
    }
    return PaymentReversed(**facts | changes)


def notice_issued(customer_code: str = CUSTOMER_CODE, **changes: Any) -> NoticeIssued:
    """Return the event of a notice that was left at the door of somebody who owes one bill."""
    owed = bill(customer_code)
    facts: dict[str, Any] = {
        "notice_id": new_id(),
        "notice_number": "TB1",
        "kind": NoticeKind.AWAY,
        "visit_id": new_id(),
        "outcome": Outcome.AWAY,
        "customer": customer(customer_code),
        "visiting_collector_code": COLLECTOR.collector_code,
        "bills": [owed],
        "account": account(customer_code, debt=owed.total),
        "appointment": None,
        "collection_points": [],
        "device_id": None,
        "issued_at": MOMENT,
    }
    return NoticeIssued(**facts | changes)


def agreement_changed(
    customer_code: str = CUSTOMER_CODE, *, state: AgreementState = AgreementState.IN_FORCE, **changes: Any
) -> AgreementChanged:
    """Return what billing tells of an agreement to pay one bill in two parts; ``changes`` are its own."""
    amount = 871_020
    has_ended = state is not AgreementState.IN_FORCE
    facts: dict[str, Any] = {
        "agreement_id": new_id(),
        "customer_code": customer_code,
        "unit_code": UNIT.unit_code,
        "state": state,
        "amount": amount,
        "paid": 0,
        "parts": [
            FilledInstalment(due_on=date(2026, 12, 10), amount=500_000, paid=0),
            FilledInstalment(due_on=date(2027, 1, 10), amount=amount - 500_000, paid=0),
        ],
        "bills": [AgreedBill(bill_id=new_id(), bill_number="PB14010012345T102026K1", amount=amount, open=amount)],
        "late_days": 3,
        "paper": "TT 12/2026",
        "reason": "Nhà có người ốm",
        "asked_by": "Phạm Thị Hoa",
        "approved_by": "Trần Thị Lan",
        "agreed_at": MOMENT,
        "ended_at": MOMENT if has_ended else None,
        "end_reason": "Khách đề nghị" if has_ended else None,
    }
    return AgreementChanged(agreement=InstalmentAgreement(**facts | changes), changed_at=MOMENT)


def bills_released(*accounts: AccountState) -> BillsReleased:
    """Return the batch of a bill run after which customers have these accounts, each with one new bill."""
    bills = [
        ReleasedBill(bill_id=new_id(), customer_code=each.customer_code, total=216_000, due_date=date(2026, 11, 10))
        for each in accounts
    ]
    return BillsReleased(run_id=new_id(), released_at=MOMENT, bills=bills, accounts=list(accounts))


def bill_corrected(of: Bill, state: AccountState, *, corrected_at: datetime, **changes: Any) -> BillCorrected:
    """Return the event of an adjustment downwards, by a tenth of the bill, after which the account is in ``state``."""
    total = of.total - of.total // 10
    correction: dict[str, Any] = {
        "correction_id": new_id(),
        "kind": CorrectionKind.ADJUSTMENT,
        "customer_code": of.customer_code,
        "corrects": BillLink(bill_id=of.bill_id, bill_number=of.bill_number),
        "new_bill": None,
        "before": BilledAmounts(kwh=of.kwh, pre_vat=of.pre_vat, vat=of.vat, total=of.total),
        "after": BilledAmounts(kwh=of.kwh, pre_vat=total, vat=0, total=total),
        "reductions": [],
        "released": 0,
        "reason": "Ghi sai chỉ số",
        "asked_by": "Phạm Thị Hoa",
        "approved_by": "Trần Thị Lan",
        "corrected_at": corrected_at,
    }
    return BillCorrected(
        correction=BillCorrection(**correction | changes),
        customer=customer(of.customer_code),
        bill=of,
        new_bill=None,
        account=state,
    )
