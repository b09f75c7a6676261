"""Papers about debts that a phone's printer prints: the warning of a cut, and an agreement to pay in parts."""

from uuid import UUID

from pydantic import Field

from services.gateway.access import UnknownDevice, require_own_customer, require_printing_device
from services.gateway.api import refusals
from services.gateway.api.arrears import TAG as ARREARS
from services.gateway.api.dunning import TAG as DUNNING
from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import COLLECTOR_ONLY, Device
from services.gateway.domain.staff import SERVICE, SUPERVISORS
from services.gateway.edge.operation import AnyOperation, Call, Caller, Operation
from services.gateway.edge.types import Id, Incoming, Nothing, TypedCustomerCode
from shared.contracts.billing import AgreementPrintAsked, PrintAgreement
from shared.contracts.customer import GetCustomer
from shared.contracts.notify import PrintWarning, WarningPrintAsked
from shared.problems import Conflict, NotAllowed, NotFound, SameIdOtherContent


class WarningPath(Incoming):
    """One warning of a customer."""

    customer_code: TypedCustomerCode = Field(examples=["PB1501000001"])
    warning_id: Id


class AgreementOfCustomerPath(Incoming):
    """One agreement of a customer."""

    customer_code: TypedCustomerCode = Field(examples=["PB1501000001"])
    agreement_id: Id


class PrintBody(Incoming):
    """On which phone."""

    device_id: Id | None = Field(default=None, description="A collector's own phone when left out.")


class NoPrinterNamed(Conflict):
    """The office has to say on which phone."""

    slug = "no-printer-named"
    title = "No phone is named that prints it"
    usual_detail = "Hãy chọn điện thoại in giấy này."


async def _printer(who: Caller, named: UUID | None, dependencies: Dependencies) -> UUID:
    """Return which phone prints: a collector's own, or the one that the office names. Raises what is refused."""
    if isinstance(who, Device):
        if named not in (None, who.device_id):
            raise NotAllowed("Thu ngân viên chỉ in trên máy của mình.")
        return who.device_id
    if named is None:
        raise NoPrinterNamed
    await require_printing_device(who, named, dependencies)
    return named


async def print_warning(call: Call[WarningPath, Nothing, PrintBody], dependencies: Dependencies) -> WarningPrintAsked:
    """Have a warning printed."""
    code = call.path.customer_code
    await require_own_customer(call.who, code, dependencies)
    device_id = await _printer(call.who, call.body.device_id, dependencies)
    facts = (await dependencies.request(GetCustomer(customer_code=code))).facts
    return await dependencies.request(
        PrintWarning(print_id=call.key, warning_id=call.path.warning_id, customer=facts, device_id=device_id)
    )


async def print_agreement(
    call: Call[AgreementOfCustomerPath, Nothing, PrintBody], dependencies: Dependencies
) -> AgreementPrintAsked:
    """Have an agreement printed."""
    code = call.path.customer_code
    await require_own_customer(call.who, code, dependencies)
    device_id = await _printer(call.who, call.body.device_id, dependencies)
    return await dependencies.request(
        PrintAgreement(print_id=call.key, agreement_id=call.path.agreement_id, device_id=device_id, customer_code=code)
    )


OPERATIONS: list[AnyOperation] = [
    Operation(
        method="POST",
        path="/v1/customers/{customer_code}/warnings/{warning_id}/prints",
        name="printWarning",
        tag=DUNNING,
        summary="Print a warning of a cut, to be delivered by hand",
        description=(
            "On the collector's own phone, or on the one that the office names. A warning that does not count any more "
            "is refused, and one that waits for its printer is withdrawn when the debt changes."
        ),
        handler=print_warning,
        path_model=WarningPath,
        body=PrintBody,
        key="print_id",
        status=202,
        answer=WarningPrintAsked,
        roles=COLLECTOR_ONLY,
        staff=SUPERVISORS,
        problems=(
            NotFound,
            NotAllowed,
            UnknownDevice,
            NoPrinterNamed,
            SameIdOtherContent,
            refusals.WARNING_OVER,
        ),
    ),
    Operation(
        method="POST",
        path="/v1/customers/{customer_code}/agreements/{agreement_id}/prints",
        name="printAgreement",
        tag=ARREARS,
        summary="Print an agreement that is in force, for the customer to keep",
        description="With its bills, its parts, and what is paid of them now.",
        handler=print_agreement,
        path_model=AgreementOfCustomerPath,
        body=PrintBody,
        key="print_id",
        status=202,
        answer=AgreementPrintAsked,
        roles=COLLECTOR_ONLY,
        staff=SERVICE,
        problems=(
            NotFound,
            NotAllowed,
            UnknownDevice,
            NoPrinterNamed,
            SameIdOtherContent,
            refusals.AGREEMENT_NOT_IN_FORCE,
        ),
    ),
]
