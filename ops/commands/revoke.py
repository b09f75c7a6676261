"""``thungan revoke``: throw out a lost or stolen phone."""

from typing import Annotated
from uuid import UUID

import typer

from ops.commands.devices import as_dict
from ops.console import JsonOption, free_text, print_json, print_line
from ops.operators import operator_name
from ops.runner import run
from ops.system import find_system
from services.gateway.enrolment import revoke_in_database

app = typer.Typer(add_completion=False)


@app.command()
def revoke(
    device: Annotated[UUID, typer.Argument(help="The device's id, from `thungan devices`.")],
    reason: Annotated[str, typer.Option("--reason", callback=free_text, help="For the records.")],
    by: Annotated[str, typer.Option("--by", callback=free_text, help="Who revokes it, for the records (you).")] = "",
    as_json: JsonOption = False,
) -> None:
    """Revoke a device for good: its token stops working and its open connections are closed within a second."""
    revoked = run(
        revoke_in_database(find_system().database_url("gateway"), device, reason=reason, by=by or operator_name())
    )
    if as_json:
        print_json(as_dict(revoked))
    else:
        print_line(f"{revoked.device_name} ({revoked.actor}) is revoked")
