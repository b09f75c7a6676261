from services.billing.store.acts import records_of
from shared.act_records import as_acts
from shared.contracts.acts import Acts
from shared.contracts.billing import GetBillingActs
from shared.messaging.unit_of_work import UnitOfWork


async def get_billing_acts(request: GetBillingActs, work: UnitOfWork) -> Acts:
    """Return what was done to a payment, a customer's account or a shift, in the order of time."""
    records = await records_of(work.connection, request.payment_id, request.customer_code, request.shift_id)
    return Acts(acts=await as_acts(work.connection, records))
