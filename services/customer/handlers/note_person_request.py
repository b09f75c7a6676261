from services.customer.domain.refusals import require_readable
from services.customer.store.person_requests import add_act, requests_of
from shared.clock import Clock
from shared.contracts.customer import (
    GetPersonRequests,
    NotePersonRequest,
    PersonRequestKind,
    PersonRequestNoted,
    PersonRequestStep,
)
from shared.idempotency import same_id_other_content
from shared.messaging import UnitOfWork
from shared.problems import Conflict, NotFound


async def note_person_request(request: NotePersonRequest, work: UnitOfWork, *, clock: Clock) -> PersonRequestNoted:
    """Note a step of a request. The request is locked."""
    require_readable("note", request.note)
    asked = GetPersonRequests(request_id=request.request_id, open_only=False)
    found = await requests_of(work.connection, asked)
    if not found:
        raise NotFound("Không có yêu cầu này.", facts={"request_id": str(request.request_id)})
    [before] = found
    if before.ended_at is not None:
        raise Conflict("Yêu cầu này đã kết thúc.", slug="request-ended", title="The request has ended")
    if request.step is PersonRequestStep.EXTEND and (
        before.kind is PersonRequestKind.INCIDENT or any(act.step is PersonRequestStep.EXTEND for act in before.acts)
    ):
        raise Conflict(
            "Yêu cầu này không được gia hạn thêm.", slug="extended-already", title="There is no further extension"
        )
    if not await add_act(work.connection, request, clock(), work.actor):
        raise same_id_other_content(request.act_id)
    [now] = await requests_of(work.connection, asked)
    return PersonRequestNoted(
        request_id=now.request_id,
        kind=now.kind,
        acknowledge_by=now.acknowledge_by,
        due_at=now.due_at,
        ended_at=now.ended_at,
    )
