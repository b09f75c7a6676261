"""Where a customer stands after a report of billing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.customer.domain.visits import VisitRules, standing, with_report
from services.customer.store.customers import unit_of, units_of
from services.customer.store.standings import SAVE, lock_standing, lock_standings, save_standings, saved_values
from services.customer.store.visits import past_visits, past_visits_of
from shared.contracts.common import AccountState
from shared.db import Connection
from shared.messaging import UnitOfWork


async def update_standing(work: UnitOfWork, state: AccountState, happened_at: datetime, rules: VisitRules) -> None:
    """Keep what billing reports of an account, and where the visits then lead; an old report changes nothing.

    It is the last thing that an event does.
    """
    connection = work.connection
    known, _ = await lock_standing(connection, state.customer_code)
    account = with_report(known, state, happened_at)
    if account == known:
        return
    visits = await past_visits(connection, state.customer_code, account.cleared_version)
    if visits:
        rules = replace(rules, unit_code=await unit_of(connection, state.customer_code))
    work.write(SAVE, *saved_values(state.customer_code, account, standing(account, visits, rules)))


async def update_standings(
    connection: Connection, states: Sequence[AccountState], happened_at: datetime, rules: VisitRules
) -> None:
    """Do the same for many customers, with a few statements for all of them."""
    known = await lock_standings(connection, [state.customer_code for state in states])
    accounts = {state.customer_code: with_report(known[state.customer_code], state, happened_at) for state in states}
    changed = {code: account for code, account in accounts.items() if account != known[code]}
    visits = await past_visits_of(connection, {code: account.cleared_version for code, account in changed.items()})
    units = await units_of(connection, list(visits))
    await save_standings(
        connection,
        {
            code: (
                account,
                standing(account, visits.get(code, ()), replace(rules, unit_code=units.get(code, ""))),
            )
            for code, account in changed.items()
        },
    )
