"""``thungan enrol``: let in a phone or a desk."""

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer

from ops.console import JsonOption, fail, free_text, print_json, print_line, typed_code
from ops.operators import operator_name
from ops.runner import run
from ops.system import RunningSystem, find_system
from services.billing.store import collection_points
from services.customer.store import routes
from services.gateway.domain.devices import Role
from services.gateway.enrolment import make_code_in_database
from shared.clock import VIETNAM
from shared.db.pool import connect

app = typer.Typer(add_completion=False)


@app.command()
def enrol(
    role: Annotated[Role, typer.Option("--role", help="What the device is for.")],
    collector: Annotated[
        str, typer.Option("--collector", callback=typed_code, help="Collector code, for a collector's phone.")
    ] = "",
    collection_point: Annotated[
        str,
        typer.Option(
            "--collection-point", callback=typed_code, help="Collection point code, for a bank or post office."
        ),
    ] = "",
    minutes: Annotated[int, typer.Option("--minutes", help="How long the code can be used.", min=1, max=1440)] = 15,
    made_by: Annotated[str, typer.Option("--by", callback=free_text, help="Who makes it, for the records (you).")] = "",
    as_json: JsonOption = False,
) -> None:
    """Make a one-time code with which a device enrols itself at the gateway."""
    if (role is Role.COLLECTOR) != bool(collector):
        fail("--collector names the collector of a device with --role collector, and of no other", 2)
    if (role is Role.COLLECTION_POINT) != bool(collection_point):
        fail("--collection-point names the place of a device with --role collection_point, and of no other", 2)
    system = find_system()
    run(_require_known(system, collector, collection_point))
    made = run(
        make_code_in_database(
            system.database_url("gateway"),
            role,
            made_by=made_by or operator_name(),
            collector_code=collector or None,
            collection_point_code=collection_point or None,
            lifetime=timedelta(minutes=minutes),
        )
    )
    if as_json:
        print_json({**asdict(made), "expires_at": made.expires_at.isoformat()})
    else:
        print_line(f"{made.code}   {made.role}, until {made.expires_at.astimezone(VIETNAM):%H:%M} (Vietnam time), once")


async def _require_known(system: RunningSystem, collector: str, collection_point: str) -> None:
    """Refuse a code for somebody who does not exist: the device would be let in and find nothing."""
    if collector:
        connection = await connect(system.database_url("customer"), application_name="thungan operator")
        try:
            found = await routes.collector(connection, collector)
        finally:
            await connection.close()
        if found is None:
            fail(f"there is no collector {collector}; thungan import customers adds collectors")
        if not found.active:
            fail(f"collector {collector} is not active")
    if collection_point:
        connection = await connect(system.database_url("billing"), application_name="thungan operator")
        try:
            known = await collection_points.find(connection, collection_point)
        finally:
            await connection.close()
        if known is None:
            fail(f"there is no collection point {collection_point}; thungan import collection-points adds one")
