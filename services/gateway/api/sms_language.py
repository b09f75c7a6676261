"""In which language a customer wants SMS, for whoever asks the collector, the hotline or the counter."""

from pydantic import Field

from services.gateway.access import require_own_customer
from services.gateway.api.customers import CustomerPath
from services.gateway.dependencies import Dependencies
from services.gateway.domain.devices import STAFF
from services.gateway.domain.staff import SERVICE
from services.gateway.edge.operation import AnyOperation, Call, Operation
from services.gateway.edge.types import Incoming, Nothing
from shared.contracts.common import SmsLanguage
from shared.contracts.customer import ChooseSmsLanguage, SmsLanguageChosen
from shared.problems import SameIdOtherContent

TAG = "customers"


class SmsLanguageChoice(Incoming):
    """What the customer wants."""

    language: SmsLanguage | None = Field(
        description="`vi` without accents, `vi-accents` with accents, `en`; null: as the unit has it."
    )


async def choose(call: Call[CustomerPath, Nothing, SmsLanguageChoice], dependencies: Dependencies) -> SmsLanguageChosen:
    """Keep in which language a customer wants SMS."""
    await require_own_customer(call.who, call.path.customer_code, dependencies)
    return await dependencies.request(
        ChooseSmsLanguage(
            choice_id=call.key,
            customer_code=call.path.customer_code,
            language=call.body.language,
            requested_by=call.who.actor,
        )
    )


OPERATIONS: list[AnyOperation] = [
    Operation(
        method="POST",
        path="/v1/customers/{customer_code}/sms-language",
        name="chooseSmsLanguage",
        tag=TAG,
        summary="Keep in which language the customer wants SMS",
        description="In place of the language of the unit, also for messages that are scheduled already.",
        handler=choose,
        path_model=CustomerPath,
        body=SmsLanguageChoice,
        key="choice_id",
        answer=SmsLanguageChosen,
        roles=STAFF,
        staff=SERVICE,
        problems=(SameIdOtherContent,),
    ),
]
