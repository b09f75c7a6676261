"""What customer answers, takes in and tells: data, wired in :mod:`services.customer.app`."""

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
from shared.messaging.topology import Topology

TOPOLOGY = Topology(
    service="customer",
    requests=[SearchCustomers, GetCustomer, GetRoute, GetCollector, RecordVisit, CorrectPhone],
    consumes=[BillIssued, PaymentRecorded, PaymentReversed],
    emits=[CustomerChanged, VisitRecorded],
)
