from services.receipt.checkpoints.checkpoint import short_form
from services.receipt.documents import Words, shift_slip
from services.receipt.domain.ids import derived_id
from services.receipt.store.checkpoints import last_kept
from shared.contracts.billing import ShiftClosed
from shared.contracts.common import Language
from shared.contracts.receipt import DocumentReady, PaperKind
from shared.messaging import UnitOfWork
from shared.money import format_dong


async def print_shift_slip(event: ShiftClosed, work: UnitOfWork, *, language: Language) -> None:
    """Make the slip of a closed shift."""
    kept = await last_kept(work.connection)
    document = shift_slip(event, Words(language), "" if kept is None else short_form(kept.note))
    await work.emit(
        DocumentReady(
            document_id=derived_id("shift", event.shift.shift_id),
            kind=PaperKind.SHIFT_SLIP,
            device_id=event.device_id,
            customer_code=None,
            document=document,
            language=language,
            not_after=None,
            summary=f"{document.title} · {format_dong(event.shift.counted_cash or 0)}",
        ),
        aggregate=event.shift.collector_code,
    )
