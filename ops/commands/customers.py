"""``thungan customers``: find customers as a collector would."""

from typing import Annotated

import typer

from ops.console import JsonOption, print_json, print_table, typed_code
from ops.requests import build_request, send_request
from shared.contracts.customer import SearchCustomers
from shared.money import format_number

app = typer.Typer(add_completion=False)


@app.command()
def customers(
    search: Annotated[str, typer.Argument(help="Code, name, phone, meter or address; accents and typos forgiven.")],
    collector: Annotated[
        str, typer.Option("--collector", callback=typed_code, help="Only on this collector's routes.")
    ] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=100, help="The best so many.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """Find customers."""
    found = send_request(build_request(SearchCustomers, query=search, collector_code=collector or None, limit=limit))
    if as_json:
        print_json([match.model_dump(mode="json") for match in found.matches])
        return
    print_table(
        "Customers",
        ["code", "name", "address", "phone", "route", "debt (đồng)", "step"],
        [
            [
                match.customer.customer_code,
                match.customer.name,
                match.customer.address,
                match.customer.phone,
                f"{match.customer.route_code}/{match.customer.place_in_route}",
                format_number(match.customer.debt),
                match.customer.step,
            ]
            for match in found.matches
        ],
        right=["debt (đồng)"],
        empty="Nobody was found.",
    )
