"""The messages of the gateway. It answers no requests: its public API is HTTP."""

from services.gateway.handlers.announce_bill import announce_bill
from services.gateway.handlers.announce_bill_correction import announce_bill_correction
from services.gateway.handlers.announce_customer_change import announce_customer_change
from services.gateway.handlers.announce_customer_changes import announce_customer_changes
from services.gateway.handlers.announce_cut_order import announce_cut_order
from services.gateway.handlers.announce_payment import announce_payment
from services.gateway.handlers.announce_released_bills import announce_released_bills
from services.gateway.handlers.announce_reversal import announce_reversal
from services.gateway.handlers.note_collector import note_collector
from services.gateway.handlers.queue_print_job import queue_print_job
from services.gateway.handlers.withdraw_notice import withdraw_notice
from shared.contracts.billing import BillCorrected, BillIssued, BillsReleased, PaymentRecorded, PaymentReversed
from shared.contracts.customer import CollectorChanged, CustomerChanged, CustomersChanged, VisitWithdrawn
from shared.contracts.gateway import PrintJobFinished, TransferCodeShown
from shared.contracts.notify import CutOrderChanged
from shared.contracts.receipt import DocumentReady
from shared.messaging import Access, EventHandler, Lock, Topology


def _device(event: DocumentReady) -> str:
    return f"device {event.device_id}"


def _feed(event: PaymentRecorded) -> str:
    return f"feed {event.customer.collector.collector_code}"


TOPOLOGY = Topology(
    service="gateway",
    handlers=[
        EventHandler(DocumentReady, queue_print_job, lock=_device, access=Access.IF_NEEDED),
        EventHandler(PaymentRecorded, announce_payment, lock=_feed),
        EventHandler(PaymentReversed, announce_reversal, lock=Lock.UNKNOWN),
        EventHandler(VisitWithdrawn, withdraw_notice, lock=Lock.UNKNOWN),
        # Whose feed it is, the database knows.
        EventHandler(BillIssued, announce_bill, lock=Lock.UNKNOWN),
        EventHandler(BillCorrected, announce_bill_correction, lock=Lock.UNKNOWN),
        EventHandler(BillsReleased, announce_released_bills, lock=Lock.UNKNOWN),
        EventHandler(CollectorChanged, note_collector, lock=Lock.UNKNOWN),
        EventHandler(CustomerChanged, announce_customer_change, lock=Lock.UNKNOWN),
        EventHandler(CustomersChanged, announce_customer_changes, lock=Lock.UNKNOWN),
        EventHandler(CutOrderChanged, announce_cut_order, lock=Lock.UNKNOWN),
    ],
    emits=[PrintJobFinished, TransferCodeShown],
    broadcasts=[PrintJobFinished],
)
