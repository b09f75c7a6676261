from services.notify.store.receipt_links import links_of_receipt
from shared.contracts.notify import GetReceiptLinks, ReceiptLinks
from shared.messaging import UnitOfWork


async def get_receipt_links(request: GetReceiptLinks, work: UnitOfWork) -> ReceiptLinks:
    """Return the links of a receipt that were requested, the latest first."""
    return ReceiptLinks(links=await links_of_receipt(work.connection, request.receipt_id))
