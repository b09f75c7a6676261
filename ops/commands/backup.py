"""``thungan backup``: everything to one point, encrypted and verified."""

import os
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from ops.backup.barman import Copy, open_barman
from ops.backup.copies import Made, make_backup
from ops.backup.drill import drill, work_folder
from ops.backup.encryption import keyring
from ops.backup.place import Place
from ops.backup.records import BackupRecord, RecordKind, note
from ops.backup.stream import stream, until_stopped
from ops.backup.verification import faults, segments
from ops.console import CommandError, JsonOption, fail, print_json, print_line, print_table
from ops.operators import operator_name
from ops.runner import run
from ops.system import namespace_of
from shared.clock import VIETNAM, now
from shared.whole_files import write_whole

app = typer.Typer(add_completion=False)

SERVER_URL = "THUNGAN_POSTGRES_URL"

ServerOption = Annotated[
    str | None,
    typer.Option(
        "--server", envvar=SERVER_URL, show_envvar=True, help="Address of the database server's administrator."
    ),
]
FolderArgument = Annotated[Path, typer.Argument(help="The folder of backups.", file_okay=False)]
ToOption = Annotated[Path, typer.Option("--to", help="The folder of backups.", file_okay=False)]
AlsoOption = Annotated[
    list[Path] | None, typer.Option("--also", help="A file or folder more, such as settings.", exists=True)
]
KeepOption = Annotated[int | None, typer.Option("--keep", min=1, help="So many backups stay, with their log; all.")]


@app.callback(invoke_without_command=True)
def backup(
    context: typer.Context,
    to: Annotated[Path | None, typer.Option("--to", help="The folder of backups.", file_okay=False)] = None,
    server: ServerOption = None,
    also: AlsoOption = None,
    keep: KeepOption = None,
    as_json: JsonOption = False,
) -> None:
    """Back up all databases to one point, signing keys, witness and files; encrypted, verified, repeatable.

    The folder needs a key first: thungan backup key.
    """
    if context.invoked_subcommand is not None:
        return
    if to is None:
        fail("--to names the folder of backups", 2)
    namespace, place, url = namespace_of(os.environ), Place(to), address_of(server)
    place.begin(namespace, urlsplit(url).username or "")
    made = make_backup(place, url, also=tuple(also or ()), keep=keep)
    run(note(url, namespace, record_of(made)))
    if as_json:
        print_json(_as_dict(made.copy) | {"seconds": _seconds(made)})
    else:
        print_line(f"{made.copy.id}: {made.copy.bytes:,} bytes in {_seconds(made)} s, verified")


@app.command("key")
def make_key(
    to: ToOption,
    private: Annotated[Path, typer.Option("--private", help="New file for the private half.", dir_okay=False)],
) -> None:
    """Make the key of a new folder. Whoever restores needs the private half: keep it elsewhere, twice."""
    place = Place(to)
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    if place.key.exists():
        fail(f"{to} has a key; what was encrypted for it needs it for ever")
    if private.exists():
        fail(f"{private} is there already")
    if private.resolve().is_relative_to(to.resolve()):
        fail("the private half does not belong beside what it opens")
    with keyring() as ring:
        public, secret = ring.make(f"Thu Ngan backups of {namespace_of(os.environ)}")
    write_whole(private, secret)
    write_whole(place.key, public)
    print_line(f"{private}: keep it in two places away from {to}; without it no backup opens")


@app.command("list")
def list_backups(folder: FolderArgument, as_json: JsonOption = False) -> None:
    """Show the backups of a folder, and up to which moment their log leads."""
    place = Place(folder)
    _ = place.namespace
    with keyring() as ring, open_barman(place, ring.environment) as barman:
        copies = barman.copies()
    if as_json:
        print_json([_as_dict(copy) for copy in copies])
        return
    print_table(
        "Backups",
        ["backup", "point", "bytes", "state"],
        [[copy.id, _shown(copy), f"{copy.bytes:,}", copy.status] for copy in copies],
        right=["bytes"],
        empty="There are none.",
    )
    if whole := [copy for copy in copies if copy.is_whole]:
        print_line(f"{len(segments(place, whole[0].first_segment))} segments of the log lead on from the oldest")


@app.command()
def verify(folder: FolderArgument, as_json: JsonOption = False) -> None:
    """Read every file of each backup: is it what was written, and does the log lead to a point without a gap?

    Whether it unpacks and its books are right, thungan backup drill shows.
    """
    place = Place(folder)
    _ = place.namespace
    with keyring() as ring, open_barman(place, ring.environment) as barman:
        copies = barman.copies()
    found = {copy.id: list(faults(place, copy)) for copy in copies}
    if as_json:
        print_json(found)
    else:
        rows = [[copy_id, wrong] for copy_id, each in found.items() for wrong in each]
        print_table("Wrong", ["backup", "what"], rows, empty=f"{len(copies)} backups are what was written.")
    if not copies or any(found.values()):
        raise typer.Exit(1)


@app.command("stream")
def stream_log(
    to: ToOption,
    server: ServerOption = None,
    every: Annotated[float, typer.Option("--every", min=1, help="Seconds of work that a lost disk may cost.")] = 60.0,
) -> None:
    """Receive the server's log for ever, so that a restore leads to any moment: thungan restore --time.

    Backups are made beside it as ever. While it does not run, the server keeps its log for it.
    """
    place, url = Place(to), address_of(server)
    place.begin(namespace_of(os.environ), urlsplit(url).username or "")
    stream(place, url, every, until_stopped())


@app.command("drill")
def drill_backup(
    folder: FolderArgument,
    key: Annotated[Path, typer.Option("--key", help="The private half of the folder's key.", exists=True)],
    server: ServerOption = None,
    work: Annotated[Path | None, typer.Option("--work", help="With room for the system.", file_okay=False)] = None,
    as_json: JsonOption = False,
) -> None:
    """Restore the newest backup into throw-away servers, audit it, remove it, and note how long that took.

    The exit code is 0 only when nothing was wrong. Run it each night, after the backup.
    """
    place, url, begun_at = Place(folder), address_of(server), now()
    try:
        done = drill(place, key, work or work_folder(), by=operator_name())
    except CommandError:
        failed = BackupRecord(RecordKind.DRILL, begun_at, now(), "", 0.0, False, operator_name())
        run(note(url, place.namespace, failed))
        raise
    found = done.looked.judged
    record = BackupRecord(
        RecordKind.DRILL, done.begun_at, done.ended_at, done.backup, done.seconds, done.looked.ok, operator_name()
    )
    run(note(url, place.namespace, record))
    if as_json:
        wrong = [each.as_dict() for each in found.wrong]
        print_json({"backup": done.backup, "seconds": done.seconds, "clean": done.looked.ok, "wrong": wrong})
    else:
        rows = [[each.service, each.rule, each.subject, each.detail] for each in found.wrong]
        print_table("Wrong", ["where", "rule", "subject", "detail"], rows, empty="Nothing is wrong.")
        print_line(f"{done.backup}: restored and audited in {done.seconds:.1f} s")
    if not done.looked.ok:
        raise typer.Exit(1)


def address_of(server: str | None) -> str:
    """Return the address of the server's administrator; ends the command where none was given."""
    return server or fail(f"--server or {SERVER_URL} names the database server's administrator", 2)


def record_of(made: Made) -> BackupRecord:
    """Return what is noted of a backup."""
    return BackupRecord(
        RecordKind.BACKUP, made.begun_at, made.ended_at, made.copy.id, float(_seconds(made)), True, operator_name()
    )


def _seconds(made: Made) -> float:
    return round((made.ended_at - made.begun_at).total_seconds(), 1)


def _as_dict(copy: Copy) -> dict[str, object]:
    return {
        "backup": copy.id,
        "state": copy.status,
        "point": copy.ended_at.isoformat() if copy.ended_at else None,
        "bytes": copy.bytes,
    }


def _shown(copy: Copy) -> str:
    return copy.ended_at.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M:%S") if copy.ended_at else ""
