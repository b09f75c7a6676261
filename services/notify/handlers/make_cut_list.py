from services.notify.dunning.lists import eligible, listed
from services.notify.dunning.order_rules import NobodyToCutOff, NoDayOfCut
from services.notify.dunning.rules import Dunning
from services.notify.store.cut_lists import Entry, add_list
from shared.clock import Clock, business_day
from shared.contracts.notify import CutListReply, MakeCutList
from shared.messaging import UnitOfWork


async def make_cut_list(request: MakeCutList, work: UnitOfWork, *, dunning: Dunning, clock: Clock) -> CutListReply:
    """Make the cut-off list of a unit for a day, of all who may be cut off then. The list is locked."""
    connection, moment = work.connection, clock()
    rule = dunning.rule(request.unit_code, moment)
    if request.day < business_day(moment) or not rule.cut.allows_day(request.day):
        raise NoDayOfCut(facts={"day": request.day.isoformat()})
    found = await eligible(connection, rule, request.unit_code, request.day, moment)
    if not found:
        raise NobodyToCutOff(facts={"day": request.day.isoformat()})
    entries = [
        Entry(one.case.customer_code, one.warning_id, one.case.debt, one.case.debt_due_on)
        for one in found
        if one.warning_id is not None
    ]
    await add_list(connection, request.list_id, request.unit_code, request.day, work.actor, moment, entries)
    return await listed(connection, request.list_id, [], dunning, moment)
