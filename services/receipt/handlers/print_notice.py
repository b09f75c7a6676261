from datetime import timedelta

from services.receipt.documents import DocumentOptions, Words, notice
from services.receipt.domain.ids import derived_id
from shared.contracts.billing import NoticeIssued
from shared.contracts.common import Language
from shared.contracts.receipt import DocumentReady, PaperKind
from shared.messaging import UnitOfWork
from shared.money import format_dong


async def print_notice(
    event: NoticeIssued, work: UnitOfWork, *, options: DocumentOptions, language: Language, notice_lifetime: timedelta
) -> None:
    """Make the document of a notice."""
    document = notice(event, options, Words(language))
    await work.emit(
        DocumentReady(
            document_id=derived_id("notice", event.notice_id),
            kind=PaperKind.NOTICE,
            device_id=event.device_id,
            customer_code=event.customer.customer_code,
            document=document,
            language=language,
            not_after=event.issued_at + notice_lifetime,
            visit_id=event.visit_id,
            account_version=event.account.version,
            summary=f"{document.title} · {event.customer.name} · {format_dong(event.account.debt)}",
        ),
        aggregate=event.customer.customer_code,
    )
