from datetime import timedelta

from services.notify.dunning.rules import Dunning
from services.notify.store.cut_warnings import add_delivery, warning
from shared.clock import Clock
from shared.contracts.notify import RecordWarningDelivery, WarningDelivered
from shared.messaging import UnitOfWork
from shared.problems import NotFound


async def record_warning_delivery(
    request: RecordWarningDelivery, work: UnitOfWork, *, dunning: Dunning, clock: Clock
) -> WarningDelivered:
    """Keep that a warning was delivered on paper, at the time of the server. The warning is locked."""
    connection, moment = work.connection, clock()
    made = await warning(connection, request.warning_id)
    if made is None or made.customer_code != request.customer_code:
        raise NotFound("Không có thông báo ngừng cấp điện này.")
    await add_delivery(
        connection, request.delivery_id, request.warning_id, request.way, moment, request.delivered_by, request.note
    )
    hours = dunning.rule(made.unit_code, moment).warning.hours_before
    return WarningDelivered(
        delivery_id=request.delivery_id,
        warning_id=request.warning_id,
        delivered_at=moment,
        cut_from=made.cut_from,
        in_time=moment <= made.cut_from - timedelta(hours=hours),
    )
