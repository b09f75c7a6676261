"""The messages of one payment, for measuring what is made of them: one household, one month, three tiers."""

from datetime import date, timedelta

from services.billing.engine import BillRequest, Consumption, Use, compute_bill
from services.billing.tariffs.models import Tariffs
from shared.clock import now
from shared.contracts.billing import Allocation, Bill, BillLine, BillState, MeterReading, Payment, PaymentRecorded
from shared.contracts.common import AccountState, Collector, CustomerFacts, Meter, PaymentMethod, Unit
from shared.ids import new_id

CUSTOMER_CODE = "PB14010000001"
KWH = 186


def bill_request() -> BillRequest:
    """Return what a household has used in October 2026."""
    return BillRequest(date(2026, 10, 1), date(2026, 10, 31), (Use("household"),), Consumption(KWH))


def payment_recorded(tariffs: Tariffs) -> PaymentRecorded:
    """Return the event of the bill's payment in cash."""
    bill = _bill(tariffs)
    return PaymentRecorded(
        payment=Payment(
            payment_id=new_id(),
            customer_code=CUSTOMER_CODE,
            amount=bill.total,
            method=PaymentMethod.CASH,
            received_at=now(),
            collector_code="TN014",
            collection_point_code=None,
            reference="",
            shift_id=new_id(),
            allocations=[Allocation(bill_id=bill.bill_id, vat=bill.vat, principal=bill.pre_vat)],
            credit=0,
        ),
        customer=_customer(),
        bills=[bill],
        collection_point=None,
        account=AccountState(customer_code=CUSTOMER_CODE, version=2, debt=0, credit=0, open_bills=0),
        visit_id=None,
        device_id=new_id(),
    )


def _customer() -> CustomerFacts:
    return CustomerFacts(
        customer_code=CUSTOMER_CODE,
        name="Nguyễn Thị Hồng Hạnh",
        address="Số 125/7 đường Phan Ngọc Hiển, khóm 6, phường An Xuyên, tỉnh Cà Mau",
        phone="+84510000001",
        unit=Unit(
            unit_code="PB1401",
            name="Điện lực Cà Mau",
            address="Số 118 đường Nguyễn Tất Thành, tỉnh Cà Mau",
            tax_code="9900000016",
            phone="0950 000 000",
        ),
        route_code="PB1401-001",
        place_in_route=1,
        collector=Collector(collector_code="TN014", name="Trần Văn Đẹt", phone="+84510000002"),
        price_group="household",
        meter=Meter(meter_number="21034567"),
        version=1,
    )


def _bill(tariffs: Tariffs) -> Bill:
    computed = compute_bill(bill_request(), tariffs)
    return Bill(
        bill_id=new_id(),
        bill_number=f"{CUSTOMER_CODE}-202610-1",
        customer_code=CUSTOMER_CODE,
        cycle=1,
        month=10,
        year=2026,
        period_from=computed.period_from,
        period_to=computed.period_to,
        price_group="household",
        households="1",
        readings=[MeterReading(meter_number="21034567", old_reading=100, new_reading=100 + KWH, multiplier=1, kwh=KWH)],
        kwh=KWH,
        lines=[
            BillLine(
                label=f"Bậc {line.tier}",
                decision=line.decision,
                period_from=line.first,
                period_to=line.last,
                kwh=line.kwh,
                unit_price=line.unit_price,
                amount=line.amount,
            )
            for line in computed.lines
        ],
        pre_vat=computed.pre_vat,
        vat_rate=str(computed.vat_percent),
        vat=computed.vat,
        total=computed.total,
        open_principal=computed.pre_vat,
        open_vat=computed.vat,
        state=BillState.OPEN,
        due_date=computed.period_to + timedelta(days=10),
        issued_at=now(),
    )
