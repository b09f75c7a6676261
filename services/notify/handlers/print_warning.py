from datetime import timedelta

from services.notify.dunning.order_rules import WarningOver
from services.notify.dunning.rules import WARNING, Dunning, live_warning, standing
from services.notify.dunning.store import cases_of
from services.notify.store.accounts import version_of
from services.notify.store.cut_warnings import warning
from shared.clock import Clock
from shared.contracts.notify import CutWarningWanted, DunningState, PrintWarning, WarningPrintAsked
from shared.messaging import UnitOfWork
from shared.problems import NotFound


async def print_warning(
    request: PrintWarning, work: UnitOfWork, *, dunning: Dunning, clock: Clock
) -> WarningPrintAsked:
    """Tell that a warning is wanted on paper, once: only one that still counts. The warning is locked."""
    connection, moment, code = work.connection, clock(), request.customer.customer_code
    made = await warning(connection, request.warning_id)
    if made is None or made.customer_code != code:
        raise NotFound("Không có thông báo ngừng cấp điện này.")
    rule = dunning.rule(made.unit_code, moment)
    # Whoever has paid meanwhile has no case.
    found = await cases_of(connection, [code], moment)
    stored = found[0] if found else None
    if stored is None or stored.warning_id != request.warning_id or live_warning(rule, stored.case, moment) is None:
        raise WarningOver
    step = next(step for step in standing(rule, stored.case, moment).steps if step.name == WARNING)
    if step.state is DunningState.BLOCKED:
        raise WarningOver(facts={"why": [blocker.value for blocker in step.why]})
    event = CutWarningWanted(
        print_id=request.print_id,
        device_id=request.device_id,
        customer=request.customer,
        debt=stored.case.debt,
        debt_due_on=stored.case.debt_due_on,
        cut_from=made.cut_from,
        reconnection_hours=rule.reconnection.hours,
        account_version=await version_of(connection, code),
        not_after=made.cut_from - timedelta(hours=rule.warning.hours_before),
        wanted_at=moment,
        actor=work.actor,
    )
    await work.emit(event, aggregate=code)
    return WarningPrintAsked(print_id=request.print_id)
