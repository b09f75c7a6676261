"""The one place where billing is wired: tariffs, database, bus, handlers, health."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from services.billing.handlers.close_shift import close_shift
from services.billing.handlers.get_account import get_account
from services.billing.handlers.get_collection_points import get_collection_points
from services.billing.handlers.get_payment import get_payment
from services.billing.handlers.get_shift import get_shift
from services.billing.handlers.issue_notice import issue_notice
from services.billing.handlers.keep_customer import keep_customer
from services.billing.handlers.note_receipt import note_receipt
from services.billing.handlers.open_shift import open_shift
from services.billing.handlers.record_payment import record_payment
from services.billing.handlers.reverse_payment import reverse_payment
from services.billing.settings import BillingSettings
from services.billing.tariffs.files import load_tariffs
from services.billing.topology import TOPOLOGY
from shared.clock import Clock, now
from shared.contracts.billing import (
    CloseShift,
    GetAccount,
    GetCollectionPoints,
    GetPayment,
    GetShift,
    OpenShift,
    RecordPayment,
    ReversePayment,
)
from shared.contracts.customer import CustomerChanged, VisitRecorded
from shared.contracts.receipt import ReceiptIssued
from shared.health import serve_health
from shared.messaging.unit_of_work import EventHandlers, RequestHandlers, read_only
from shared.runtime import Running, open_parts


@asynccontextmanager
async def service(settings: BillingSettings, *, clock: Clock = now) -> AsyncIterator[Running]:
    """Check the tariff files, start the bus, serve health; close in reverse."""
    load_tariffs()  # a slip in a tariff file stops the service before it takes a message
    async with open_parts(settings, TOPOLOGY) as parts:
        await parts.bus.start(
            request_handlers=request_handlers(settings, clock),
            event_handlers=event_handlers(settings, clock),
        )
        async with serve_health(parts.checks, host=settings.http_host, port=settings.http_port) as port:
            yield Running(parts.bus, port)


def request_handlers(settings: BillingSettings, clock: Clock) -> RequestHandlers:
    """Return what answers requests."""
    return {
        GetAccount: read_only(get_account),
        GetPayment: read_only(get_payment),
        GetShift: read_only(get_shift),
        GetCollectionPoints: read_only(get_collection_points),
        RecordPayment: partial(record_payment, clock=clock),
        ReversePayment: partial(reverse_payment, clock=clock),
        OpenShift: partial(open_shift, cash_ceiling=settings.cash_ceiling),
        CloseShift: close_shift,
    }


def event_handlers(settings: BillingSettings, clock: Clock) -> EventHandlers:
    """Return what takes events in."""
    return {
        CustomerChanged: keep_customer,
        VisitRecorded: partial(issue_notice, clock=clock, points_on_notice=settings.points_on_notice),
        ReceiptIssued: note_receipt,
    }
