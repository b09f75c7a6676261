"""Barman, as it is configured and asked here: one server, streamed, compressed and encrypted."""

import json
import os
import pwd
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qsl, unquote, urlsplit

from ops.backup.place import SERVER, Place
from ops.backup.programs import barman_program, postgresql_programs, run

SLOT = "thungan_backup"
"""Replication slot on the server while its log is streamed: the server keeps what has not been received."""

DONE = "DONE"


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of the server's files that Barman has made."""

    id: str
    status: str
    begun_at: datetime | None = None
    ended_at: datetime | None = None
    """From then on the log leads to any moment (UTC)."""
    bytes: int = 0
    first_segment: str = ""
    """The first file of the log that it needs."""
    last_segment: str = ""
    """The last file of the log that it needs."""
    version: int = 0
    """Of the server: 150018 is 15.18."""

    @property
    def is_whole(self) -> bool:
        """Whether it can be restored."""
        return self.status == DONE and self.ended_at is not None


class Barman:
    """Commands of Barman on the catalogue of one folder."""

    def __init__(self, configuration: Path, environment: Mapping[str, str], spool: Path) -> None:
        self.program = [barman_program(), "--config", str(configuration)]
        self.environment = environment
        self._spool = spool

    def spool_holds_something(self) -> bool:
        """Whether anything of the server's log has been received."""
        return any(self._spool.glob("[0-9A-F]*"))

    def do(self, *arguments: str) -> str:
        """Run a command and return what it printed; ends our command where it fails."""
        return run([*self.program, *arguments], environment=self.environment)

    def try_to(self, *arguments: str) -> None:
        """Run a command that may have nothing to do, and then fails."""
        subprocess.run(
            [*self.program, *arguments],
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )

    def begin(self, *arguments: str, log: Path) -> subprocess.Popen[bytes]:
        """Start a command that goes on until it is stopped."""
        with log.open("ab") as printed:
            return subprocess.Popen(
                [*self.program, *arguments],
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.STDOUT,
            )

    def copies(self) -> list[Copy]:
        """Return all copies, the oldest first; those that failed, too."""
        ids = self.do("list-backups", "--minimal", SERVER).split()
        return [self._copy(each) for each in sorted(ids)]

    def _copy(self, copy_id: str) -> Copy:
        shown = json.loads(self.do("--format", "json", "show-backup", SERVER, copy_id))[SERVER]
        base = shown.get("base_backup_information", {})
        return Copy(
            id=copy_id,
            status=shown["status"],
            begun_at=_moment(base.get("begin_time")),
            ended_at=_moment(base.get("end_time")),
            bytes=int(base.get("backup_size_with_wals_bytes") or base.get("backup_size_bytes") or 0),
            first_segment=base.get("begin_wal") or "",
            last_segment=base.get("end_wal") or "",
            version=int(shown.get("postgresql_version") or 0),
        )


@contextmanager
def open_barman(
    place: Place,
    keys: Mapping[str, str],
    *,
    server_url: str | None = None,
    fingerprint: str | None = None,
    spool: Path | None = None,
    staging: Path | None = None,
) -> Iterator[Barman]:
    """Configure Barman for the time of the block.

    ``keys`` is the environment of the keyring. Without ``server_url`` only what lies in the folder can be asked for.
    ``spool`` is where the log is received before it is compressed and encrypted; None: in the catalogue. ``staging`` is
    where a copy is decrypted, which needs as much room as the copy.
    """
    with TemporaryDirectory(prefix="thungan-backup-") as work:
        configuration, passwords = Path(work, "barman.conf"), Path(work, "pgpass")
        passwords.touch(mode=0o600)
        # Only looking at a folder needs no address.
        address = server_url or "postgresql://nobody@127.0.0.1:1/postgres"
        passwords.write_text(password_line(address), encoding="utf-8")
        configuration.touch(mode=0o600)
        configuration.write_text(
            configured(
                place,
                address,
                fingerprint=fingerprint,
                spool=spool,
                programs=postgresql_programs() if server_url else None,
                staging=staging or Path(work),
            ),
            encoding="utf-8",
        )
        yield Barman(configuration, {**os.environ, **keys, "PGPASSFILE": str(passwords)}, spool or place.streaming)


def configured(
    place: Place,
    server_url: str,
    *,
    fingerprint: str | None,
    spool: Path | None,
    programs: Path | None,
    staging: Path,
) -> str:
    """Return Barman's configuration."""
    connection = connection_string(server_url)
    options = {
        "description": "Thu Ngan",
        "conninfo": f"{connection} dbname=postgres",
        "streaming_conninfo": connection,
        "backup_method": "postgres",
        "streaming_archiver": "on",
        "slot_name": SLOT,
        "create_slot": "manual",
        # Else the server takes minutes to begin, so that its disk is hardly busier.
        "immediate_checkpoint": "on",
        "compression": "gzip",
        "backup_compression": "gzip",
        "backup_compression_format": "tar",
        "backup_compression_level": "1",
        # A private half without a password of its own; Barman asks for one all the same.
        "encryption_passphrase_command": "echo",
        "staging_path": str(staging),
        "staging_location": "local",
    }
    if fingerprint is not None:
        options |= {"encryption": "gpg", "encryption_key_id": fingerprint}
    if spool is not None:
        options["streaming_wals_directory"] = str(spool)
    if programs is not None:
        options["path_prefix"] = str(programs)
    common = {
        "barman_home": str(place.catalogue.resolve()),
        "barman_user": pwd.getpwuid(os.geteuid()).pw_name,
        "configuration_files_directory": str(staging),
        "log_file": str(place.folder.resolve() / "barman.log"),
    }
    return "\n".join(
        [
            "[barman]",
            *(f"{name} = {value}" for name, value in common.items()),
            f"[{SERVER}]",
            *(f"{name} = {value}" for name, value in options.items()),
            "",
        ]
    )


def connection_string(url: str) -> str:
    """Return an address as libpq's keywords and values, without its password and its database."""
    parts = urlsplit(url)
    given = dict(parse_qsl(parts.query))
    values = {
        "host": parts.hostname or given.pop("host", ""),
        "port": str(parts.port or given.pop("port", "5432")),
        "user": unquote(parts.username or given.pop("user", "")),
        **given,
    }
    return " ".join(f"{name}='{_quoted(value)}'" for name, value in values.items() if value)


def password_line(url: str) -> str:
    """Return the line of a password file for an address: everybody can read a command line."""
    password = unquote(urlsplit(url).password or "")
    escaped = password.replace("\\", "\\\\").replace(":", "\\:")
    return f"*:*:*:*:{escaped}\n"


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if text else None
