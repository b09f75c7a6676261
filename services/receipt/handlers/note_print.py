from services.receipt.store.prints import add_print
from shared.contracts.gateway import PrintJobFinished, PrintJobState
from shared.contracts.receipt import PaperKind
from shared.messaging import UnitOfWork

_MAY_BE_ON_PAPER = (PrintJobState.PRINTED, PrintJobState.UNCONFIRMED)


async def note_print(event: PrintJobFinished, work: UnitOfWork) -> None:
    """Count each attempt to print a receipt that may have come out: the check page shows how many there were."""
    is_original = event.kind in (PaperKind.RECEIPT, PaperKind.VOID) and event.state in _MAY_BE_ON_PAPER
    if is_original and event.receipt_id is not None:
        add_print(work, event, event.receipt_id)
