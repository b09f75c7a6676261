"""What billing would say of an account."""

from datetime import date, datetime

from shared.contracts.billing import Bill, BillIssued, BillState, Payment, PaymentRecorded, PaymentReversed
from shared.contracts.common import AccountState, Collector, CustomerFacts, PaymentMethod, Unit
from shared.ids import new_id
from tests.integration.customer.town import NOW

FACTS = CustomerFacts(
    customer_code="PB14010000001",
    name="Nguyễn Thị Hạnh",
    address="12 Lê Lợi",
    unit=Unit(unit_code="PB1401", name="Điện lực Cà Mau", address="", tax_code="", phone=""),
    route_code="R1",
    place_in_route=1,
    collector=Collector(collector_code="TN1", name="Lê Văn Thu", phone=""),
    price_group="household",
    version=1,
)


def _state(customer_code: str, version: int, debt: int) -> AccountState:
    return AccountState(customer_code=customer_code, version=version, debt=debt, credit=0, open_bills=int(debt > 0))


def _bill(customer_code: str) -> Bill:
    return Bill(
        bill_id=new_id(),
        bill_number="B1",
        customer_code=customer_code,
        cycle=1,
        month=10,
        year=2026,
        period_from=date(2026, 10, 1),
        period_to=date(2026, 10, 31),
        price_group="household",
        households="1",
        readings=[],
        kwh=100,
        lines=[],
        pre_vat=200_000,
        vat_rate="8",
        vat=16_000,
        total=216_000,
        open_principal=200_000,
        open_vat=16_000,
        state=BillState.OPEN,
        due_date=date(2026, 11, 30),
        issued_at=NOW,
    )


def billed(customer_code: str, version: int, debt: int = 216_000) -> BillIssued:
    return BillIssued(bill=_bill(customer_code), account=_state(customer_code, version, debt))


def _payment(customer_code: str, received_at: datetime) -> Payment:
    return Payment(
        payment_id=new_id(),
        customer_code=customer_code,
        amount=216_000,
        method=PaymentMethod.TRANSFER,
        received_at=received_at,
        collector_code=None,
        collection_point_code=None,
        reference="FT1",
        shift_id=None,
        allocations=[],
        credit=0,
    )


def paid(customer_code: str, version: int, debt: int = 0, received_at: datetime = NOW) -> PaymentRecorded:
    return PaymentRecorded(
        payment=_payment(customer_code, received_at),
        customer=FACTS,
        bills=[],
        collection_point=None,
        account=_state(customer_code, version, debt),
        visit_id=None,
        device_id=None,
    )


def reversed_payment(customer_code: str, version: int, debt: int = 216_000) -> PaymentReversed:
    return PaymentReversed(
        reversal_id=new_id(),
        payment=_payment(customer_code, NOW),
        customer=FACTS,
        reason="đóng nhầm",
        reversed_by="ca trưởng",
        reversed_at=NOW,
        account=_state(customer_code, version, debt),
        device_id=None,
    )
