from collections.abc import Sequence

from services.billing.shifts.rules import UNSETTLED, CashBoxRule, cash_box_rule, next_ceiling
from services.billing.store import collectors, hand_ins, shifts
from shared.clock import Clock, business_day
from shared.contracts.billing import GetNextShift, GetShifts, NextShift
from shared.messaging.unit_of_work import UnitOfWork
from shared.problems import Conflict


async def get_next_shift(
    request: GetNextShift, work: UnitOfWork, *, clock: Clock, cash_ceiling: int, cash_box_rules: Sequence[CashBoxRule]
) -> NextShift:
    """Return whether a collector may open a shift now, and within what bounds."""
    connection, code = work.connection, request.collector_code
    rule = cash_box_rule(cash_box_rules, code, await collectors.unit_of(connection, code), business_day(clock()))
    found = await shifts.listed(connection, GetShifts(states=UNSETTLED, collector_code=code))
    unproven = await hand_ins.unproven_of(connection, code)
    unsettled = [one.shift for one in found]
    ceiling, refusal, detail = 0, None, ""
    try:
        ceiling = next_ceiling(rule, cash_ceiling, unsettled, unproven=unproven)
    except Conflict as problem:
        refusal, detail = problem.slug, problem.detail
    return NextShift(
        refusal=refusal, detail=detail, cash_ceiling=ceiling, largest_float=rule.largest_float, unsettled=unsettled
    )
