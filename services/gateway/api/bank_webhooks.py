"""The addresses that banks and their go-betweens call when money has come to the utility's accounts.

A message is proven and read here, and handed to billing, which keeps it before this answers. What it means, and whose
money it is, billing decides after that.
"""

from typing import Annotated

import structlog
from pydantic import Field, StringConstraints, ValidationError

from services.gateway.dependencies import Dependencies
from services.gateway.edge.operation import AnyOperation, Call, Operation
from services.gateway.edge.problems import BodyTooLarge, NotAuthenticated
from services.gateway.edge.types import Incoming, Nothing, Outgoing
from services.gateway.webhooks.base import NotBankCredit
from shared.contracts.actor import Actor, ActorKind, Proof
from shared.contracts.billing import TakeBankCredits
from shared.messaging.context import acting
from shared.problems import NotFound, TimedOut, Unavailable

log = structlog.get_logger()

TAG = "bank credits"
_LONGEST_BODY = 64 * 1024


class WebhookPath(Incoming):
    """The address that was given to a source."""

    source: Annotated[str, StringConstraints(min_length=1, max_length=60)] = Field(
        description="The source's name in the gateway's configuration.", examples=["sepay"]
    )


class WebhookTaken(Outgoing):
    """What came is kept, now or before."""

    success: bool = True


async def take(call: Call[WebhookPath, Nothing, None], dependencies: Dependencies) -> WebhookTaken:
    """Take what a source tells of money on the utility's accounts."""
    webhook = dependencies.bank_webhooks.get(call.path.source)
    if webhook is None:
        raise NotFound("Không có địa chỉ này.")
    came = call.original
    if len(came.body) > _LONGEST_BODY:
        raise BodyTooLarge("Nội dung gửi lên quá lớn.")
    try:
        told = webhook.read(came, dependencies.clock())
        if not told:
            return WebhookTaken()
        request = TakeBankCredits(source=webhook.name, credits=told)
    except NotAuthenticated as refused:
        log.warning("bank_webhook_refused", source=webhook.name, why=refused.facts.get("why"))
        raise NotAuthenticated(refused.detail) from None
    except (NotBankCredit, ValidationError):
        log.error("bank_webhook_not_read", source=webhook.name)  # noqa: TRY400 - what came is sensitive
        raise NotBankCredit from None
    actor = Actor(kind=ActorKind.PARTNER, id=f"bank webhook {webhook.name}", proven_by=Proof.TOKEN)
    with acting(actor):
        try:
            reply = await dependencies.request(request)
        except TimedOut as timed_out:
            # The same movement is kept once: it may always be repeated.
            raise Unavailable from timed_out
    if reply.contradicted:
        log.error("bank_webhook_contradicted", source=webhook.name, credits=reply.contradicted)
    return WebhookTaken()


OPERATIONS: list[AnyOperation] = [
    Operation(
        method="POST",
        path="/v1/bank-webhooks/{source}",
        name="takeBankCredits",
        tag=TAG,
        summary="Tell of money on a bank account of the utility",
        description=(
            "Body and proof are those of the source's kind: SePay, Casso, payOS, or as configured. 200 only when what "
            "it tells is durable; the same movement is kept once, however often and by whomever it is told, so that "
            "after 429, 503 or no answer it is to be repeated. 401 for a wrong or missing signature, one that is too "
            "old, and a caller outside of the source's networks."
        ),
        handler=take,
        path_model=WebhookPath,
        passes_on=True,
        answer=WebhookTaken,
        problems=(NotFound, NotAuthenticated, NotBankCredit, BodyTooLarge),
    ),
]
