"""Whether a customer may pay in such parts now: asked before, and again when it is agreed."""

from collections.abc import Sequence
from datetime import datetime

from services.billing.arrears.instalments import AgreementInForce, AgreementRule, agreements_in_force, check_parts
from services.billing.ledger import known_facts
from services.billing.store import accounts, agreements
from shared.clock import business_day
from shared.contracts.billing import AgreeInstalments, CheckInstalments
from shared.db import Connection


async def check_agreement(
    connection: Connection,
    request: AgreeInstalments | CheckInstalments,
    rules: Sequence[AgreementRule],
    moment: datetime,
) -> tuple[int, AgreementRule]:
    """Return what is owed, đồng, and the rule of the customer's unit; raise a refusal where it cannot be agreed."""
    facts = await known_facts(connection, request.customer_code)
    known = await agreements.in_force(connection, request.customer_code)
    if known is not None:
        raise AgreementInForce(facts={"agreement_id": str(known)})
    account = await accounts.state_of(connection, request.customer_code)
    assert account is not None  # noqa: S101 - facts come with the account
    today = business_day(moment)
    rule = agreements_in_force(rules, facts.unit.unit_code, today)
    check_parts(request.parts, account.debt, rule, today)
    return account.debt, rule
