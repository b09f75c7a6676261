"""Record a partner's payment of some bills: one transaction under the lock of its id and of the customer's account."""

from collections.abc import Sequence

from services.billing.partners.rules import NotPartnersPoint, UnknownPartner, chosen_bills
from services.billing.partners.terms import PartnerTerms, cancellable_until, fee_of, terms_in_force
from services.billing.recorded_payment import record, refuse_known_reference
from services.billing.store import accounts, partners
from shared.client_times import ELSEWHERE
from shared.clock import Clock, business_day
from shared.contracts.billing import PartnerPayment, RecordPartnerPayment, RecordPayment
from shared.contracts.common import PaymentMethod
from shared.messaging.unit_of_work import UnitOfWork


async def record_partner_payment(
    request: RecordPartnerPayment, work: UnitOfWork, *, clock: Clock, partner_terms: Sequence[PartnerTerms]
) -> PartnerPayment:
    """Clear exactly the bills that the payer saw at the partner; refuse what would leave a part or a credit.

    The partner's id and the account are locked.
    """
    connection, moment, partner_code = work.connection, clock(), request.partner_code
    if not await partners.is_known(connection, partner_code):
        raise UnknownPartner("Không có đối tác này.")
    if not await partners.is_point_of(connection, request.collection_point_code, partner_code):
        raise NotPartnersPoint("Điểm thu không thuộc đối tác này.")
    ELSEWHERE.require("received_at", request.received_at, moment)
    account = await accounts.with_open_bills(connection, request.customer_code)
    assert account is not None  # noqa: S101 - the account is locked
    day = business_day(moment)
    terms = terms_in_force(partner_terms, partner_code, account.unit_code, day)
    chosen = chosen_bills(account.bills(), request.bill_ids, terms.bills, request.amount)
    entry = partners.register_id(partner_code, request.partner_payment_id)
    payment = RecordPayment(
        payment_id=entry,
        customer_code=request.customer_code,
        amount=request.amount,
        method=PaymentMethod.COLLECTION_POINT,
        received_at=request.received_at,
        bill_ids=request.bill_ids,
        collection_point_code=request.collection_point_code,
        reference=request.partner_payment_id,
    )
    await refuse_known_reference(connection, payment)
    await record(payment, work, account, chosen, moment=moment)
    await partners.add(
        connection,
        entry,
        partner_code=partner_code,
        partner_payment_id=request.partner_payment_id,
        business_date=day,
        registered_at=moment,
        collection_point_code=request.collection_point_code,
        customer_code=request.customer_code,
        bill_ids=[bill.bill_id for bill in chosen],
        amount=request.amount,
        fee=fee_of(terms, request.amount),
        cancellable_until=cancellable_until(terms, day),
        unit_code=account.unit_code,
    )
    # Last, because all payments of the partner's day wait here for each other.
    await partners.count_payment(connection, partner_code, day, request.amount)
    recorded = await partners.find(connection, entry)
    assert recorded is not None  # noqa: S101 - it was added
    return recorded
