"""The office hands in a list of units, collectors or routes: it is tried, or imported as the command line does."""

from services.customer.imports.files import WorkFactory
from services.customer.imports.handed_in import handed_in
from services.customer.imports.rows import COLLECTORS, ROUTES, UNITS
from shared.contracts.customer import CompanyListKind, ListFile, TakeCompanyList
from shared.messaging.unit_of_work import UnitOfWork

_FORMATS = {CompanyListKind.UNITS: UNITS, CompanyListKind.COLLECTORS: COLLECTORS, CompanyListKind.ROUTES: ROUTES}


async def take_company_list(request: TakeCompanyList, _: UnitOfWork, *, new_work: WorkFactory) -> ListFile:
    """Import a list all or nothing, or try it."""
    return await handed_in(request, _FORMATS[request.kind], new_work)
