"""``payment.reversed``: the collector's phones learn that a payment was taken back."""

from services.gateway.account_updates import append, of_account, summary
from services.gateway.dependencies import StreamNotifier
from services.gateway.print_jobs.withdrawal import after_account_change, after_reversal
from shared.clock import Clock, now
from shared.contracts.billing import PaymentReversed
from shared.messaging import UnitOfWork


async def announce_reversal(
    event: PaymentReversed, work: UnitOfWork, *, notifier: StreamNotifier, clock: Clock = now
) -> None:
    """Announce a reversal to the phones of the customer's collector."""
    moment = clock()
    devices = await after_account_change(work, event.account, moment)
    devices |= await after_reversal(work, event.payment.payment_id, moment)
    if devices:
        work.after_commit(lambda: notifier.print_jobs(devices))
    update = of_account(
        "payment.reversed",
        event.account,
        event.customer.customer_code,
        payment=summary(event.payment, None),
        reason=event.reason,
        to_give_back=event.to_give_back or None,
        paper_missing=event.paper_missing or None,
    )
    # Who took the money learns of it, also where the customer is on another collector's route now.
    concerned = {event.customer.collector.collector_code}
    if event.payment.collector_code is not None:
        concerned.add(event.payment.collector_code)
    for collector_code in sorted(concerned):
        await append(collector_code, update, work, notifier, moment)
