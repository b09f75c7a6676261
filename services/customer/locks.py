"""What a request locks before it is answered, from the record or by doing it. Declared in ``topology.py``."""

from services.customer.store.customers import lock_customers
from services.customer.store.person_requests import lock_request
from services.customer.store.reading_complaints import customer_of_complaint
from services.customer.store.route_plans import lock_routes
from services.customer.store.visits import customer_of_visit
from shared.contracts.customer import (
    AddVisitNote,
    ArrangeRoute,
    ChooseSmsLanguage,
    CorrectPhone,
    CorrectPhoneAtDesk,
    EraseCustomerPerson,
    NotePersonRequest,
    OpenPersonRequest,
    ProtectCustomer,
    RecordComplaintAtDesk,
    RecordReadingComplaint,
    RecordVisit,
    SettleReadingComplaint,
    WithdrawVisit,
)
from shared.db import Connection


async def lock_customer_of_visit(request: RecordVisit, connection: Connection) -> None:
    """Lock the customer who was visited."""
    await lock_customers(connection, [request.customer_code])


async def lock_customer_of_complaint(
    request: RecordReadingComplaint | RecordComplaintAtDesk, connection: Connection
) -> None:
    """Lock the customer who complains."""
    await lock_customers(connection, [request.customer_code])


async def lock_customer_of_known_complaint(request: SettleReadingComplaint, connection: Connection) -> None:
    """Lock the customer whose complaint is settled."""
    customer_code = await customer_of_complaint(connection, request.complaint_id)
    if customer_code is not None:
        await lock_customers(connection, [customer_code])


async def lock_customer_of_language(request: ChooseSmsLanguage, connection: Connection) -> None:
    """Lock the customer whose wish it is."""
    await lock_customers(connection, [request.customer_code])


async def lock_customer_to_protect(request: ProtectCustomer, connection: Connection) -> None:
    """Lock the customer who must not be cut off."""
    await lock_customers(connection, [request.customer_code])


async def lock_customer_of_phone(request: CorrectPhone | CorrectPhoneAtDesk, connection: Connection) -> None:
    """Lock the customer whose number it is."""
    await lock_customers(connection, [request.customer_code])


async def lock_customer_of_known_visit(request: WithdrawVisit | AddVisitNote, connection: Connection) -> None:
    """Lock the customer whose visit is taken back, or noted something of."""
    customer_code = await customer_of_visit(connection, request.visit_id)
    if customer_code is not None:
        await lock_customers(connection, [customer_code])


async def lock_route_to_arrange(request: ArrangeRoute, connection: Connection) -> None:
    """Lock the route that is arranged, and the one that customers go to."""
    further = [request.further.route_code] if request.further else []
    await lock_routes(connection, [request.route_code, *further])


async def lock_person_request(request: OpenPersonRequest | NotePersonRequest, connection: Connection) -> None:
    """Lock the request that is opened, or of which a step is noted."""
    await lock_request(connection, request.request_id)


async def lock_customer_of_erasure(request: EraseCustomerPerson, connection: Connection) -> None:
    """Lock the customer whose data is erased."""
    await lock_customers(connection, [request.customer_code])
