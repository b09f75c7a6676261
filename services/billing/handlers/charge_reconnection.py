"""``cut_order.changed``: supply is back, and the unit may ask a fee for that."""

from collections.abc import Sequence

from services.billing.arrears.rules import FeeRule
from services.billing.charged_fee import charge
from services.billing.ledger import lock_account
from services.billing.tariffs.models import Tariffs
from shared.clock import Clock, business_day
from shared.contracts.billing import ChargeFee, ChargeKind
from shared.contracts.notify import CutOrderChanged, CutOrderKind, CutOrderState
from shared.messaging.unit_of_work import UnitOfWork

CUT_ANYWAY = "cut_after_withdrawal"
"""Why supply was ordered back that should not have been cut: nobody pays for that."""


async def charge_reconnection(
    event: CutOrderChanged, work: UnitOfWork, *, clock: Clock, fee_rules: Sequence[FeeRule], tariffs: Tariffs
) -> None:
    """Charge the fee of a reconnection that was carried out, under the id of its order."""
    order = event.order
    is_back = order.kind is CutOrderKind.RECONNECT and order.state is CutOrderState.DONE
    if not is_back or order.ended_at is None or order.cause == CUT_ANYWAY:
        return
    await lock_account(work.connection, order.customer_code)
    request = ChargeFee(
        charge_id=order.order_id,
        customer_code=order.customer_code,
        kind=ChargeKind.RECONNECTION_FEE,
        occurred_on=business_day(order.ended_at),
        reason="Đóng điện trở lại",
    )
    await charge(request, work, clock=clock, fee_rules=fee_rules, tariffs=tariffs)
