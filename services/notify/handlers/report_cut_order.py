from services.notify.dunning.order_rules import CUT_ANYWAY, NOT_POSSIBLE, CutOrderEnded, ReadingMissing
from services.notify.dunning.orders import Orders, tell
from services.notify.store.cut_orders import add_report, carry_out, keep_photo, order, withdraw
from shared.clock import Clock
from shared.contracts.notify import (
    CutOrder,
    CutOrderKind,
    CutOrderReported,
    CutOrderState,
    OrderOutcome,
    ReportCutOrder,
)
from shared.messaging import UnitOfWork
from shared.photos import read_photo
from shared.problems import NotFound


async def report_cut_order(
    request: ReportCutOrder, work: UnitOfWork, *, orders: Orders, clock: Clock
) -> CutOrderReported:
    """Keep what came of an order at the place. The customer's account is locked.

    What was done is kept as it is, also where the order had been withdrawn while the phone had no signal: then supply
    has to come back, and the clock of that runs since the withdrawal.
    """
    connection, moment = work.connection, clock()
    found = await order(connection, request.order_id)
    is_others = found is not None and request.unit_codes and found.unit_code not in request.unit_codes
    if found is None or is_others or request.collector_code not in (None, found.collector_code):
        raise NotFound("Không có lệnh này.")
    is_done = request.outcome is OrderOutcome.DONE
    if is_done and request.meter_reading is None:
        raise ReadingMissing
    if found.state is CutOrderState.DONE:
        raise CutOrderEnded(facts={"state": found.state.value})
    jpeg = read_photo(request.photo) if request.photo else None
    await add_report(connection, request, moment, work.actor)
    if jpeg is not None:
        await keep_photo(connection, request.report_id, jpeg, moment)
    if is_done:
        was_withdrawn = found.state is CutOrderState.WITHDRAWN
        changed = await carry_out(connection, found.order_id, moment, is_late=was_withdrawn)
        await tell(work, changed, moment)
        further: CutOrder | None = None
        if was_withdrawn and found.ended_at is not None:
            further = await orders.reconnect(work, changed, CUT_ANYWAY, found.ended_at)
        return CutOrderReported(order=changed, further=further)
    if found.kind is CutOrderKind.CUT and found.state is CutOrderState.OPEN:
        found = await withdraw(connection, found.order_id, NOT_POSSIBLE, moment)
        await tell(work, found, moment)
    return CutOrderReported(order=found, further=None)
