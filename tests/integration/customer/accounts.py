"""What billing reports of an account."""

from datetime import datetime

from shared.contracts.billing import BillIssued, PaymentRecorded, PaymentReversed
from shared.testing.builders import account, bill, payment, payment_recorded, payment_reversed
from tests.integration.customer.customer_service import NOW


def billed(customer_code: str, version: int, debt: int = 216_000) -> BillIssued:
    return BillIssued(bill=bill(customer_code), account=account(customer_code, debt=debt, version=version))


def paid(customer_code: str, version: int, debt: int = 0, received_at: datetime = NOW) -> PaymentRecorded:
    return payment_recorded(
        customer_code,
        payment=payment(customer_code, received_at=received_at),
        account=account(customer_code, debt=debt, version=version),
    )


def reversed_payment(customer_code: str, version: int, debt: int = 216_000) -> PaymentReversed:
    return payment_reversed(customer_code, reversed_at=NOW, account=account(customer_code, debt=debt, version=version))
