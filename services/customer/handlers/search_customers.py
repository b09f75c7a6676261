from services.customer.search import search
from services.customer.store.customers import summaries
from services.customer.store.routes import routes_of
from shared.contracts.customer import CustomerMatch, CustomersFound, SearchCustomers
from shared.messaging import UnitOfWork


async def search_customers(request: SearchCustomers, work: UnitOfWork) -> CustomersFound:
    """Find customers, the best match first."""
    connection = work.connection
    async with connection.transaction(readonly=True):
        routes = None
        if request.collector_code is not None:
            routes = await routes_of(connection, request.collector_code)
        matches = await search(connection, request.query, routes, request.limit)
        found = await summaries(connection, [match.customer_code for match in matches])
    return CustomersFound(
        matches=[
            CustomerMatch(customer=found[match.customer_code], matched_on=match.matched_on, score=match.score)
            for match in matches
        ]
    )
