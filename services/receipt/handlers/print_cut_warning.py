from services.receipt.documents import DocumentOptions, Words, cut_warning
from services.receipt.domain.ids import derived_id
from shared.contracts.common import Language
from shared.contracts.notify import CutWarningWanted
from shared.contracts.receipt import DocumentReady, PaperKind
from shared.messaging import UnitOfWork
from shared.money import format_dong


async def print_cut_warning(
    event: CutWarningWanted, work: UnitOfWork, *, options: DocumentOptions, language: Language
) -> None:
    """Make the document of a warning: a notice, which is withdrawn before it is printed where the debt changes."""
    document = cut_warning(event, options, Words(language))
    await work.emit(
        DocumentReady(
            document_id=derived_id("cut_warning", event.print_id),
            kind=PaperKind.NOTICE,
            device_id=event.device_id,
            customer_code=event.customer.customer_code,
            document=document,
            language=language,
            not_after=event.not_after,
            account_version=event.account_version,
            summary=f"{document.title} · {event.customer.name} · {format_dong(event.debt)}",
        ),
        aggregate=event.customer.customer_code,
    )
