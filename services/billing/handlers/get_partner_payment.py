"""A partner asks where its payment stands, most often after a time-out."""

from services.billing.store import partners
from shared.contracts.billing import GetPartnerPayment, PartnerPayment, PartnerPaymentState
from shared.messaging.unit_of_work import UnitOfWork


async def get_partner_payment(request: GetPartnerPayment, work: UnitOfWork) -> PartnerPayment:
    """Return where a partner's payment stands, when whatever is being done under its id has ended."""
    entry = partners.register_id(request.partner_code, request.partner_payment_id)
    await partners.lock_payment(work.connection, entry, to_read=True)
    found = await partners.find(work.connection, entry)
    if found is not None:
        return found
    return PartnerPayment(partner_payment_id=request.partner_payment_id, state=PartnerPaymentState.UNKNOWN)
