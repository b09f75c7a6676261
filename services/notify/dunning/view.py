"""A case of dunning as others read it. Pure."""

from datetime import datetime
from uuid import UUID

from services.notify.dunning.rules import Case, DunningRule, live_warning, standing
from shared.contracts.notify import DunningCase, DunningStep


def dunning_case(
    rule: DunningRule, case: Case, collector_code: str | None, warning_id: UUID | None, moment: datetime
) -> DunningCase:
    """Return where a customer stands at a moment; ``warning_id``: of the latest warning about the debt."""
    found = standing(rule, case, moment)
    return DunningCase(
        customer_code=case.customer_code,
        unit_code=case.unit_code,
        collector_code=collector_code,
        debt=case.debt,
        debt_due_on=case.debt_due_on,
        steps=[
            DunningStep(name=step.name, state=step.state, due_on=step.due_on, done_at=step.done_at, why=list(step.why))
            for step in found.steps
        ],
        warning_id=None if live_warning(rule, case, moment) is None else warning_id,
        cut_from=found.cut_from,
        may_be_cut=found.may_be_cut,
    )
