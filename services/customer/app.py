"""Puts the customer service together, and takes it apart in reverse."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from services.customer import handlers
from services.customer.settings import CustomerSettings
from services.customer.topology import TOPOLOGY
from shared.clock import Clock, now
from shared.contracts.billing import BillIssued, PaymentRecorded, PaymentReversed
from shared.contracts.customer import (
    CorrectPhone,
    GetCollector,
    GetCustomer,
    GetRoute,
    RecordVisit,
    SearchCustomers,
)
from shared.health import serve_health
from shared.messaging import EventHandlers, RequestHandlers, read_only
from shared.runtime import Running, open_parts


def request_handlers(settings: CustomerSettings, clock: Clock) -> RequestHandlers:
    """Return the handler of each request."""
    return {
        SearchCustomers: read_only(handlers.search_customers),
        GetCustomer: read_only(handlers.get_customer),
        GetRoute: read_only(handlers.get_route),
        GetCollector: read_only(handlers.get_collector),
        RecordVisit: partial(handlers.record_visit, rules=settings.visit_rules, clock=clock),
        CorrectPhone: partial(handlers.correct_phone, clock=clock),
    }


def event_handlers(settings: CustomerSettings) -> EventHandlers:
    """Return the handler of each event."""
    rules = settings.visit_rules
    return {
        BillIssued: partial(handlers.take_in_bill, rules=rules),
        PaymentRecorded: partial(handlers.take_in_payment, rules=rules),
        PaymentReversed: partial(handlers.take_in_reversal, rules=rules),
    }


@asynccontextmanager
async def service(settings: CustomerSettings, *, clock: Clock = now) -> AsyncIterator[Running]:
    """Run the service until the block ends."""
    async with open_parts(settings, TOPOLOGY) as parts:
        await parts.bus.start(
            request_handlers=request_handlers(settings, clock), event_handlers=event_handlers(settings)
        )
        async with serve_health(parts.checks, host=settings.http_host, port=settings.http_port) as port:
            yield Running(parts.bus, port)
