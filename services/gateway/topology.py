"""What the gateway hears and says. It answers no requests: its public API is HTTP."""

from shared.contracts.billing import BillIssued, PaymentRecorded, PaymentReversed
from shared.contracts.customer import CustomerChanged
from shared.contracts.gateway import PrintJobFinished
from shared.contracts.receipt import DocumentReady
from shared.messaging import Topology

TOPOLOGY = Topology(
    service="gateway",
    consumes=[DocumentReady, PaymentRecorded, PaymentReversed, BillIssued, CustomerChanged],
    emits=[PrintJobFinished],
    broadcasts=[PrintJobFinished],
)
