from collections.abc import Sequence
from datetime import timedelta

from services.customer.domain.refusals import require_readable
from services.customer.personal_data.rules import ClockRule, clocks_of
from services.customer.store.person_requests import add_request
from shared.clock import Clock
from shared.contracts.customer import OpenPersonRequest, PersonRequestNoted
from shared.idempotency import same_id_other_content
from shared.messaging import UnitOfWork
from shared.problems import InvalidRequest

_MINUTES_AHEAD = timedelta(minutes=10)
"""How far the clock of whoever asks may be ahead."""


async def open_person_request(
    request: OpenPersonRequest, work: UnitOfWork, *, clock_rules: Sequence[ClockRule], clock: Clock
) -> PersonRequestNoted:
    """Put a request into the register, with the clocks of the day on which it came."""
    require_readable("note", request.note)
    moment = clock()
    if request.received_at > moment + _MINUTES_AHEAD:
        raise InvalidRequest(
            "Thời điểm nhận yêu cầu ở tương lai.",
            slug="in-the-future",
            title="The request came in the future",
            facts={"received_at": request.received_at.isoformat()},
        )
    clocks = clocks_of(clock_rules, request.kind, request.received_at, with_processors=request.with_processors)
    if not await add_request(work.connection, request, clocks, moment, work.actor):
        raise same_id_other_content(request.request_id)
    return PersonRequestNoted(
        request_id=request.request_id,
        kind=request.kind,
        acknowledge_by=clocks.acknowledge_by,
        due_at=clocks.due_at,
        ended_at=None,
    )
