"""A partner takes back what it named by its own id, or bars the id."""

from services.billing.partners.rules import UnknownPartner, require_cancellable
from services.billing.reversed_payment import take_back
from services.billing.store import partners, payments
from shared.clock import Clock, business_day
from shared.contracts.billing import CancelPartnerPayment, PartnerPayment, PartnerPaymentState
from shared.idempotency import joint_id
from shared.messaging.unit_of_work import UnitOfWork


async def cancel_partner_payment(request: CancelPartnerPayment, work: UnitOfWork, *, clock: Clock) -> PartnerPayment:
    """Take a payment back on its day: its bills are open again, its receipt is void.

    An id under which nothing was recorded is barred, so that a request that is still on its way is refused. The id is
    locked, and the account of a payment that is known.
    """
    connection, moment = work.connection, clock()
    entry = partners.register_id(request.partner_code, request.partner_payment_id)
    found = await partners.find(connection, entry)
    if found is None:
        if not await partners.is_known(connection, request.partner_code):
            raise UnknownPartner("Không có đối tác này.")
        day = business_day(moment)
        await partners.bar(connection, entry, request.partner_code, request.partner_payment_id, day, moment)
        await partners.cancel(connection, entry, moment, request.reason, work.actor)
    elif found.state in (PartnerPaymentState.PAID, PartnerPaymentState.REVERSED):
        assert found.cancellable_until is not None  # noqa: S101 - every payment has it
        assert found.business_date is not None  # noqa: S101 - same
        assert found.amount is not None  # noqa: S101 - same
        require_cancellable(found.cancellable_until, moment, reversed_at=found.reversed_at)
        stored = await payments.find(connection, entry)
        assert stored is not None  # noqa: S101 - it is registered
        await take_back(
            stored,
            work,
            reversal_id=joint_id("cancellation", entry),
            reason=request.reason,
            reversed_by=request.partner_code,
            moment=moment,
        )
        await partners.cancel(connection, entry, moment, request.reason, work.actor)
        await partners.count_cancellation(connection, request.partner_code, found.business_date, found.amount)
    cancelled = await partners.find(connection, entry)
    assert cancelled is not None  # noqa: S101 - it was found or added
    return cancelled
