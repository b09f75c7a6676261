"""``bill_run.step``: the next part of a bill run is computed or released by whichever copy gets it."""

from services.billing.bill_run import do_part, emit_steps
from services.billing.tariffs.models import Tariffs
from shared.clock import Clock
from shared.contracts.billing import BillRunStep
from shared.messaging import UnitOfWork


async def do_bill_run_step(event: BillRunStep, work: UnitOfWork, *, clock: Clock, tariffs: Tariffs) -> None:
    """Do one part, and have the next one done by whoever is free; nothing where none is left."""
    if await do_part(work, event.run_id, tariffs, clock) is not None:
        await emit_steps(work, event.run_id, messages=1)
