from services.customer.search import search
from services.customer.store.customers import of_units, summaries
from services.customer.store.routes import routes_of, routes_of_units
from shared.contracts.customer import CustomerMatch, CustomersFound, SearchCustomers
from shared.messaging import UnitOfWork


async def search_customers(request: SearchCustomers, work: UnitOfWork) -> CustomersFound:
    """Find customers, the best match first."""
    connection = work.connection
    routes = None
    if request.collector_code is not None:
        routes = await routes_of(connection, request.collector_code)
    if request.unit_codes:
        of_their_routes = await routes_of_units(connection, request.unit_codes)
        routes = of_their_routes if routes is None else sorted({*routes} & {*of_their_routes})
    matches = await search(connection, request.query, routes, request.limit)
    if request.unit_codes:
        own = await of_units(connection, [match.customer_code for match in matches], request.unit_codes)
        matches = [match for match in matches if match.customer_code in own]
    found = await summaries(connection, [match.customer_code for match in matches])
    return CustomersFound(
        matches=[
            CustomerMatch(customer=found[match.customer_code], matched_on=match.matched_on, score=match.score)
            for match in matches
        ]
    )
