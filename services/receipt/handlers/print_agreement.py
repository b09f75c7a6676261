from datetime import timedelta

from services.receipt.documents import DocumentOptions, Words, agreement
from services.receipt.domain.ids import derived_id
from shared.contracts.billing import AgreementWanted
from shared.contracts.common import Language
from shared.contracts.receipt import DocumentReady, PaperKind
from shared.messaging import UnitOfWork
from shared.money import format_dong


async def print_agreement(
    event: AgreementWanted,
    work: UnitOfWork,
    *,
    options: DocumentOptions,
    language: Language,
    notice_lifetime: timedelta,
) -> None:
    """Make the document of an agreement. It names no account's version: payments do not make it untrue."""
    document = agreement(event, options, Words(language))
    await work.emit(
        DocumentReady(
            document_id=derived_id("agreement", event.print_id),
            kind=PaperKind.NOTICE,
            device_id=event.device_id,
            customer_code=event.customer.customer_code,
            document=document,
            language=language,
            not_after=event.wanted_at + notice_lifetime,
            summary=f"{document.title} · {event.customer.name} · {format_dong(event.agreement.amount)}",
        ),
        aggregate=event.customer.customer_code,
    )
