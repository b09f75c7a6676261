from services.billing.store import partner_files
from shared.contracts.billing import GetPartnerDifferences, PartnerDifferences
from shared.messaging.unit_of_work import UnitOfWork


async def get_partner_differences(request: GetPartnerDifferences, work: UnitOfWork) -> PartnerDifferences:
    """Return a page of differences between partners' books and the register."""
    found = await partner_files.page(work.connection, request)
    last = found[-1].difference_id if len(found) == request.limit else None
    return PartnerDifferences(differences=found, next=last)
