from services.billing.store import payment_reports
from shared.contracts.billing import GetPaymentReports, PaymentReports
from shared.messaging.unit_of_work import UnitOfWork


async def get_payment_reports(request: GetPaymentReports, work: UnitOfWork) -> PaymentReports:
    """Return the reported payments that wait for the office."""
    return PaymentReports(reports=await payment_reports.waiting(work.connection, request.limit, request.unit_codes))
