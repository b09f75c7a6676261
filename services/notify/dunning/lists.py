"""Cut-off lists as they stand: whom a new one names, and who of an old one is still on it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from services.notify.dunning.order_rules import MOST_ON_LIST, NOT_DUE, on_list
from services.notify.dunning.rules import Dunning, DunningRule, standing
from services.notify.dunning.store import StoredCase, cases_of, cases_of_unit
from services.notify.store.cut_lists import Entry, cut_list, entries_of
from services.notify.store.cut_orders import orders_of_list
from shared.clock import business_day
from shared.contracts.notify import CutList, CutListEntry, CutListReply, CutListState, CutOrder, CutOrderState
from shared.db import Connection
from shared.problems import NotFound

_PAGE = 500
PAID = "paid"


async def eligible(
    connection: Connection, rule: DunningRule, unit_code: str, day: date, moment: datetime
) -> list[StoredCase]:
    """Return who of a unit may be cut off on a day, as far as is known now; the first ``MOST_ON_LIST`` of them."""
    found: list[StoredCase] = []
    after, due_before = "", business_day(moment) - timedelta(days=rule.warning.days - 1)
    while len(found) < MOST_ON_LIST:
        page = await cases_of_unit(connection, unit_code, due_before, after, _PAGE, moment)
        found += [one for one in page if on_list(rule, one.case, day, moment) is not None]
        if len(page) < _PAGE:
            break
        after = page[-1].case.customer_code
    return found[:MOST_ON_LIST]


async def known_list(connection: Connection, list_id: UUID, unit_codes: Sequence[str]) -> CutList:
    """Return a list of one of the units. Raises :class:`~shared.problems.NotFound`."""
    found = await cut_list(connection, list_id, unit_codes)
    if found is None:
        raise NotFound("Không có danh sách này.")
    return found


async def listed(
    connection: Connection, list_id: UUID, unit_codes: Sequence[str], dunning: Dunning, moment: datetime
) -> CutListReply:
    """Return a list with its customers as they stand now. Raises :class:`~shared.problems.NotFound`."""
    found = await known_list(connection, list_id, unit_codes)
    entries = await entries_of(connection, list_id)
    orders = await orders_of_list(connection, list_id)
    cases = {
        stored.case.customer_code: stored
        for stored in await cases_of(connection, [entry.customer_code for entry in entries], moment)
    }
    rule = dunning.rule(found.unit_code, moment)
    return CutListReply(
        cut_list=found,
        entries=[
            _entry(found, entry, orders.get(entry.customer_code), cases.get(entry.customer_code), rule, moment)
            for entry in entries
        ],
    )


def _entry(
    found: CutList,
    entry: Entry,
    order: CutOrder | None,
    stored: StoredCase | None,
    rule: DunningRule,
    moment: datetime,
) -> CutListEntry:
    why = _why_not(found, entry, stored, rule, moment)
    is_on = not why and found.state is CutListState.ASKED
    if found.state is CutListState.APPROVED:
        is_on = order is not None and order.state is CutOrderState.OPEN
        why = [] if is_on else [order.cause] if order is not None and order.cause else why
    return CutListEntry(
        customer_code=entry.customer_code,
        debt=entry.debt,
        debt_due_on=entry.debt_due_on,
        is_on=is_on,
        why=why,
        order=order,
    )


def _why_not(found: CutList, entry: Entry, stored: StoredCase | None, rule: DunningRule, moment: datetime) -> list[str]:
    if stored is None or stored.case.debt_due_on != entry.debt_due_on:
        return [PAID]
    if on_list(rule, stored.case, found.day, moment) is not None and stored.warning_id == entry.warning_id:
        return []
    blocked = standing(rule, stored.case, moment).steps[-1].why
    return [blocker.value for blocker in blocked] or [NOT_DUE]
