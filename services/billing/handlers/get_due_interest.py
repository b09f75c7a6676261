from collections.abc import Sequence

from services.billing.arrears.interest import InterestRule, asks_for_interest
from services.billing.late_interest import interest_states, until_of
from services.billing.store import interest
from shared.clock import Clock
from shared.contracts.billing import DueInterest, GetDueInterest
from shared.messaging.unit_of_work import UnitOfWork


async def get_due_interest(
    request: GetDueInterest, work: UnitOfWork, *, clock: Clock, interest_rules: Sequence[InterestRule]
) -> DueInterest:
    """Return the next customers with interest, of units that ask for any."""
    connection = work.connection
    until = until_of(request.until, clock)
    units = [
        unit
        for unit in request.unit_codes or await interest.units(connection)
        if asks_for_interest(interest_rules, unit, until)
    ]
    looked_at = await interest.customers_of_units(connection, request.after, units, request.limit)
    found = await interest_states(connection, looked_at, interest_rules, until)
    return DueInterest(
        customers=[state for state in found if state.total >= request.least],
        after=max(looked_at) if len(looked_at) == request.limit else None,
    )
