"""Receiving the server's log without a pause, so that a backup and the log lead to any moment since."""

import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ops.backup.barman import Barman, open_barman
from ops.backup.copies import STREAM
from ops.backup.encryption import keyring
from ops.backup.place import SERVER, Place

_TRY_AGAIN_SECONDS = 5.0
_STOP_SECONDS = 20.0


def stream(place: Place, server_url: str, every: float, stop: threading.Event) -> None:
    """Receive the log until ``stop`` is set; what has come is compressed and encrypted ``every`` so many seconds.

    The server keeps what has not been received: also while this does not run. What comes of a server that is away
    for a time is received afterwards.
    """
    with (
        place.held(STREAM, f"the log is received in {place.folder} already"),
        keyring() as ring,
        open_barman(place, ring.environment, server_url=server_url, fingerprint=ring.take(place.key)) as barman,
    ):
        # It is there from the second time on.
        barman.try_to("receive-wal", "--create-slot", SERVER)
        while not stop.is_set():
            with _receiving(barman, place) as process:
                while process.poll() is None and not stop.wait(every):
                    # A segment that is not full is none yet: the server begins another one, if anything was written.
                    barman.try_to("switch-wal", SERVER)
                    barman.try_to("archive-wal", SERVER)
            stop.wait(_TRY_AGAIN_SECONDS)
        barman.try_to("archive-wal", SERVER)


@contextmanager
def _receiving(barman: Barman, place: Place) -> "Iterator[subprocess.Popen[bytes]]":
    process = barman.begin("receive-wal", SERVER, log=place.folder / "barman.log")
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def until_stopped() -> threading.Event:
    """Return an event that is set when this process is asked to end."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
