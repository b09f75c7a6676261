"""The messages of the gateway. It answers no requests: its public API is HTTP."""

from services.gateway import handlers
from shared.contracts.billing import BillIssued, PaymentRecorded, PaymentReversed
from shared.contracts.customer import CustomerChanged
from shared.contracts.gateway import PrintJobFinished
from shared.contracts.receipt import DocumentReady
from shared.messaging import EventHandler, Lock, Topology


def _device(event: DocumentReady) -> str:
    return f"device {event.device_id}"


def _feed(event: PaymentRecorded | PaymentReversed) -> str:
    return f"feed {event.customer.collector.collector_code}"


TOPOLOGY = Topology(
    service="gateway",
    handlers=[
        EventHandler(DocumentReady, handlers.document_ready, lock=_device),
        EventHandler(PaymentRecorded, handlers.payment_recorded, lock=_feed),
        EventHandler(PaymentReversed, handlers.payment_reversed, lock=_feed),
        # Whose feed it is, the database knows.
        EventHandler(BillIssued, handlers.bill_issued, lock=Lock.UNKNOWN),
        EventHandler(CustomerChanged, handlers.customer_changed, lock=Lock.UNKNOWN),
    ],
    emits=[PrintJobFinished],
    broadcasts=[PrintJobFinished],
)
