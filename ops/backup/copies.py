"""Making a backup: a copy of the server's files, its log up to a point after it, and what lies beside the databases.

Keys, witness and files are copied before the point: whatever the witness has, the databases have at it.
"""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from ops.backup.barman import DONE, SLOT, Barman, Copy, open_barman
from ops.backup.encryption import keyring
from ops.backup.files import copy_files, sources
from ops.backup.place import SERVER, Place
from ops.backup.verification import faults, write_digests
from ops.console import fail
from shared.clock import now

STREAM = "stream"
"""Name of the lock of whoever receives the log without a pause (ops/backup/stream.py)."""
_RECEIVING_WITHIN = 30.0
_ARCHIVED_WITHIN = 300
_LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class Made:
    """A backup that was made and verified."""

    copy: Copy
    archive: Path
    begun_at: datetime
    ended_at: datetime


def make_backup(
    place: Place,
    server_url: str,
    environment: Mapping[str, str] = os.environ,
    *,
    also: tuple[Path, ...] = (),
    keep: int | None = None,
) -> Made:
    """Back up everything to one point, and verify it. Ends the command where that fails; it can be repeated.

    ``keep`` so many backups with their log; None: all.
    """
    begun_at, found = now(), sources(environment, also)
    with (
        place.held("backup", f"another backup to {place.folder} is being made"),
        keyring() as ring,
        TemporaryDirectory(prefix="thungan-log-") as spool,
    ):
        fingerprint = ring.take(place.key)
        streams = place.is_held(STREAM)
        log = None if streams else Path(spool)
        with (
            open_barman(place, ring.environment, server_url=server_url, fingerprint=fingerprint, spool=log) as barman,
            nullcontext() if streams else received(barman, place.folder / "barman.log"),
        ):
            # Also where somebody else receives it: who has only begun to has nothing yet.
            _wait_until_received(barman, place.folder / "barman.log")
            _remove_unfinished(barman)
            before = {copy.id for copy in barman.copies()}
            barman.do("backup", "--wait", "--wait-timeout", str(_ARCHIVED_WITHIN), SERVER)
            # Before the point.
            archive = copy_files(place, ring, fingerprint, found)
            barman.do("switch-wal", "--force", "--archive", "--archive-timeout", str(_ARCHIVED_WITHIN), SERVER)
            made = [copy for copy in barman.copies() if copy.id not in before]
            if not made or not made[-1].is_whole:
                fail(f"the backup was not finished: see {place.folder / 'barman.log'}")
            if keep is not None:
                for copy in [each for each in barman.copies() if each.is_whole][:-keep]:
                    barman.do("delete", SERVER, copy.id)
        write_digests(place, made[-1], archive)
        if wrong := list(faults(place, made[-1])):
            fail(f"the backup is not good: {'; '.join(wrong[:5])}")
        return Made(made[-1], archive, begun_at, now())


@contextmanager
def received(barman: Barman, log: Path) -> Iterator[None]:
    """Receive the server's log for the time of the block, and leave nothing on the server that would keep it."""
    # What an interrupted backup left: the server would keep its log for ever.
    barman.try_to("receive-wal", "--drop-slot", SERVER)
    barman.do("receive-wal", "--create-slot", SERVER)
    receiving = barman.begin("receive-wal", SERVER, log=log)
    try:
        yield
    finally:
        receiving.send_signal(signal.SIGINT)
        try:
            receiving.wait(timeout=20)
        except subprocess.TimeoutExpired:
            receiving.kill()
            receiving.wait()
        barman.do("receive-wal", "--drop-slot", SERVER)


def _wait_until_received(barman: Barman, log: Path) -> None:
    deadline = time.monotonic() + _RECEIVING_WITHIN
    while not barman.spool_holds_something():
        if time.monotonic() > deadline:
            fail(f"the server's log ({SLOT}) does not come within {_RECEIVING_WITHIN:g} s: see {log}")
        time.sleep(_LOOK_SECONDS)


def _remove_unfinished(barman: Barman) -> None:
    """Remove what interrupted backups left; what they have received of the log stays."""
    for copy in barman.copies():
        if copy.status != DONE:
            barman.do("delete", SERVER, copy.id)
