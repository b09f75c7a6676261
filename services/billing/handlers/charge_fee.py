"""Charge a fee that another service asks for, as much as the unit's rule says."""

from collections.abc import Sequence

from services.billing.arrears.rules import FeeRule
from services.billing.charged_fee import charge
from services.billing.tariffs.models import Tariffs
from shared.clock import Clock
from shared.contracts.billing import ChargeFee, ChargeReply
from shared.messaging.unit_of_work import UnitOfWork


async def charge_fee(
    request: ChargeFee, work: UnitOfWork, *, clock: Clock, fee_rules: Sequence[FeeRule], tariffs: Tariffs
) -> ChargeReply:
    """Issue the bill of a fee, once for its id; nothing where the unit asks for none. The account is locked."""
    return await charge(request, work, clock=clock, fee_rules=fee_rules, tariffs=tariffs)
