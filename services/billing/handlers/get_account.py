from services.billing.store import accounts, bills, payments
from shared.contracts.billing import CustomerAccount, GetAccount
from shared.messaging.unit_of_work import UnitOfWork
from shared.problems import NotFound


async def get_account(request: GetAccount, work: UnitOfWork) -> CustomerAccount:
    """Return what a customer owes, with bills and payments as of one moment."""
    connection = work.connection
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        account = await accounts.state_of(connection, request.customer_code)
        if account is None:
            raise NotFound("Không có khách hàng này trong sổ tính tiền.")
        open_bills = await bills.open_of(connection, request.customer_code)
        if not request.history:
            return CustomerAccount(account=account, bills=open_bills, payments=[])
        paid = await bills.paid_of(connection, request.customer_code, request.history)
        latest = await payments.latest_of(connection, request.customer_code, request.history)
    by_age = sorted([*paid, *open_bills], key=lambda bill: (bill.year, bill.month, bill.cycle))
    return CustomerAccount(account=account, bills=by_age, payments=latest)
