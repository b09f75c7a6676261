from services.customer.store.customers import announce
from services.customer.store.person_requests import kind_if_open
from services.customer.store.personal_data import remove_person
from shared.clock import Clock
from shared.contracts.customer import CustomerChanged, EraseCustomerPerson, PersonRequestKind
from shared.contracts.personal_data import PersonErased
from shared.messaging import UnitOfWork
from shared.problems import Conflict, NotFound


async def erase_customer_person(request: EraseCustomerPerson, work: UnitOfWork, *, clock: Clock) -> PersonErased:
    """Remove what no law keeps of a customer, and announce the customer without it. The customer is locked."""
    connection, moment = work.connection, clock()
    kind = await kind_if_open(connection, request.request_id, request.customer_code)
    if kind is None:
        raise NotFound("Không có yêu cầu nào đang mở với mã này của khách hàng.", facts={"id": str(request.request_id)})
    if kind != PersonRequestKind.ERASE:
        raise Conflict(
            "Yêu cầu này không phải là yêu cầu xóa dữ liệu.",
            slug="not-to-erase",
            title="The request asks for something else than erasing",
            facts={"kind": kind},
        )
    erased = await remove_person(connection, request.customer_code, moment)
    for facts in await announce(connection, [request.customer_code], moment):
        await work.emit(
            CustomerChanged(customer=facts, changed_at=moment, actor=work.actor), aggregate=facts.customer_code
        )
    return erased
