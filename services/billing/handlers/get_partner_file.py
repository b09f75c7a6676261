from services.billing.store import partner_files
from shared.contracts.billing import GetPartnerFile, PartnerFile
from shared.messaging.unit_of_work import UnitOfWork
from shared.problems import NotFound


async def get_partner_file(request: GetPartnerFile, work: UnitOfWork) -> PartnerFile:
    """Return the file of a business day that was taken last, with what came of it."""
    found = await partner_files.of_day(work.connection, request.partner_code, request.business_date)
    if found is None:
        raise NotFound("Chưa nhận tệp đối soát của ngày này.")
    return found
