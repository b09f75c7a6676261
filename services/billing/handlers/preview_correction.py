from collections.abc import Sequence

from services.billing.judgement.refusals import MonthArchived
from services.billing.judgement.rules import JudgementRule
from services.billing.judgements import judged
from services.billing.planned_correction import PlannedCorrection, customer_of_bill, planned_correction
from services.billing.store import accounts, held_readings
from services.billing.store.metered_periods import NewPeriod
from services.billing.tariffs.models import Tariffs
from shared.clock import Clock
from shared.contracts.billing import CorrectionPreview, Doubt, PreviewCorrection
from shared.db import Connection
from shared.messaging.unit_of_work import UnitOfWork
from shared.problems import NotFound


async def preview_correction(
    request: PreviewCorrection,
    work: UnitOfWork,
    *,
    tariffs: Tariffs,
    clock: Clock,
    judgement_rules: Sequence[JudgementRule],
) -> CorrectionPreview:
    """Return what a correction would do; nothing changes."""
    connection = work.connection
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        await _require_unit(connection, request)
        planned = await planned_correction(connection, request, tariffs, clock())
        account = await accounts.state_of(connection, planned.bill.customer_code)
        doubts = await _doubts(connection, planned, judgement_rules) if request.readings else []
    if account is None:
        raise NotFound("Không có khách hàng này trong sổ tính tiền.")
    plan = planned.plan
    return CorrectionPreview(
        kind=request.kind,
        bill=planned.bill,
        before=planned.before,
        after=planned.after,
        difference=plan.difference,
        lines=planned.anew.lines,
        explanation=planned.anew.explanation,
        reductions=planned.reductions,
        new_bill_total=None if plan.further is None else plan.further.total,
        released=planned.released,
        account=account,
        doubts=doubts,
    )


async def _require_unit(connection: Connection, request: PreviewCorrection) -> None:
    """Find no bill of another unit, before anything is said of it."""
    if not request.unit_codes:
        return
    code = await customer_of_bill(connection, request.bill_number)
    facts = (await accounts.facts_of(connection, [code])).get(code)
    if facts is None or facts.unit.unit_code not in request.unit_codes:
        raise NotFound("Không có hóa đơn này.")


async def _doubts(
    connection: Connection, planned: PlannedCorrection, judgement_rules: Sequence[JudgementRule]
) -> list[Doubt]:
    if planned.facts.period_id is None or planned.period is None:
        return []
    corrected = NewPeriod(planned.facts.period_id, planned.period, "")
    facts = {planned.customer.customer_code: planned.customer}
    try:
        [judged_again] = await judged(connection, [corrected], facts, judgement_rules)
    except MonthArchived as error:
        # A correction is a person's word: it is told what nobody could look at.
        month = error.facts["month"]
        return [
            Doubt(rule=error.slug, detail=error.detail, english=f"not judged: readings of {month} are in the archive")
        ]
    return [held_readings.told(doubt) for doubt in judged_again.doubts]
