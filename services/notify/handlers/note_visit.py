from services.notify.domain.reminders import unit_of
from services.notify.dunning.rules import Dunning
from services.notify.dunning.store import keep_visit
from shared.clock import Clock
from shared.contracts.customer import VisitRecorded
from shared.messaging import UnitOfWork


async def note_visit(event: VisitRecorded, work: UnitOfWork, *, dunning: Dunning, clock: Clock) -> None:
    """Keep that a collector was at the door with a notice, where the unit duns towards cutting off."""
    visit = event.visit
    if dunning.rule(unit_of(visit.customer_code), clock()).switched_on:
        await keep_visit(work.connection, visit.visit_id, visit.customer_code, visit.outcome, visit.visited_at)
