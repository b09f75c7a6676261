from services.customer.store.reading_complaints import latest_complaints
from shared.contracts.customer import GetReadingComplaints, ReadingComplaints
from shared.messaging import UnitOfWork


async def get_reading_complaints(request: GetReadingComplaints, work: UnitOfWork) -> ReadingComplaints:
    """Return complaints about readings, the newest first."""
    return ReadingComplaints(complaints=await latest_complaints(work.connection, request))
