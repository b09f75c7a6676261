"""``visit.withdrawn``: the notice of a visit that was taken back is not printed any more."""

from services.gateway.dependencies import StreamNotifier
from services.gateway.print_jobs.withdrawal import after_withdrawn_visit
from shared.clock import Clock, now
from shared.contracts.customer import VisitWithdrawn
from shared.messaging import UnitOfWork


async def withdraw_notice(
    event: VisitWithdrawn, work: UnitOfWork, *, notifier: StreamNotifier, clock: Clock = now
) -> None:
    """Withdraw what a visit has left to print."""
    devices = await after_withdrawn_visit(work, event.visit.visit_id, event.visit.customer_code, clock())
    if devices:
        work.after_commit(lambda: notifier.print_jobs(devices))
