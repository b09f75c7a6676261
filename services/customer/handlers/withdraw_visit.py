from dataclasses import replace

from services.customer.domain.refusals import require_readable
from services.customer.domain.visits import VisitRules, require_withdrawable, standing
from services.customer.store.customers import unit_of
from services.customer.store.standings import lock_standing, save_standing
from services.customer.store.visits import find_visit, latest_visit_of, past_visits, withdraw
from shared.clock import Clock
from shared.contracts.customer import VisitWithdrawn, VisitWithdrawnReply, WithdrawVisit
from shared.idempotency import same_id_other_content
from shared.messaging import UnitOfWork
from shared.problems import NotFound


async def withdraw_visit(
    request: WithdrawVisit, work: UnitOfWork, *, rules: VisitRules, clock: Clock
) -> VisitWithdrawnReply:
    """Take a visit back, and return where the customer stands without it. The customer is locked."""
    require_readable("reason", request.reason)
    connection = work.connection
    visit = await find_visit(connection, request.visit_id)
    if visit is None or visit.collector_code != request.collector_code:
        raise NotFound("Không có lần đến này của bạn.", facts={"visit_id": str(request.visit_id)})
    moment = clock()
    account, _ = await lock_standing(connection, visit.customer_code)
    require_withdrawable(visit, await latest_visit_of(connection, visit.customer_code), account, moment)
    if not await withdraw(
        connection,
        visit,
        withdrawal_id=request.withdrawal_id,
        device_id=request.device_id,
        reason=request.reason,
        moment=moment,
        actor=work.actor,
    ):
        raise same_id_other_content(request.withdrawal_id)
    own_rules = replace(rules, unit_code=await unit_of(connection, visit.customer_code))
    others = await past_visits(connection, visit.customer_code, account.cleared_version)
    stands = standing(account, others, own_rules)
    await save_standing(connection, visit.customer_code, account, stands)
    withdrawn = visit.model_copy(update={"withdrawn_at": moment})
    await work.emit(
        VisitWithdrawn(
            visit=withdrawn,
            withdrawal_id=request.withdrawal_id,
            reason=request.reason,
            withdrawn_at=moment,
            actor=work.actor,
        ),
        aggregate=visit.customer_code,
    )
    return VisitWithdrawnReply(visit=withdrawn, step=stands.step, appointment=stands.appointment)
