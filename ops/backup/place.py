"""The folder that holds a system's backups: what lies where in it."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ops.console import fail
from shared.whole_files import write_whole

FORMAT = 1

SERVER = "main"
"""Barman's name of the one database server of a folder."""


@dataclass(frozen=True)
class Place:
    """A folder of backups; one folder is for one system."""

    folder: Path

    @property
    def key(self) -> Path:
        """The public key for which everything is encrypted."""
        return self.folder / "key.asc"

    @property
    def catalogue(self) -> Path:
        """Barman's own folder: copies of the database server and its log."""
        return self.folder / "barman"

    @property
    def bases(self) -> Path:
        """A folder for each copy of the server's files."""
        return self.catalogue / SERVER / "base"

    @property
    def log(self) -> Path:
        """The server's log of changes (WAL), a file for each segment."""
        return self.catalogue / SERVER / "wals"

    @property
    def streaming(self) -> Path:
        """Where the log is received while it is streamed, as it is: not compressed, not encrypted."""
        return self.catalogue / SERVER / "streaming"

    @property
    def files(self) -> Path:
        """Keys, witness and files, an archive for each time that they were copied."""
        return self.folder / "files"

    @property
    def digests(self) -> Path:
        """What each backup consisted of when it was made."""
        return self.folder / "digests"

    @property
    def namespace(self) -> str:
        """Name of the system that the backups are of. Ends the command where the folder holds none."""
        return self._described("namespace")

    @property
    def administrator(self) -> str:
        """The role of the server's administrator. Ends the command where the folder holds no backups."""
        return self._described("administrator")

    def _described(self, what: str) -> str:
        try:
            described = json.loads((self.folder / "thungan-backup.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            fail(f"{self.folder} holds no backups of ours: thungan backup --to FOLDER makes them")
        if described["format"] != FORMAT:
            fail(f"the backups in {self.folder} are of another version (format {described['format']})")
        return str(described[what])

    def begin(self, namespace: str, administrator: str) -> None:
        """Make the folder one for this system. Ends the command where it is another's, or has no key."""
        if not self.key.exists():
            fail(f"no key in {self.folder}: make one with thungan backup key --to {self.folder} --private FILE")
        description = self.folder / "thungan-backup.json"
        told = {"format": FORMAT, "namespace": namespace, "administrator": administrator}
        if not description.exists():
            write_whole(description, json.dumps(told).encode())
        if self.namespace != namespace:
            fail(f"{self.folder} holds backups of the system {self.namespace}, not of {namespace}")
        for folder in (self.catalogue, self.files, self.digests):
            folder.mkdir(mode=0o700, exist_ok=True)

    @contextmanager
    def held(self, name: str, otherwise: str) -> Iterator[None]:
        """Let nobody else do the same in this folder meanwhile; ends the command where somebody does."""
        with (self.folder / f".{name}.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                fail(otherwise)
            yield

    def is_held(self, name: str) -> bool:
        """Whether somebody does that now."""
        with (self.folder / f".{name}.lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False
