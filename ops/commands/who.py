"""``thungan who``: who did what to a payment, a customer or a shift, in the order of time."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

import typer

from ops.acts import collect
from ops.console import JsonOption, fail, print_json, print_line, print_table
from ops.requests import build_request
from ops.runner import run
from shared.clock import VIETNAM
from shared.contracts.actor import Actor
from shared.contracts.acts import Act
from shared.contracts.customer import GetCustomerActs
from shared.text import plain_code

app = typer.Typer(add_completion=False)


@app.command()
def who(
    wanted: Annotated[
        str, typer.Argument(metavar="PAYMENT|CUSTOMER|SHIFT", help="Id of a payment or a shift, or a customer code.")
    ],
    ids: Annotated[bool, typer.Option("--ids", help="Add the ids under which logs have each act.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show who did what, from which device, when, and how that is known; from the records of all services.

    Where two records of one act name different people, both are shown and the exit code is 1.
    """
    any_id = _uuid(wanted)
    if any_id is None:
        wanted = plain_code(wanted)
        build_request(GetCustomerActs, customer_code=wanted)
    story = run(collect(any_id=any_id, customer_code=None if any_id else wanted))
    if not story.acts:
        fail(f"nothing was done to {wanted}")
    if as_json:
        print_json(
            {
                "acts": [act.model_dump(mode="json") for act in story.acts],
                "devices": [asdict(device) for device in story.devices],
                "people": story.people,
                "contradictions": story.contradictions,
            }
        )
    else:
        names = {str(device.device_id): device.device_name for device in story.devices} | story.people
        print_table(
            f"What was done to {wanted} (Vietnam time)",
            ["when", "what", "who", "device", "proven by", *(["id", "id outside"] if ids else []), "facts"],
            [_row(act, names, ids=ids) for act in story.acts],
        )
        print_table(
            "Devices",
            ["device", "name", "role", "enrolled (UTC)", "let in by", "revoked (UTC)", "revoked by"],
            [
                [
                    device.device_id,
                    device.device_name,
                    device.role,
                    f"{device.enrolled_at:%Y-%m-%d %H:%M}",
                    device.let_in_by,
                    f"{device.revoked_at:%Y-%m-%d %H:%M}" if device.revoked_at else "",
                    device.revoked_by,
                ]
                for device in story.devices
            ],
            empty="No device took part.",
        )
        for line in story.contradictions:
            print_line(f"CONTRADICTION: {line}")
    if story.contradictions:
        raise typer.Exit(1)


def _row(act: Act, names: dict[str, str], *, ids: bool) -> list[object]:
    actor = act.actor or act.answered_to
    if actor is None:
        person, device, proof = act.facts.get("by", ""), "", ""
    else:
        person, device, proof = (
            f"{actor.reference or actor.kind.value}{_asked(actor)}",
            names.get(actor.id, actor.id),
            actor.proven_by.value,
        )
    return [
        f"{act.at.astimezone(VIETNAM):%Y-%m-%d %H:%M:%S}",
        f"{act.what} {act.subject[:8]}" if len(act.subject) == 36 else f"{act.what} {act.subject}",
        person,
        device,
        proof,
        *([act.correlation_id, act.external_correlation_id] if ids else []),
        ", ".join(f"{name} {value}" for name, value in act.facts.items() if name != "by" or actor is not None),
    ]


def _asked(actor: Actor) -> str:
    return f", asked by {actor.asked_by.reference or actor.asked_by.id}" if actor.asked_by is not None else ""


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
