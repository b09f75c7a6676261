"""The office hands in a list of customers or of meters: it is tried, or imported as the command line does."""

from services.customer.imports.files import WorkFactory
from services.customer.imports.handed_in import handed_in
from services.customer.imports.rows import CUSTOMERS, METERS
from shared.contracts.customer import ListFile, ListKind, TakeList
from shared.messaging.unit_of_work import UnitOfWork

_FORMATS = {ListKind.CUSTOMERS: CUSTOMERS, ListKind.METERS: METERS}


async def take_list(request: TakeList, _: UnitOfWork, *, new_work: WorkFactory) -> ListFile:
    """Import a list all or nothing, or try it; what other units have is unknown."""
    return await handed_in(request, _FORMATS[request.kind], new_work, unit_codes=request.unit_codes)
