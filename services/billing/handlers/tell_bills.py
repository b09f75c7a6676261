from services.billing.store import accounts, bills
from shared.contracts.billing import BillsTold, BillToInvoice
from shared.contracts.invoice import BillsWanted
from shared.messaging.unit_of_work import UnitOfWork


async def tell_bills(event: BillsWanted, work: UnitOfWork) -> None:
    """Tell what bills say and whose they are, for their invoices. A bill that is not there is left out."""
    found = await bills.by_id(work.connection, event.bill_ids)
    customers = await accounts.facts_of(work.connection, {bill.customer_code for bill in found.values()})
    told = [
        # How the amount came about stands on no invoice, and is the longest part of a bill.
        BillToInvoice(bill=bill.model_copy(update={"explanation": []}), customer=customers[bill.customer_code])
        for bill in found.values()
        if bill.customer_code in customers
    ]
    await work.emit(BillsTold(wanted=event.bill_ids, bills=told))
