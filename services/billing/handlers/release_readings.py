"""A person has looked at held readings and lets them be billed."""

from collections.abc import Sequence

from services.billing.judgement.refusals import ReadingsNotHeld, require_unbilled
from services.billing.judgement.rules import JudgementRule
from services.billing.judgements import judge_followers
from services.billing.store import held_readings
from services.billing.store.held_readings import ReadingAct
from shared.clock import Clock
from shared.contracts.billing import ReadingsReply, ReleaseReadings
from shared.messaging.unit_of_work import UnitOfWork
from shared.problems import NotFound


async def release_readings(
    request: ReleaseReadings, work: UnitOfWork, *, clock: Clock, judgement_rules: Sequence[JudgementRule]
) -> ReadingsReply:
    """Let held readings wait for a bill, and judge what follows them. The period is locked."""
    connection = work.connection
    stored = await held_readings.lock(connection, request.period_id)
    if stored is None:
        raise NotFound("Không có kỳ ghi chỉ số này.")
    require_unbilled(stored.bill_id, stored.superseded_by)
    if not stored.doubts:
        raise ReadingsNotHeld("Chỉ số của kỳ này không bị tạm giữ.")
    moment = clock()
    await held_readings.release(connection, request.period_id)
    act = ReadingAct(request.period_id, "released", stored.doubts, request.reason)
    await held_readings.note(connection, [act], moment, work.actor)
    changed = await judge_followers(
        connection, stored.period, judgement_rules, reason=request.reason, moment=moment, actor=work.actor
    )
    return ReadingsReply(period_id=request.period_id, doubts=[], judged_again=changed)
