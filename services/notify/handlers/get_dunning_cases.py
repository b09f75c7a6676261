from services.notify.dunning.rules import Dunning
from services.notify.dunning.store import cases_of_unit
from services.notify.dunning.view import dunning_case
from shared.clock import Clock, business_day
from shared.contracts.notify import DunningCases, GetDunningCases
from shared.messaging import UnitOfWork


async def get_dunning_cases(
    request: GetDunningCases, work: UnitOfWork, *, dunning: Dunning, clock: Clock
) -> DunningCases:
    """Return where the customers of a unit stand whose oldest bill is overdue, a page of them."""
    moment = clock()
    rule = dunning.rule(request.unit_code, moment)
    found = await cases_of_unit(
        work.connection, request.unit_code, business_day(moment), request.after or "", request.limit, moment
    )
    return DunningCases(
        cases=[dunning_case(rule, stored.case, stored.collector_code, stored.warning_id, moment) for stored in found],
        next=found[-1].case.customer_code if len(found) == request.limit else None,
    )
