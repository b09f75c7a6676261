"""What receipt shows beyond what every service does."""

from prometheus_client import Counter, Gauge

from shared.metrics import REGISTRY

ISSUING_STOPPED = Gauge(
    "thungan_receipt_issuing_stopped", "1 while no receipt is issued until a person acts", registry=REGISTRY
)
CHECKPOINT_SIZE = Gauge(
    "thungan_receipt_checkpoint_size", "Receipts in the tree of the last checkpoint of this copy", registry=REGISTRY
)
WITNESS_AGE = Gauge(
    "thungan_receipt_witness_age_seconds",
    "For how long a place outside has not been known to be up to date",
    ("place",),
    registry=REGISTRY,
)
UNSIGNED = Gauge(
    "thungan_receipt_unsigned",
    "Receipts that were issued without a signature and wait for it; the same from every copy",
    registry=REGISTRY,
)
GENUINE_UNKNOWN = Counter(
    "thungan_receipt_genuine_unknown",
    "Receipts that were checked, are signed rightly, and are not in the register",
    registry=REGISTRY,
)
