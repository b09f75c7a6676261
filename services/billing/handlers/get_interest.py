from collections.abc import Sequence

from services.billing.arrears.interest import InterestRule
from services.billing.late_interest import interest_states, until_of
from services.billing.ledger import known_facts
from services.billing.store import interest
from shared.clock import Clock
from shared.contracts.billing import GetInterest, InterestReply
from shared.messaging.unit_of_work import UnitOfWork


async def get_interest(
    request: GetInterest, work: UnitOfWork, *, clock: Clock, interest_rules: Sequence[InterestRule]
) -> InterestReply:
    """Return a customer's interest that is to come, and what was settled."""
    connection = work.connection
    facts = await known_facts(connection, request.customer_code)
    units = {request.customer_code: facts.unit.unit_code}
    [state] = await interest_states(connection, units, interest_rules, until_of(request.until, clock))
    return InterestReply(interest=state, settled=await interest.settled_of(connection, request.customer_code))
