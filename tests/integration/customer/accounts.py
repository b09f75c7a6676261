"""What billing reports of an account."""

from datetime import datetime

from shared.contracts.billing import BillCorrected, BillIssued, PaymentRecorded, PaymentReversed
from shared.testing.builders import account, bill, bill_corrected, payment, payment_recorded, payment_reversed
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


def corrected_bill(customer_code: str, version: int, debt: int) -> BillCorrected:
    state = account(customer_code, debt=debt, version=version)
    return bill_corrected(bill(customer_code), state, corrected_at=NOW)
