"""Commissions of collectors, paid with the settlement of a shift."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from services.billing.commissions.rules import CommissionRule, commission_of
from services.billing.store import commissions
from shared.clock import business_day
from shared.db import Connection

_LATELY = timedelta(days=31)
"""So long ago a version before may have settled a shift that its commission is paid now."""


async def pay_commission(
    connection: Connection, shift_id: UUID, collector_code: str, rules: Sequence[CommissionRule], moment: datetime
) -> None:
    """Keep what the receipts of a settled shift have earned, and take off what was taken back since. It is locked."""
    for shift in await commissions.lock_unpaid(connection, collector_code, moment - _LATELY):
        opened_on = business_day(shift.opened_at)
        earned = commission_of(rules, shift.unit_code, opened_on, shift.receipts)
        await commissions.add(connection, shift, earned, opened_on=opened_on, moment=moment, day=business_day(moment))
    await commissions.take_off(connection, shift_id, collector_code)
