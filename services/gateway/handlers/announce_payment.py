"""``payment.recorded``: the collector's phones learn that a customer has paid, and where."""

from services.gateway.account_updates import append_last, of_account, summary
from services.gateway.dependencies import StreamNotifier
from services.gateway.print_jobs.withdrawal import after_account_change
from shared.clock import Clock, now
from shared.contracts.billing import PaymentRecorded
from shared.messaging import UnitOfWork


async def announce_payment(
    event: PaymentRecorded, work: UnitOfWork, *, notifier: StreamNotifier, clock: Clock = now
) -> None:
    """Announce a payment to the phones of the customer's collector."""
    moment = clock()
    devices = await after_account_change(work, event.account, moment)
    if devices:
        work.after_commit(lambda: notifier.print_jobs(devices))
    update = of_account(
        "payment.recorded",
        event.account,
        event.customer.customer_code,
        payment=summary(event.payment, event.collection_point),
    )
    append_last(event.customer.collector.collector_code, update, work, notifier, moment)
