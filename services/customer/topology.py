"""The messages of customer: what it answers, consumes and emits."""

from services.customer import handlers
from shared.contracts.billing import BillIssued, PaymentRecorded, PaymentReversed
from shared.contracts.customer import (
    CorrectPhone,
    CustomerChanged,
    GetCollector,
    GetCustomer,
    GetRoute,
    RecordVisit,
    SearchCustomers,
    VisitRecorded,
)
from shared.messaging import Access, EventHandler, RequestHandler, Topology

TOPOLOGY = Topology(
    service="customer",
    handlers=[
        RequestHandler(SearchCustomers, handlers.search_customers, access=Access.READ_ONLY),
        RequestHandler(GetCustomer, handlers.get_customer, access=Access.READ_ONLY),
        RequestHandler(GetRoute, handlers.get_route, access=Access.READ_ONLY),
        RequestHandler(GetCollector, handlers.get_collector, access=Access.READ_ONLY),
        RequestHandler(RecordVisit, handlers.record_visit),
        RequestHandler(CorrectPhone, handlers.correct_phone),
        EventHandler(BillIssued, handlers.take_in_bill),
        EventHandler(PaymentRecorded, handlers.take_in_payment),
        EventHandler(PaymentReversed, handlers.take_in_reversal),
    ],
    emits=[CustomerChanged, VisitRecorded],
)
