"""Room on the disk: below a limit the broker takes nothing, and says so to nobody who waits for it."""

import shutil
from pathlib import Path

MEBIBYTE = 1024 * 1024

BROKER_LIMIT_BYTES = 200 * MEBIBYTE
"""Below it the private broker refuses to be published to (its disk alarm). RabbitMQ's default (50 MB) leaves no room
for what the databases write beside it."""

_TO_START_BYTES = BROKER_LIMIT_BYTES + 200 * MEBIBYTE


def room_fault(folder: Path, *, starting: bool = False) -> str | None:
    """Return what is wrong with the room on the disk of a folder; None where there is enough.

    ``starting``: with room for what a start writes.
    """
    free = shutil.disk_usage(folder).free
    if free >= (_TO_START_BYTES if starting else BROKER_LIMIT_BYTES):
        return None
    return (
        f"the disk with {folder} is nearly full: {free // MEBIBYTE} MB are free, and below"
        f" {BROKER_LIMIT_BYTES // MEBIBYTE} MB the broker takes nothing (its disk alarm)"
    )
