"""``bill_run.step``: the next part of a bill run is computed or released by whichever copy gets it."""

from uuid import UUID

from services.billing.bill_run import do_part, emit_steps
from services.billing.tariffs.models import Tariffs
from shared.clock import Clock
from shared.contracts.billing import BillRunStep
from shared.messaging import UnitOfWork


async def do_bill_run_step(
    event: BillRunStep, work: UnitOfWork, *, clock: Clock, tariffs: Tariffs, runs_at_work: set[UUID]
) -> None:
    """Do one part, and have the next ones done by whoever is free; nothing where none is left.

    A copy is at one part of a run at a time, so that a run takes a core of it at most and people are answered beside it
    (``runs_at_work``: what this copy is at). What comes meanwhile is let go: the part under way emits two further
    messages at its end, one for this copy and one for another that has none.
    """
    if event.run_id in runs_at_work:
        return
    runs_at_work.add(event.run_id)
    try:
        if await do_part(work, event.run_id, tariffs, clock) is not None:
            await emit_steps(work, event.run_id, messages=2)
    finally:
        runs_at_work.discard(event.run_id)
