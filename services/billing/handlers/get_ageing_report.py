from services.billing.store.reports import debts_by_age
from shared.clock import Clock, business_day, now
from shared.contracts.billing import AgeingReport, GetAgeingReport
from shared.messaging.unit_of_work import UnitOfWork


async def get_ageing_report(request: GetAgeingReport, work: UnitOfWork, *, clock: Clock = now) -> AgeingReport:
    """Return how old the open bills are on the present business day."""
    day = business_day(clock())
    return AgeingReport(day=day, debts=await debts_by_age(work.connection, request.unit_codes, day, request.by))
