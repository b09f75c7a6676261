"""Where a customer stands after a report of billing."""

from dataclasses import replace
from datetime import datetime

from services.customer.domain.visits import VisitRules, standing, with_report
from services.customer.store.customers import unit_of
from services.customer.store.standings import lock_standing, save_standing
from services.customer.store.visits import past_visits
from shared.contracts.common import AccountState
from shared.db import Connection


async def update_standing(
    connection: Connection, state: AccountState, happened_at: datetime, rules: VisitRules
) -> None:
    """Keep what billing reports of an account, and where the visits then lead; an old report changes nothing."""
    known, _ = await lock_standing(connection, state.customer_code)
    account = with_report(known, state, happened_at)
    if account == known:
        return
    visits = await past_visits(connection, state.customer_code, account.cleared_version)
    if visits:
        rules = replace(rules, unit_code=await unit_of(connection, state.customer_code))
    await save_standing(connection, state.customer_code, account, standing(account, visits, rules))
