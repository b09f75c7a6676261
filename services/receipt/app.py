"""The one place where receipt is wired: keys, database, bus, handlers, health."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from services.receipt import handlers
from services.receipt.handlers import Issuing
from services.receipt.settings import ReceiptSettings
from services.receipt.signing import KeyFolder, Signer
from services.receipt.topology import TOPOLOGY
from shared.clock import Clock, now
from shared.contracts.billing import NoticeIssued, PaymentRecorded, PaymentReversed, ShiftClosed
from shared.contracts.receipt import GetPublicKeys, GetReceipt, ReprintReceipt, VerifyToken
from shared.health import Check, serve_health
from shared.messaging.unit_of_work import EventHandlers, RequestHandlers, locking, read_only, without_database
from shared.runtime import Running, open_parts


@asynccontextmanager
async def service(settings: ReceiptSettings, *, clock: Clock = now) -> AsyncIterator[Running]:
    """Open the signing keys, start the bus, serve health; close in reverse."""
    keys = KeyFolder(settings.keys_folder(), settings.receipt_key_file)
    keys.ensure_key(clock())
    issuing = Issuing(
        signer=keys,
        options=settings.paper_options(),
        language=settings.receipt_language,
        notice_lifetime=settings.notice_lifetime(),
        first_suffix=settings.receipt_first_suffix,
        clock=clock,
    )
    async with open_parts(settings, TOPOLOGY) as parts:
        await parts.bus.start(
            request_handlers=request_handlers(issuing),
            event_handlers=event_handlers(issuing),
        )
        parts.checks["signing_key"] = signing_key_check(keys, clock)
        async with serve_health(parts.checks, host=settings.http_host, port=settings.http_port) as port:
            yield Running(parts.bus, port)


def request_handlers(issuing: Issuing) -> RequestHandlers:
    """Return what answers requests."""
    return {
        GetReceipt: read_only(partial(handlers.get_receipt, issuing=issuing)),
        VerifyToken: read_only(partial(handlers.verify, issuing=issuing)),
        ReprintReceipt: partial(handlers.reprint_receipt, issuing=issuing),
        GetPublicKeys: without_database(partial(handlers.public_keys, issuing=issuing)),
    }


def event_handlers(issuing: Issuing) -> EventHandlers:
    """Return what takes events in."""
    return {
        NoticeIssued: locking(_nothing, partial(handlers.print_notice, issuing=issuing)),
        PaymentRecorded: locking(_series, partial(handlers.issue_receipt, issuing=issuing)),
        PaymentReversed: locking(_series, partial(handlers.void_receipt, issuing=issuing)),
        ShiftClosed: locking(_nothing, partial(handlers.print_shift_slip, issuing=issuing)),
    }


def _series(event: PaymentRecorded | PaymentReversed) -> str:
    return event.customer.unit.tax_code


def _nothing(_event: NoticeIssued | ShiftClosed) -> str:
    # First of those that are taken in together, so that the series is locked for as short as can be.
    return ""


def signing_key_check(signer: Signer, clock: Clock) -> Check:
    """Return a check that there is a key to sign with."""

    async def check() -> str | None:
        signer.key_for(clock())
        return None

    return check
