"""Let a customer off interest on late payment that is not charged yet."""

from collections.abc import Sequence

from services.billing.arrears.interest import InterestRule
from services.billing.corrections.rules import check_people
from services.billing.late_interest import expected_interest
from services.billing.ledger import known_facts
from services.billing.store import interest
from shared.clock import Clock
from shared.contracts.billing import WaiveInterest, WaiverReply
from shared.idempotency import same_id_other_content
from shared.messaging.unit_of_work import UnitOfWork


async def waive_interest(
    request: WaiveInterest, work: UnitOfWork, *, clock: Clock, interest_rules: Sequence[InterestRule]
) -> WaiverReply:
    """Settle all interest until a day without charging it, once. The account is locked."""
    connection = work.connection
    check_people(request.asked_by, request.approved_by)
    facts = await known_facts(connection, request.customer_code)
    state = await expected_interest(connection, request, facts.unit.unit_code, interest_rules, clock)
    moment = clock()
    if not await interest.waive(connection, request, moment, work.actor):
        raise same_id_other_content(request.waiver_id)
    await interest.settle(connection, state.bills, moment, waiver_id=request.waiver_id)
    settled = await interest.settled_of(connection, request.customer_code, request.waiver_id)
    return WaiverReply(waiver_id=request.waiver_id, waived=state.total, settled=settled)
