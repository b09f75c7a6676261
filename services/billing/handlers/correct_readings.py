"""Readings of a period that has no bill yet are put right."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from services.billing.bills.metered_period import MeteredPeriod
from services.billing.errors import BillingError
from services.billing.imports.readings import fingerprint_of, require_billable
from services.billing.judgement.refusals import ReadingsUnbillable, require_unbilled
from services.billing.judgement.rules import JudgementRule, usual_kwh
from services.billing.judgements import judge_followers, judged
from services.billing.store import accounts, held_readings, metered_periods, reading_history
from services.billing.store.held_readings import ReadingAct, StoredPeriod
from services.billing.store.metered_periods import NewPeriod
from services.billing.tariffs.models import Tariffs
from shared.clock import Clock
from shared.contracts.billing import CorrectedPeriod, CorrectedReading, CorrectReadings, ReadingsReply
from shared.db import Connection
from shared.ids import new_id
from shared.messaging.unit_of_work import UnitOfWork
from shared.problems import InvalidRequest, NotFound


async def correct_readings(
    request: CorrectReadings,
    work: UnitOfWork,
    *,
    clock: Clock,
    tariffs: Tariffs,
    judgement_rules: Sequence[JudgementRule],
) -> ReadingsReply:
    """Store the period with the right readings in the place of the other one, judged again. The period is locked."""
    connection = work.connection
    stored = await held_readings.lock(connection, request.period_id)
    if stored is None:
        raise NotFound("Không có kỳ ghi chỉ số này.")
    require_unbilled(stored.bill_id, stored.superseded_by)
    facts = await accounts.facts_of(connection, [stored.period.customer_code])
    if stored.period.customer_code not in facts:
        raise NotFound("Không có khách hàng này trong sổ tính tiền.")
    estimated = [await _estimate(connection, stored)] if request.estimate else []
    period = _corrected(stored, estimated or request.readings, is_estimate=request.estimate)
    if request.period is not None:
        period = _with_days(period, request.period)
    if period == stored.period:
        raise InvalidRequest("Chỉ số mới không khác chỉ số đang lưu.")
    await _require_free_days(connection, request.period_id, period)
    try:
        require_billable(period, facts[period.customer_code], tariffs)
    except BillingError as error:
        raise ReadingsUnbillable(f"Không lập được hóa đơn từ chỉ số này: {error.message}") from None
    new = NewPeriod(new_id(), period, fingerprint_of(period))
    # First: it must not be compared with itself.
    await held_readings.supersede(connection, {request.period_id: new.period_id})
    [new] = await judged(connection, [new], facts, judgement_rules)
    await metered_periods.add(connection, [new], request.correction_id)
    acts = [ReadingAct(request.period_id, "corrected", stored.doubts, request.reason, new.period_id)]
    if new.doubts:
        acts.append(ReadingAct(new.period_id, "held", new.doubts))
    moment = clock()
    await held_readings.note(connection, acts, moment, work.actor)
    changed = await judge_followers(
        connection, period, judgement_rules, reason=request.reason, moment=moment, actor=work.actor
    )
    return ReadingsReply(
        period_id=new.period_id, doubts=[held_readings.told(doubt) for doubt in new.doubts], judged_again=changed
    )


async def _estimate(connection: Connection, stored: StoredPeriod) -> CorrectedReading:
    """Return the new reading that the last three periods let expect of the only register."""
    period = stored.period
    history = await reading_history.history_of(connection, [period], without=[stored.period_id])
    kwh = usual_kwh(period, history)
    if kwh is None or len(period.readings) != 1:
        raise InvalidRequest("Chỉ ước tính được cho kỳ có một bộ chỉ số và đã có kỳ trước đó.")
    [reading] = period.readings
    counted = (2 * kwh + reading.multiplier) // (2 * reading.multiplier)
    return CorrectedReading(new_reading=(reading.old_reading + counted) % 10**reading.digits)


def _corrected(
    stored: StoredPeriod, corrections: Sequence[CorrectedReading], *, is_estimate: bool = False
) -> MeteredPeriod:
    only = stored.period.readings[0] if len(stored.period.readings) == 1 else None
    wanted = {
        (
            item.meter_number or (only and only.meter_number),
            item.meter_register or (only and only.meter_register),
        ): item
        for item in corrections
    }
    known = {(item.meter_number, item.meter_register) for item in stored.period.readings}
    if len(wanted) != len(corrections) or wanted.keys() - known:
        raise InvalidRequest("Công tơ hoặc bộ chỉ số không có trong kỳ này, hoặc được sửa hai lần.")
    readings = []
    for reading in stored.period.readings:
        right = wanted.get((reading.meter_number, reading.meter_register))
        if right is None:
            readings.append(reading)
            continue
        readings.append(
            replace(
                reading,
                old_reading=reading.old_reading if right.old_reading is None else right.old_reading,
                new_reading=reading.new_reading if right.new_reading is None else right.new_reading,
                estimated=is_estimate or (reading.estimated and right.new_reading is None),
            )
        )
    return replace(stored.period, readings=tuple(readings))


def _with_days(period: MeteredPeriod, right: CorrectedPeriod) -> MeteredPeriod:
    """Return a period with other days, supply or power factor."""
    if (right.cut_from is None) != (right.cut_to is None) or (right.cut_from and right.cut_days):
        raise InvalidRequest("Ngày mất điện cần đủ ngày đầu và ngày cuối, hoặc chỉ số ngày.")
    changed = replace(
        period,
        period_from=right.period_from or period.period_from,
        period_to=right.period_to or period.period_to,
        due_date=right.due_date or period.due_date,
        cos_phi=period.cos_phi if right.cos_phi is None else Decimal(right.cos_phi),
    )
    if right.cut_days is not None or right.cut_from is not None:
        changed = replace(changed, cut_days=right.cut_days or 0, cut_from=right.cut_from, cut_to=right.cut_to)
    if changed.period_to < changed.period_from:
        raise InvalidRequest("Ngày cuối kỳ đứng trước ngày đầu kỳ.")
    return changed


async def _require_free_days(connection: Connection, period_id: UUID, period: MeteredPeriod) -> None:
    """Raise where the days of a period are those of another one of the customer."""
    known = await metered_periods.known_periods(connection, [NewPeriod(period_id, period, "")])
    for other in known:
        counts = not other.is_superseded and not other.is_sent_back and other.period_id != period_id
        if counts and other.period_from <= period.period_to and period.period_from <= other.period_to:
            days = f"{other.period_from:%d/%m/%Y} – {other.period_to:%d/%m/%Y}"
            raise ReadingsUnbillable(f"Những ngày này đã thuộc kỳ {days} của khách hàng.")
