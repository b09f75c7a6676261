"""A drill: the newest backup is restored into throw-away servers, audited and removed."""

import asyncio
import os
import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ops.backup.place import Place
from ops.backup.release import Looked, look
from ops.backup.restore import restore, started
from services.receipt.signatures.key_folder import KeyFolder
from shared.clock import now


@dataclass(frozen=True)
class Drilled:
    """What came of a drill."""

    backup: str
    begun_at: datetime
    ended_at: datetime
    looked: Looked

    @property
    def seconds(self) -> float:
        """From the first byte that was read until services could have been started."""
        return (self.ended_at - self.begun_at).total_seconds()


def drill(place: Place, private_key: Path, work: Path, *, by: str) -> Drilled:
    """Restore the newest backup below ``work``, audit it, and remove it again. Ends the command where it does not work.

    The folder has to have room for the whole system, and the account of the database server may pass through it.
    """
    begun_at = now()
    folder = Path(tempfile.mkdtemp(prefix="thungan-drill-", dir=work))
    try:
        folder.chmod(0o711)
        restored = restore(place, private_key, folder / "system", None, administrator=place.administrator, by=by)
        into = restored.data.parent
        with started(restored.data, place.namespace, place.administrator) as server:
            keys = KeyFolder(into / "keys").keyring()
            looked = asyncio.run(look(server.database_urls(), place.namespace, keys, into / "witness"))
            ended_at = now()
        return Drilled(restored.copy.id, begun_at, ended_at, looked)
    finally:
        shutil.rmtree(folder)


def work_folder() -> Path:
    """Return where a drill works when nobody names a folder: on a disk, not in memory."""
    return Path(os.environ.get("THUNGAN_DRILL_FOLDER") or "/var/tmp")  # noqa: S108 - below it, with a name of its own
