"""Messages as billing would send them, for the tests of receipts and documents."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from shared.contracts.billing import (
    AgreedBill,
    AgreementWanted,
    Allocation,
    Bill,
    BillCause,
    BillCauseKind,
    BillComparison,
    BillLine,
    CollectionPoint,
    FilledInstalment,
    HandIn,
    HandInCount,
    HandInPlace,
    HandInState,
    Handover,
    MeterReading,
    NoticeIssued,
    NoticeKind,
    Payment,
    PaymentRecorded,
    PaymentReversed,
    Shift,
    ShiftClosed,
    ShiftTotals,
)
from shared.contracts.common import (
    AccountState,
    Collector,
    CustomerFacts,
    Meter,
    Outcome,
    PaymentMethod,
    Unit,
)
from shared.contracts.notify import CutWarningWanted
from shared.testing import builders

SELLER_TAX_CODE = "0300942001-018"
_SPACE = UUID("0f9a3a52-6c4e-4d0e-8f53-3f5b6a3b9f10")
_TIERS = ((50, 1984), (50, 2050), (100, 2380), (100, 2998), (100, 3350), (10**6, 3460))


def sample_id(name: str) -> UUID:
    """The same id for the same name, in every run."""
    return uuid5(_SPACE, name)


def customer(code: str = "PB14010012345", **changes: Any) -> CustomerFacts:
    facts: dict[str, Any] = {
        "name": "NGUYỄN THỊ HỒNG HẠNH",
        "address": "Số 125/7 đường Phan Ngọc Hiển, khóm 6, phường An Xuyên, tỉnh Cà Mau",
        "phone": "+84912345678",
        "unit": Unit(
            unit_code="PB1401",
            name="ĐIỆN LỰC THÀNH PHỐ CÀ MAU",
            address="22 Ngô Quyền, phường An Xuyên, Cà Mau",
            tax_code=SELLER_TAX_CODE,
            phone="1900 1006",
        ),
        "route_code": "PB1401-R07",
        "place_in_route": 12,
        "collector": Collector(collector_code="TN014", name="Trần Văn Đẹt", phone="+84987654321"),
        "meter": Meter(meter_number="21034567"),
    }
    return builders.customer(code, **facts | changes)


def bill(month: int = 10, kwh: int = 287, *, paid: int = 0, year: int = 2026, name: str = "") -> Bill:
    """A bill over 28 days with its tiers, of which something may be paid already: VAT first."""
    lines, left = [], kwh
    first, last = date(year, month, 1), date(year, month, 28)
    for tier, (width, price) in enumerate(_TIERS, 1):
        used = min(left, width)
        if used:
            lines.append(
                BillLine(
                    label=f"Bậc {tier}",
                    decision="1279/QĐ-BCT",
                    period_from=first,
                    period_to=last,
                    kwh=used,
                    unit_price=price,
                    amount=used * price,
                )
            )
        left -= used
    pre_vat = sum(line.amount for line in lines)
    vat = (pre_vat * 8 + 50) // 100
    vat_paid = min(vat, paid)
    reading = MeterReading(meter_number="21034567", old_reading=10123, new_reading=10123 + kwh, multiplier=1, kwh=kwh)
    return builders.bill(
        month=month,
        year=year,
        pre_vat=pre_vat,
        vat=vat,
        bill_id=sample_id(f"bill {name}{year}-{month}"),
        period_to=last,
        readings=[reading],
        kwh=kwh,
        lines=lines,
        open_principal=pre_vat - (paid - vat_paid),
        open_vat=vat - vat_paid,
        due_date=last,
        issued_at=datetime(year, month, 28, 2, tzinfo=UTC),
    )


def account(debt: int = 0, credit: int = 0, open_bills: int = 0) -> AccountState:
    oldest = date(2026, 11, 9) if debt else None
    return builders.account(debt=debt, version=3, credit=credit, open_bills=open_bills, oldest_due_date=oldest)


def payment_recorded(
    name: str = "payment",
    bills: list[Bill] | None = None,
    *,
    amount: int | None = None,
    method: PaymentMethod = PaymentMethod.CASH,
    received_at: datetime = datetime(2026, 11, 12, 7, 5, 9, tzinfo=UTC),
    device: str | None = "phone",
    facts: CustomerFacts | None = None,
) -> PaymentRecorded:
    """A payment of ``amount`` (all that is open when None), cleared oldest first, VAT before principal."""
    facts = facts or customer()
    bills = [bill()] if bills is None else bills
    owed = sum(one.open_principal + one.open_vat for one in bills)
    amount = owed if amount is None else amount
    left, allocations = amount, []
    for one in bills:
        vat = min(left, one.open_vat)
        principal = min(left - vat, one.open_principal)
        if vat + principal:
            allocations.append(Allocation(bill_id=one.bill_id, vat=vat, principal=principal))
        left -= vat + principal
    elsewhere = method is PaymentMethod.COLLECTION_POINT
    return PaymentRecorded(
        payment=Payment(
            payment_id=sample_id(name),
            customer_code=facts.customer_code,
            amount=amount,
            method=method,
            received_at=received_at,
            collector_code="TN014" if method is PaymentMethod.CASH else None,
            collection_point_code="BD-CM-01" if elsewhere else None,
            reference="" if method is PaymentMethod.CASH else "VNP240011223",
            shift_id=sample_id("shift") if method is PaymentMethod.CASH else None,
            allocations=allocations,
            credit=left,
        ),
        customer=facts,
        bills=bills,
        collection_point=collection_points()[0] if elsewhere else None,
        account=account(debt=max(owed - amount, 0), credit=left),
        visit_id=None,
        device_id=sample_id(device) if device else None,
    )


def payment_reversed(recorded: PaymentRecorded) -> PaymentReversed:
    return PaymentReversed(
        reversal_id=sample_id(f"reversal of {recorded.payment.payment_id}"),
        payment=recorded.payment,
        customer=recorded.customer,
        reason="Thu nhầm khách hàng cùng tên",
        reversed_by="Lê Thị Mai (giám sát)",
        reversed_at=datetime(2026, 11, 12, 9, 40, tzinfo=UTC),
        account=account(debt=recorded.payment.amount),
        device_id=recorded.device_id,
    )


def notice_issued(kind: NoticeKind, bills: list[Bill] | None = None) -> NoticeIssued:
    bills = [bill()] if bills is None else bills
    outcome = {NoticeKind.CHECK: Outcome.MET, NoticeKind.AWAY: Outcome.AWAY}.get(kind, Outcome.CANNOT_PAY)
    appointed = kind in {NoticeKind.AWAY, NoticeKind.CANNOT_PAY}
    return NoticeIssued(
        notice_id=sample_id(f"notice {kind}"),
        notice_number="TB-20261112-000871",
        kind=kind,
        visit_id=sample_id("visit"),
        outcome=outcome,
        customer=customer(),
        visiting_collector_code="TN014",
        bills=bills,
        account=account(debt=sum(one.open_principal + one.open_vat for one in bills), open_bills=len(bills)),
        appointment=datetime(2026, 11, 15, 1, 30, tzinfo=UTC) if appointed else None,
        collection_points=collection_points() if kind is NoticeKind.COLLECTION_POINT else [],
        device_id=sample_id("phone"),
        issued_at=datetime(2026, 11, 12, 7, 3, tzinfo=UTC),
        comparison=comparison(bills[-1]) if kind in {NoticeKind.CHECK, NoticeKind.AWAY} else None,
    )


def cut_warning_wanted() -> CutWarningWanted:
    """A warning that a collector is about to deliver, for a cut four days later."""
    return CutWarningWanted(
        print_id=sample_id("warning"),
        device_id=sample_id("phone"),
        customer=customer(),
        debt=871_020,
        debt_due_on=date(2026, 10, 20),
        cut_from=datetime(2026, 11, 16, 1, tzinfo=UTC),
        reconnection_hours=24,
        account_version=7,
        not_after=datetime(2026, 11, 15, 1, tzinfo=UTC),
        wanted_at=datetime(2026, 11, 12, 7, 3, tzinfo=UTC),
    )


def agreement_wanted() -> AgreementWanted:
    """An agreement about two bills, of whose first part some is paid."""
    parts = [
        FilledInstalment(due_on=date(2026, 12, 10), amount=500_000, paid=200_000),
        FilledInstalment(due_on=date(2027, 1, 10), amount=371_020, paid=0),
    ]
    bills = [
        AgreedBill(bill_id=sample_id(number), bill_number=number, amount=amount, open=amount)
        for number, amount in (("PB14010012345T092026K1", 400_000), ("PB14010012345T102026K1", 471_020))
    ]
    made = builders.agreement_changed(
        "PB14010012345",
        agreement_id=sample_id("agreement"),
        parts=parts,
        bills=bills,
        paid=200_000,
        agreed_at=datetime(2026, 11, 11, 2, tzinfo=UTC),
    )
    return AgreementWanted(
        print_id=sample_id("agreement print"),
        device_id=sample_id("phone"),
        agreement=made.agreement,
        customer=customer(),
        wanted_at=datetime(2026, 11, 12, 7, 3, tzinfo=UTC),
    )


def comparison(latest: Bill) -> BillComparison:
    """Why the bill of a notice is higher than the one before it."""
    return BillComparison(
        bill_number=latest.bill_number,
        compared_with="PB14010012345T092026K1",
        difference=333_100,
        causes=[
            BillCause(kind=BillCauseKind.USE, amount=240_000),
            BillCause(kind=BillCauseKind.TIER, amount=93_100),
        ],
        kwh_year_ago=210,
        vi="Cao hơn kỳ 09/2026 333.100 ₫: mỗi ngày dùng nhiều hơn (6,0 nay 10,3 kWh), lên bậc 4.",
        en="333.100 ₫ more than 09/2026: more used a day (6.0, now 10.3 kWh), tier 4 reached.",
    )


def collection_points() -> list[CollectionPoint]:
    rows = (
        ("BD-CM-01", "Bưu điện Cà Mau", "post_office", "Số 2 Lưu Tấn Tài, phường An Xuyên", "07:00–18:00"),
        ("NH-CM-03", "Agribank Cà Mau", "bank", "Số 5 An Dương Vương, phường An Xuyên", "07:30–16:30"),
        ("CH-CM-11", "Tạp hóa Cô Ba", "other", "Chợ phường 7, lô 14", "06:00–20:00"),
    )
    return [
        CollectionPoint(
            collection_point_code=code,
            name=name,
            kind=kind,
            address=address,
            opening_hours=hours,
            phone="0290 3831 000",
            unit_code="PB1401",
        )
        for code, name, kind, address, hours in rows
    ]


def shift_closed(counted: int = 12_450_000) -> ShiftClosed:
    expected = 12_450_000
    return ShiftClosed(
        shift=Shift(
            shift_id=sample_id("shift"),
            collector_code="TN014",
            opened_at=datetime(2026, 11, 12, 0, 30, tzinfo=UTC),
            opening_float=500_000,
            totals=ShiftTotals(payments=31, cash=11_950_000, reversals=1, reversed_cash=415_705),
            cash_in_hand=expected,
            cash_ceiling=50_000_000,
            closed_at=datetime(2026, 11, 12, 10, 15, tzinfo=UTC),
            counted_cash=counted,
            difference=counted - expected,
            explanation="" if counted == expected else "Trả lại tiền thừa cho khách, chưa ghi",
            denominations={"500000": 20, "200000": 10, "100000": 4, "50000": 1},
        ),
        payment_ids=[sample_id(f"payment {number}") for number in range(31)],
        collector_name="Trần Văn Đẹt",
        device_id=sample_id("phone"),
    )


def shift_handed_in() -> ShiftClosed:
    """A closed shift of which a part was handed in before: to a cashier, who counted less, and at a bank."""
    closed, said_at = shift_closed(2_450_000), datetime(2026, 11, 12, 4, 40, tzinfo=UTC)
    totals = closed.shift.totals.model_copy(update={"hand_ins": 2, "handed_in": 10_000_000, "unproven": 5_010_000})
    shift = closed.shift.model_copy(
        update={
            "totals": totals,
            "cash_in_hand": 2_450_000,
            "counted_cash": 2_450_000,
            "difference": 0,
            "explanation": "",
            "denominations": {"500000": 4, "200000": 2, "50000": 1},
        }
    )
    usual = {"shift_id": shift.shift_id, "collector_code": shift.collector_code, "stated_by": "collector:TN014"}
    to_cashier = HandIn(
        hand_in_id=sample_id("hand-in 1"),
        place=HandInPlace.CASHIER,
        amount=5_000_000,
        stated_at=said_at,
        state=HandInState.COUNTED,
        count=HandInCount(
            counted_cash=4_990_000,
            difference=-10_000,
            reason="Thiếu một tờ 10.000",
            counted_by="cashier:1",
            counted_at=said_at,
        ),
        **usual,
    )
    at_bank = HandIn(
        hand_in_id=sample_id("hand-in 2"),
        place=HandInPlace.BANK,
        amount=5_010_000,
        slip_number="VCB00991234",
        stated_at=said_at + timedelta(hours=3),
        state=HandInState.WAITING,
        **usual,
    )
    handover = Handover(
        receipts=32,
        first_receipt="BN26-AA-000101",
        last_receipt="BN26-AA-000139",
        without_number=1,
        transfers=3,
        transferred=1_512_400,
        hand_ins=[to_cashier, at_bank],
    )
    return closed.model_copy(update={"shift": shift, "handover": handover})
