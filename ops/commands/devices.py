"""``thungan devices``: the phones and desks that are enrolled."""

from typing import Annotated, Any

import typer

from ops.console import JsonOption, print_json, print_table, typed_code
from ops.databases import database
from ops.runner import run
from services.gateway.domain.devices import Device, Role
from services.gateway.store.devices import devices as read_devices

app = typer.Typer(add_completion=False)


@app.command()
def devices(
    role: Annotated[Role | None, typer.Option("--role", help="Only devices of this role.")] = None,
    collector: Annotated[
        str, typer.Option("--collector", callback=typed_code, help="Only devices of this collector.")
    ] = "",
    active: Annotated[bool, typer.Option("--active", help="Without those that are refused.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List enrolled devices; `thungan revoke` throws one out."""
    found = [
        device
        for device in run(_read(role))
        if (not collector or device.collector_code == collector)
        and not (active and (device.revoked_at or device.left_at))
    ]
    if as_json:
        print_json([as_dict(device) for device in found])
    else:
        print_table(
            "Devices",
            ["device", "name", "role", "of", "enrolled (UTC)", "revoked (UTC)", "left (UTC)"],
            [
                [
                    device.device_id,
                    device.device_name,
                    device.role,
                    device.collector_code or device.collection_point_code,
                    f"{device.enrolled_at:%Y-%m-%d %H:%M}",
                    f"{device.revoked_at:%Y-%m-%d %H:%M}" if device.revoked_at else "",
                    f"{device.left_at:%Y-%m-%d %H:%M}" if device.left_at else "",
                ]
                for device in found
            ],
            empty="No device is enrolled.",
        )


async def _read(role: Role | None) -> list[Device]:
    found: list[Device] = []
    async with database("gateway") as connection:
        while True:
            page = await read_devices(connection, role=role, after=found[-1].device_id if found else None, limit=500)
            found += page
            if len(page) < 500:
                return found


def as_dict(device: Device) -> dict[str, Any]:
    """Return a device for ``--json``; its key is public."""
    return {
        "device_id": str(device.device_id),
        "device_name": device.device_name,
        "role": device.role.value,
        "collector_code": device.collector_code,
        "collection_point_code": device.collection_point_code,
        "enrolled_at": device.enrolled_at.isoformat(),
        "revoked_at": device.revoked_at.isoformat() if device.revoked_at else None,
        "left_at": device.left_at.isoformat() if device.left_at else None,
    }
