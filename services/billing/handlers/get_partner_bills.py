"""What a partner sees of a customer: enough for the payer to recognise the bills, and no more."""

from collections.abc import Sequence

from services.billing.partners.rules import UnknownPartner, open_amount, shown_name
from services.billing.partners.terms import PartnerTerms, terms_in_force
from services.billing.store import accounts, partners
from shared.clock import Clock, business_day
from shared.contracts.billing import GetPartnerBills, PartnerBill, PartnerBills
from shared.messaging.unit_of_work import UnitOfWork
from shared.problems import NotFound
from shared.wards import written_ward


async def get_partner_bills(
    request: GetPartnerBills, work: UnitOfWork, *, clock: Clock, partner_terms: Sequence[PartnerTerms]
) -> PartnerBills:
    """Return a customer's open bills, the oldest first, with how they may be paid."""
    if not await partners.is_known(work.connection, request.partner_code):
        raise UnknownPartner("Không có đối tác này.")
    account = await accounts.with_open_bills(work.connection, request.customer_code)
    if account is None or account.facts is None:
        raise NotFound("Không có khách hàng này.")
    terms = terms_in_force(partner_terms, request.partner_code, account.unit_code, business_day(clock()))
    # A bill that cannot be read hides no other here, but then no payment is recorded: all are read for that.
    shown = account.shown_bills()
    return PartnerBills(
        customer_code=request.customer_code,
        customer_name=shown_name(account.facts.name),
        ward=account.facts.ward or written_ward(account.facts.address) or "",
        bill_choice=terms.bills,
        total=sum(open_amount(bill) for bill in shown),
        bills=[
            PartnerBill(
                bill_id=bill.bill_id,
                bill_number=bill.bill_number,
                year=bill.year,
                month=bill.month,
                cycle=bill.cycle,
                amount=open_amount(bill),
                due_date=bill.due_date,
            )
            for bill in shown
        ],
    )
