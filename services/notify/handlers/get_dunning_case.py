from services.notify.dunning.rules import Dunning
from services.notify.dunning.store import cases_of
from services.notify.dunning.view import dunning_case
from shared.clock import Clock
from shared.contracts.notify import DunningReply, GetDunning
from shared.messaging import UnitOfWork


async def get_dunning_case(request: GetDunning, work: UnitOfWork, *, dunning: Dunning, clock: Clock) -> DunningReply:
    """Return where a customer stands in the steps of dunning, and why one waits."""
    moment = clock()
    for stored in await cases_of(work.connection, [request.customer_code], moment):
        rule = dunning.rule(stored.case.unit_code, moment)
        return DunningReply(case=dunning_case(rule, stored.case, stored.collector_code, stored.warning_id, moment))
    return DunningReply(case=None)
