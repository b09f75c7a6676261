"""Bank credits that wait for a person: the office sees them, says whose money each is, or that it is nobody's."""

from typing import Annotated

from pydantic import Field

from services.gateway.api import refusals
from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import NO_DEVICE
from services.gateway.domain.staff import CASHIERS, MONEY_READERS
from services.gateway.edge.operation import AnyOperation, Call, Operation
from services.gateway.edge.types import INTEGER, Id, Incoming, Nothing, TypedCustomerCode, Words
from shared.contracts.billing import (
    BankCreditDetails,
    BankCreditReason,
    BankCreditReply,
    BankCreditsPage,
    BankCreditState,
    DismissBankCredit,
    GetBankCredits,
    LookAtBankCredit,
    MatchBankCredit,
)
from shared.problems import NotFound, SameIdOtherContent

TAG = "bank credits"


class CreditPath(Incoming):
    """One bank credit."""

    credit_id: Id


class CreditsQuery(Incoming):
    """Which bank credits."""

    state: BankCreditState = Field(default=BankCreditState.UNMATCHED, strict=False)
    reason: BankCreditReason | None = Field(default=None, strict=False, description="Only what waits for this reason.")
    customer_code: TypedCustomerCode | None = Field(default=None, description="Only what is booked for this customer.")
    after: Id | None = Field(default=None, description="`next` of the page before.")
    limit: Annotated[int, Field(ge=1, le=200), INTEGER] = 100


class CreditMatch(Incoming):
    """Whose money it is, and how that is known."""

    customer_code: TypedCustomerCode = Field(examples=["PB1501000001"])
    reason: Words = Field(examples=["Khách gọi điện xác nhận"])


class CreditDismissal(Incoming):
    """Why it is no customer's money."""

    reason: Words = Field(examples=["Lãi tiền gửi"])


async def listed(call: Call[Nothing, CreditsQuery, None], dependencies: Dependencies) -> BankCreditsPage:
    """Read bank credits, without what payers wrote."""
    query = call.query
    return await dependencies.request(
        GetBankCredits(
            states=[query.state],
            reason=query.reason,
            customer_code=query.customer_code,
            unit_codes=call.member.unit_codes,
            after=query.after,
            limit=query.limit,
        )
    )


async def look(call: Call[CreditPath, Nothing, None], dependencies: Dependencies) -> BankCreditDetails:
    """Read a bank credit with what the payer wrote and whose it may be."""
    return await dependencies.request(
        LookAtBankCredit(credit_id=call.path.credit_id, unit_codes=call.member.unit_codes)
    )


async def match(call: Call[CreditPath, Nothing, CreditMatch], dependencies: Dependencies) -> BankCreditReply:
    """Book a bank credit for a customer."""
    return await dependencies.request(
        MatchBankCredit(
            match_id=call.key,
            credit_id=call.path.credit_id,
            customer_code=call.body.customer_code,
            reason=call.body.reason,
            unit_codes=call.member.unit_codes,
        )
    )


async def dismiss(call: Call[CreditPath, Nothing, CreditDismissal], dependencies: Dependencies) -> BankCreditReply:
    """Take a bank credit off the worklist."""
    return await dependencies.request(
        DismissBankCredit(
            dismissal_id=call.key,
            credit_id=call.path.credit_id,
            reason=call.body.reason,
            unit_codes=call.member.unit_codes,
        )
    )


_OF_NO_UNIT = (
    "One that waits belongs to no unit yet: whoever works for all units sees and settles it, others see what is booked "
    "for customers of their units."
)

OPERATIONS: list[AnyOperation] = [
    Operation(
        method="GET",
        path="/v1/bank-credits",
        name="listBankCredits",
        tag=TAG,
        summary="List bank credits: those that wait for a person, or of another state",
        description=f"Without what payers wrote. {_OF_NO_UNIT}",
        handler=listed,
        query_model=CreditsQuery,
        answer=BankCreditsPage,
        roles=NO_DEVICE,
        staff=MONEY_READERS,
    ),
    Operation(
        method="GET",
        path="/v1/bank-credits/{credit_id}",
        name="getBankCredit",
        tag=TAG,
        summary="Read a bank credit with what the payer wrote and whose it may be; that you looked is kept",
        description=_OF_NO_UNIT,
        handler=look,
        path_model=CreditPath,
        answer=BankCreditDetails,
        roles=NO_DEVICE,
        staff=MONEY_READERS,
        kept=True,
        problems=(NotFound,),
    ),
    Operation(
        method="POST",
        path="/v1/bank-credits/{credit_id}/match",
        name="matchBankCredit",
        tag=TAG,
        summary="Book a bank credit that waits for a customer",
        description="The receipt follows as for any transfer. " + _OF_NO_UNIT,
        handler=match,
        path_model=CreditPath,
        body=CreditMatch,
        key="match_id",
        answer=BankCreditReply,
        roles=NO_DEVICE,
        staff=CASHIERS,
        problems=(
            NotFound,
            SameIdOtherContent,
            refusals.BANK_CREDIT_SETTLED,
            refusals.AMOUNT_IMPLAUSIBLE,
            refusals.REFERENCE_ALREADY_RECORDED,
            refusals.UNREADABLE_TEXT,
        ),
    ),
    Operation(
        method="POST",
        path="/v1/bank-credits/{credit_id}/dismissal",
        name="dismissBankCredit",
        tag=TAG,
        summary="Take a bank credit off the worklist that is no customer's money",
        description=_OF_NO_UNIT,
        handler=dismiss,
        path_model=CreditPath,
        body=CreditDismissal,
        key="dismissal_id",
        answer=BankCreditReply,
        roles=NO_DEVICE,
        staff=CASHIERS,
        problems=(NotFound, SameIdOtherContent, refusals.BANK_CREDIT_SETTLED, refusals.UNREADABLE_TEXT),
    ),
]
