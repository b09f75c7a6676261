from dataclasses import replace

from services.customer.domain.refusals import unknown_customer
from services.customer.domain.visits import VisitRules, next_occasion_from
from services.customer.store.customers import details
from shared.clock import Clock
from shared.contracts.common import NextStep
from shared.contracts.customer import CustomerDetails, GetCustomer
from shared.messaging import UnitOfWork

VISITS_SHOWN = 20


async def get_customer(request: GetCustomer, work: UnitOfWork, *, rules: VisitRules, clock: Clock) -> CustomerDetails:
    """Return everything that is known of a customer."""
    found = await details(work.connection, request.customer_code, request.collector_code, VISITS_SHOWN)
    if found is None:
        raise unknown_customer(request.customer_code)
    customer, refused_at = found
    if customer.step in (NextStep.SETTLED, NextStep.COLLECTION_POINT):
        return customer
    own_rules = replace(rules, unit_code=customer.facts.unit.unit_code)
    leads_there_from = next_occasion_from(refused_at, own_rules, clock())
    return customer.model_copy(update={"collection_point_from": leads_there_from})
