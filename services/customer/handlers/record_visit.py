from dataclasses import replace

from services.customer.domain.refusals import require_readable, unknown_customer
from services.customer.domain.visits import (
    PastVisit,
    VisitRules,
    after_visit,
    appointment_for,
    may_follow,
    moment_of_visit,
)
from services.customer.earlier_answers import earlier_fingerprint
from services.customer.store.standings import lock_standing
from services.customer.store.visits import before_visit, past_visits, save_visit
from shared.clock import Clock
from shared.contracts.common import Outcome
from shared.contracts.customer import RecordVisit, Visit, VisitRecorded, VisitReply
from shared.idempotency import same_id_other_content
from shared.messaging import UnitOfWork
from shared.problems import Conflict


async def record_visit(request: RecordVisit, work: UnitOfWork, *, rules: VisitRules, clock: Clock) -> VisitReply:
    """Record what came of a visit and where it leads. The customer is locked."""
    require_readable("note", request.note)
    connection = work.connection
    before = await before_visit(connection, request.visit_id, request.customer_code, request.collector_code)
    if any(not may_follow(outcome, request.outcome) for outcome in before.outcomes):
        raise Conflict(
            "Lần đến này đã được ghi với kết quả khác.",
            slug="visit-already-recorded",
            title="The visit was recorded with another outcome",
            facts={"visit_id": str(request.visit_id), "recorded": sorted(before.outcomes)},
        )
    if before.is_withdrawn:
        raise Conflict(
            "Lần đến này đã được rút lại. Hãy ghi một lần đến mới.",
            slug="visit-withdrawn",
            title="The visit was taken back",
            facts={"visit_id": str(request.visit_id)},
        )
    if not before.is_on_route:
        raise unknown_customer(request.customer_code)
    moment = clock()
    visited_at = moment_of_visit(request.visited_at, moment, rules)
    appointment = appointment_for(request.outcome, visited_at, request.appointment, rules, stated_at=request.visited_at)
    account, _ = await lock_standing(connection, request.customer_code)
    others = await past_visits(connection, request.customer_code, account.cleared_version, besides=request.visit_id)
    made = PastVisit(request.outcome, visited_at, appointment, account.version, recorded_at=moment)
    own_rules = replace(rules, unit_code=before.unit_code)
    stands = after_visit(account, others, made, own_rules)
    visit = Visit(
        visit_id=request.visit_id,
        customer_code=request.customer_code,
        collector_code=request.collector_code,
        outcome=request.outcome,
        visited_at=visited_at,
        # None after a collection point: no visit follows. None yet for a customer who was met.
        appointment=stands.appointment if request.outcome is not Outcome.MET else None,
        note=request.note,
        next_step=stands.step,
        misses=stands.misses,
    )
    kept = await save_visit(
        connection,
        visit,
        account,
        stands,
        device_id=request.device_id,
        fingerprint=earlier_fingerprint(request),
        moment=moment,
        actor=work.actor,
    )
    if not kept:
        raise same_id_other_content(request.visit_id)
    await work.emit(
        VisitRecorded(visit=visit, first_record=not before.outcomes, device_id=request.device_id, actor=work.actor),
        aggregate=request.customer_code,
    )
    return VisitReply(visit=visit)
