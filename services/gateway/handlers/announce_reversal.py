"""``payment.reversed``: the collector's phones learn that a payment was taken back."""

from services.gateway.account_updates import append, of_account, summary
from services.gateway.dependencies import Waker
from shared.clock import Clock, now
from shared.contracts.billing import PaymentReversed
from shared.messaging import UnitOfWork


async def announce_reversal(event: PaymentReversed, work: UnitOfWork, *, waker: Waker, clock: Clock = now) -> None:
    """Announce a reversal to the phones of the customer's collector."""
    update = of_account(
        "payment.reversed", event.account, event.customer.customer_code, payment=summary(event.payment, None)
    )
    await append(event.customer.collector.collector_code, update, work, waker, clock())
