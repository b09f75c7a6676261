from services.billing.arrears.instalments import AgreementNotInForce
from services.billing.ledger import known_facts
from services.billing.store import agreements
from shared.clock import Clock
from shared.contracts.billing import AgreementPrintAsked, AgreementState, AgreementWanted, PrintAgreement
from shared.messaging.unit_of_work import UnitOfWork
from shared.problems import NotFound


async def print_agreement(request: PrintAgreement, work: UnitOfWork, *, clock: Clock) -> AgreementPrintAsked:
    """Tell that an agreement that is in force is wanted on paper, once. The account is locked."""
    found = await agreements.find(work.connection, request.agreement_id)
    is_theirs = found is not None and (not request.unit_codes or found.unit_code in request.unit_codes)
    if found is None or not is_theirs or request.customer_code not in (None, found.customer_code):
        raise NotFound("Không có thỏa thuận này.")
    if found.state is not AgreementState.IN_FORCE:
        raise AgreementNotInForce(facts={"state": found.state.value})
    event = AgreementWanted(
        print_id=request.print_id,
        device_id=request.device_id,
        agreement=found,
        customer=await known_facts(work.connection, found.customer_code),
        wanted_at=clock(),
        actor=work.actor,
    )
    await work.emit(event, aggregate=found.customer_code)
    return AgreementPrintAsked(print_id=request.print_id)
