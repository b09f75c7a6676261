"""What the local stack remembers in `.local/`: ports, passwords, folders, and which processes it started."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[1]

LOCAL_FOLDER = "THUNGAN_LOCAL_FOLDER"
"""Variable that names another folder than `.local/`; a run on another date sets it."""


@dataclass(frozen=True, kw_only=True)
class BrokerState:
    """The private RabbitMQ's facts."""

    port: int
    distribution_port: int
    epmd_port: int
    password: str


@dataclass(frozen=True, kw_only=True)
class DatabaseState:
    """The private PostgreSQL's facts; `account` is the user that it runs as where the stack is started by root."""

    port: int
    data: str
    account: str | None
    password: str


def default_folder() -> Path:
    """Return the folder of this checkout, or the one that the environment names."""
    return Path(os.environ.get(LOCAL_FOLDER) or PROJECT / ".local")


def installation_folder() -> LocalFolder:
    """Return the folder of this checkout, whatever the environment names: what is installed there serves any date."""
    return LocalFolder(PROJECT / ".local")


def new_password() -> str:
    """Make a random password of letters, digits, `-` and `_`, safe in a URL as it is."""
    return secrets.token_urlsafe(24)


def write_private(path: Path, text: str) -> None:
    """Replace a file's content in one step; only its owner can read it, from its first byte on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    draft.replace(path)


class LocalFolder:
    """The folder that holds everything the stack of one checkout makes (`.local/` of the project)."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = (root or default_folder()).resolve()
        self.root.mkdir(parents=True, exist_ok=True)
        # Others may pass through (PostgreSQL's own account has to) but not look around.
        if self.root.stat().st_uid == os.geteuid():
            self.root.chmod(0o711)
            for private in ("logs", "run"):
                (self.root / private).mkdir(mode=0o700, exist_ok=True)

    @property
    def logs(self) -> Path:
        """Folder of the log files."""
        return self.root / "logs"

    def service_folders(self, namespace: str) -> dict[str, str]:
        """Return the variables that name the folders of a system's services and of its operators."""
        return {
            "THUNGAN_SMS_FOLDER": str(self.root / "sms" / namespace),
            "THUNGAN_RECEIPT_KEYS_FOLDER": str(self.root / "keys" / namespace),
            "THUNGAN_RECEIPT_WITNESS_FOLDER": str(self.root / "witness" / namespace),
            # One key for all systems of a checkout: making one takes a while.
            "THUNGAN_INVOICE_KEY_FOLDER": str(self.root / "invoice-key"),
            "THUNGAN_DEAD_LETTER_BOOK": str(self.root / "audit" / namespace / "dead-letters.jsonl"),
        }

    def record(self, name: str) -> Path:
        """File that holds the record of a process."""
        return self.root / "run" / f"{name}.json"

    def read(self, name: str) -> Any:
        """Return the JSON value kept under a name, or None."""
        try:
            return json.loads((self.root / f"{name}.json").read_text())
        except FileNotFoundError:
            return None

    def write(self, name: str, value: object) -> None:
        """Keep a JSON value under a name."""
        write_private(self.root / f"{name}.json", json.dumps(value, indent=1))

    def forget(self, name: str) -> None:
        """Remove what is kept under a name."""
        (self.root / f"{name}.json").unlink(missing_ok=True)

    def identity(self) -> str:
        """Return this folder's own random name; folders outside the checkout carry it."""
        kept = self.read("identity")
        if kept is None:
            kept = secrets.token_hex(4)
            self.write("identity", kept)
        return str(kept)

    def broker(self) -> BrokerState | None:
        """Return the private RabbitMQ's facts once it has been set up."""
        kept = self.read("broker")
        return BrokerState(**kept) if kept else None

    def database(self) -> DatabaseState | None:
        """Return the private PostgreSQL's facts once it has been set up."""
        kept = self.read("database")
        return DatabaseState(**kept) if kept else None

    def keep(self, state: BrokerState | DatabaseState) -> None:
        """Remember the facts of the broker or the database."""
        self.write("broker" if isinstance(state, BrokerState) else "database", asdict(state))

    @contextmanager
    def locked(self, name: str = "stack") -> Iterator[None]:
        """Hold off other commands that start or stop something here (or do whatever else has a lock of its name)."""
        with (self.root / f"{name}.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
