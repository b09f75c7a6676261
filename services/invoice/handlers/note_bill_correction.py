from collections.abc import Awaitable, Callable

from services.invoice.domain.ids import reduction_id_of
from services.invoice.store.waiting_bills import NOTE_CORRECTION
from shared.contracts.billing import BillCorrected, ChargeKind, CorrectionKind
from shared.messaging import UnitOfWork


async def note_bill_correction(event: BillCorrected, work: UnitOfWork, *, wake: Callable[[], Awaitable[None]]) -> None:
    """Note what a correction makes due: an invoice of the further bill, one that takes off what is not owed any more.

    Of a replaced bill nothing is taken off: its invoice is replaced. Neither is it of one that has no invoice, such as
    interest that was charged.
    """
    correction = event.correction
    is_taken_off = correction.kind is CorrectionKind.ADJUSTMENT and event.bill.charge is not ChargeKind.LATE_INTEREST
    taken_off = correction.reductions if is_taken_off else []
    work.write(
        NOTE_CORRECTION,
        [] if correction.new_bill is None else [correction.new_bill.bill_id],
        correction.reason,
        correction.correction_id,
        [reduction_id_of(correction.correction_id, each.bill_id) for each in taken_off],
        [each.bill_id for each in taken_off],
        [each.principal for each in taken_off],
        [each.vat for each in taken_off],
    )
    work.after_commit(wake)
