from datetime import datetime

from services.notify.dunning.lists import known_list, listed
from services.notify.dunning.order_rules import on_list, require_may_approve
from services.notify.dunning.orders import tell
from services.notify.dunning.rules import Dunning, warning_delivered_at
from services.notify.dunning.store import cases_of
from services.notify.store.cut_lists import approve, entries_of
from services.notify.store.cut_orders import NewCut, add_cut
from services.notify.store.cut_warnings import lock_accounts
from shared.clock import VIETNAM, Clock, business_day
from shared.contracts.notify import ApproveCutList, CutListReply
from shared.ids import new_id
from shared.messaging import UnitOfWork


async def approve_cut_list(
    request: ApproveCutList, work: UnitOfWork, *, dunning: Dunning, clock: Clock
) -> CutListReply:
    """Give orders to cut, to whoever of the list may still be cut off. The list is locked.

    The accounts are locked, too: a payment comes before, and there is no order, or after, and withdraws it.
    """
    connection, moment = work.connection, clock()
    cut_list = await known_list(connection, request.list_id, request.unit_codes)
    require_may_approve(cut_list, work.actor, business_day(moment))
    await approve(connection, request.list_id, work.actor, moment)
    entries = {entry.customer_code: entry for entry in await entries_of(connection, request.list_id)}
    await lock_accounts(connection, list(entries))
    rule = dunning.rule(cut_list.unit_code, moment)
    for stored in await cases_of(connection, list(entries), moment):
        case, entry = stored.case, entries[stored.case.customer_code]
        if case.warned is None or stored.warning_id != entry.warning_id:
            continue
        warned_at = warning_delivered_at(rule, case.warned)
        if warned_at is None or on_list(rule, case, cut_list.day, moment) is None:
            continue
        order = await add_cut(
            connection,
            NewCut(
                order_id=new_id(),
                customer_code=case.customer_code,
                unit_code=cut_list.unit_code,
                collector_code=stored.collector_code,
                list_id=request.list_id,
                warning_id=entry.warning_id,
                debt_due_on=case.debt_due_on,
                cut_from=case.warned.cut_from,
                warned_at=warned_at,
                ordered_at=moment,
                due_by=datetime.combine(cut_list.day, rule.cut.closes, VIETNAM),
            ),
        )
        if order is not None:
            await tell(work, order, moment)
    return await listed(connection, request.list_id, request.unit_codes, dunning, moment)
