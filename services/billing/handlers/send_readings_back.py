"""Readings are to be read again before they are billed."""

from services.billing.judgement import doubts
from services.billing.judgement.refusals import require_unbilled
from services.billing.store import held_readings
from services.billing.store.held_readings import ReadingAct
from shared.clock import Clock
from shared.contracts.billing import ReadingsReply, SendReadingsBack
from shared.messaging.unit_of_work import UnitOfWork
from shared.problems import NotFound


async def send_readings_back(request: SendReadingsBack, work: UnitOfWork, *, clock: Clock) -> ReadingsReply:
    """Hold a period until it is imported with other readings. It is locked."""
    connection = work.connection
    stored = await held_readings.lock(connection, request.period_id)
    if stored is None:
        raise NotFound("Không có kỳ ghi chỉ số này.")
    require_unbilled(stored.bill_id, stored.superseded_by)
    why = stored.doubts or (doubts.to_be_read_again(),)
    moment = clock()
    await held_readings.send_back(connection, request.period_id, moment, why)
    act = ReadingAct(request.period_id, "sent_back", why, request.reason)
    await held_readings.note(connection, [act], moment, work.actor)
    return ReadingsReply(
        period_id=request.period_id, doubts=[held_readings.told(doubt) for doubt in why], judged_again=0
    )
