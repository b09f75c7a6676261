import binascii
from base64 import b64decode
from collections.abc import Sequence

import structlog

from services.notify.delivery.report_addresses import ReportAddresses
from services.notify.domain.delivery_reports import DeliveryReport, InvalidReport
from services.notify.providers.base import ReportReader, ReportRequest
from services.notify.store.delivery_reports import add_reports, match_reports
from shared.clock import Clock
from shared.contracts.notify import DeliveryReportsRecorded, RecordDeliveryReports
from shared.messaging import UnitOfWork
from shared.problems import Problem

log = structlog.get_logger()

_LONGEST_REFERENCE = 200


async def record_delivery_reports(
    request: RecordDeliveryReports, work: UnitOfWork, *, addresses: ReportAddresses, clock: Clock
) -> DeliveryReportsRecorded:
    """Keep what a provider reports, and merge what belongs to an SMS that is known; the rest is matched later."""
    reader = addresses.reader(request.provider, request.secret_digest, request.address)
    reports = _read(request, reader)
    moment = clock()
    await match_reports(work.connection, await add_reports(work.connection, reports, moment), moment)
    return DeliveryReportsRecorded(received=len(reports))


def _read(request: RecordDeliveryReports, reader: ReportReader) -> Sequence[DeliveryReport]:
    try:
        reports = reader.read_reports(
            ReportRequest(
                method=request.method,
                query=request.query,
                headers=request.headers,
                content_type=request.content_type,
                body=b64decode(request.body, validate=True),
            )
        )
        for report in reports:
            _require_storable(report)
    except (InvalidReport, binascii.Error) as error:
        log.warning("delivery_report_not_read", provider=request.provider, error=type(error).__name__)
        raise _no_report() from None
    except Exception as error:  # noqa: BLE001 - whatever an adapter stumbles over was sent by somebody else
        # Its type only: what it says may repeat a customer's number.
        log.error("delivery_report_not_read", provider=request.provider, error=type(error).__name__)  # noqa: TRY400
        raise _no_report() from None
    return reports


def _require_storable(report: DeliveryReport) -> None:
    for text in (report.provider_reference or "", report.client_reference or "", report.code):
        if not text.isprintable():
            raise InvalidReport("characters that cannot be seen")
    if max(len(report.provider_reference or ""), len(report.client_reference or "")) > _LONGEST_REFERENCE:
        raise InvalidReport("a reference that is too long")


def _no_report() -> Problem:
    return Problem(
        "Nội dung gửi lên không phải là báo cáo gửi tin.", slug="invalid-report", status=400, title="No delivery report"
    )
