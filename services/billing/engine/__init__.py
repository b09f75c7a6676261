"""The billing engine: kWh in, bill out. Pure functions over frozen values; no I/O."""

from services.billing.engine.compute import compute_bill
from services.billing.engine.models import Bill, BillLine, BillRequest, ChangeReading, Consumption, Cut, TierLimits
from services.billing.errors import BillingError
from shared.contracts.uses import Use

__all__ = [
    "Bill",
    "BillLine",
    "BillRequest",
    "BillingError",
    "ChangeReading",
    "Consumption",
    "Cut",
    "TierLimits",
    "Use",
    "compute_bill",
]
