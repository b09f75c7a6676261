from services.receipt.documents import DocumentOptions
from services.receipt.domain.ids import derived_id
from services.receipt.domain.receipts import Reprint, StoredReceipt
from services.receipt.receipts.printout import contract_of, copy_printout, first_printout_for
from services.receipt.store.receipts import receipt_by_id
from services.receipt.store.reprints import add_first_print, add_reprint
from services.receipt.witness.guard import IssueGuard
from shared.clock import Clock
from shared.contracts.receipt import ReprintReceipt, ReprintReply
from shared.idempotency import same_id_other_content
from shared.messaging import UnitOfWork
from shared.problems import NotFound


async def reprint_receipt(
    request: ReprintReceipt, work: UnitOfWork, *, options: DocumentOptions, clock: Clock, guard: IssueGuard
) -> ReprintReply:
    """Count a copy and make its document. The receipt is locked.

    A receipt that no phone was given to print, such as that of a transfer, is printed as itself the first time. While
    the register lacks what its witness has, copies that it does not know may be on paper: none is counted then.
    """
    guard.require_whole()
    receipt = await receipt_by_id(work.connection, request.receipt_id)
    if receipt is None:
        raise NotFound("Không tìm thấy biên nhận.")
    if request.device_id is not None and receipt.awaits_first_print:
        first = first_printout_for(receipt, request.device_id, options)
        if await add_first_print(work.connection, _new_reprint(request, receipt, work, clock), first.document_id):
            await work.emit(first, aggregate=receipt.new.customer_code)
            return ReprintReply(receipt=contract_of(receipt, options), copy_number=0, document_id=first.document_id)
    reprint = _new_reprint(request, receipt, work, clock)
    if not await add_reprint(work.connection, reprint):
        raise same_id_other_content(request.reprint_id)
    receipt = await receipt_by_id(work.connection, request.receipt_id) or receipt
    await work.emit(copy_printout(receipt, reprint, options), aggregate=receipt.new.customer_code)
    return ReprintReply(
        receipt=contract_of(receipt, options), copy_number=reprint.copy_number, document_id=reprint.document_id
    )


def _new_reprint(request: ReprintReceipt, receipt: StoredReceipt, work: UnitOfWork, clock: Clock) -> Reprint:
    return Reprint(
        reprint_id=request.reprint_id,
        receipt_id=request.receipt_id,
        copy_number=receipt.copies + 1,
        requested_by=request.requested_by,
        reason=request.reason,
        device_id=request.device_id,
        document_id=derived_id("reprint", request.reprint_id),
        reprinted_at=clock(),
        actor=work.actor,
    )
