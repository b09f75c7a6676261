from services.billing.planned_correction import planned_correction
from services.billing.store import accounts
from services.billing.tariffs.models import Tariffs
from shared.clock import Clock
from shared.contracts.billing import CorrectionPreview, PreviewCorrection
from shared.messaging.unit_of_work import UnitOfWork
from shared.problems import NotFound


async def preview_correction(
    request: PreviewCorrection, work: UnitOfWork, *, tariffs: Tariffs, clock: Clock
) -> CorrectionPreview:
    """Return what a correction would do; nothing changes."""
    connection = work.connection
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        planned = await planned_correction(connection, request, tariffs, clock())
        account = await accounts.state_of(connection, planned.bill.customer_code)
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
    )
