"""``thungan restore``: a backup into an empty place, where nothing starts before an audit has found it clean."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from ops.archive import Selection
from ops.audit import standings
from ops.backup.place import Place
from ops.backup.records import database_of
from ops.backup.release import Looked, held, look, release
from ops.backup.restore import Restored, restore
from ops.commands.audit import KeyOption, keyring_of, known_standings, urls_of
from ops.commands.backup import FolderArgument, ServerOption, address_of
from ops.commands.events import resend_events
from ops.console import JsonOption, fail, free_text, print_json, print_line, print_table
from ops.operators import operator_name
from ops.runner import run
from ops.system import SERVICES, RunningSystem, find_system, witness_folder
from services.receipt.signatures.keyring import Keyring
from shared.audit import AuditViolation
from shared.clock import VIETNAM

_FROM = "from"
_WHEN = "2026-11-28T14:30+07:00"


class _Group(TyperGroup):
    """``thungan restore FOLDER`` is short for ``thungan restore from FOLDER``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.commands, "--help", "-h"}:
            args = [_FROM, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(cls=_Group, add_completion=False, help="Restore a backup (restore FOLDER); release it.")


@app.callback()
def restoring() -> None:
    """Keep both a command of its own."""


@app.command(_FROM)
def restore_from(
    folder: FolderArgument,
    into: Annotated[Path, typer.Option("--into", help="A new or empty folder.", file_okay=False)],
    key: Annotated[Path, typer.Option("--key", help="The private half of the folder's key.", exists=True)],
    time: Annotated[
        str | None, typer.Option("--time", metavar="TIME", help=f"As it was then, like {_WHEN}; as late as can be.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Restore everything into an empty folder: the server's files, keys, witness and files.

    Services refuse to start on it before thungan restore release.
    """
    place = Place(folder)
    done = restore(place, key, into, _moment(time), administrator=place.administrator, by=operator_name())
    if as_json:
        print_json(_as_dict(done))
        return
    print_line(f"{done.copy.id} is restored in {into}: postgres, keys, witness and files of {_shown(done.files_at)}")
    print_line("Nothing starts on it before thungan restore release (docs/runbooks/backup.md says what comes before).")


@app.command("release")
def release_restored(
    server: ServerOption = None,
    key: KeyOption = None,
    override: Annotated[bool, typer.Option("--override", help="Although something is wrong; needs --why.")] = False,
    why: Annotated[str, typer.Option("--why", callback=free_text, help="For the records.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Audit what was restored; when nothing is wrong, send again what did not arrive, and let services start.

    What only waits for events that are sent again is not wrong. The queues have to be there: SERVICE migrate.
    """
    if override and not why:
        fail("--override needs --why: it is kept who let services start on what is wrong, and why", 2)
    system, administrator = find_system(), address_of(server)
    system.require(SERVICES)
    found = run(_release(system, administrator, keyring_of(key), why if override else None))
    if found is None:
        print_line("Nothing waits for a release.")
        return
    looked, sent = found
    released = looked.ok or override
    if as_json:
        print_json(_report(looked, sent) | {"released": released})
    else:
        _print(looked, sent, released=released)
    if not released:
        raise typer.Exit(1)


async def _release(
    system: RunningSystem, administrator: str, keyring: Keyring, override: str | None
) -> tuple[Looked, int] | None:
    urls, folder = urls_of(system), witness_folder(system.environment)
    if not await held(urls):
        return None
    looked = await look(urls, system.namespace, keyring, folder)
    # What every database has lost since it was last looked at: expected, and shown to whoever releases.
    _, since = await standings.look(urls, known_standings(folder)[0])
    looked.report.remarks.extend([*since.set_back, *since.replaced])
    if not looked.ok and override is None:
        return looked, 0
    reason = override or "the audit is clean"
    by = operator_name()
    sent = await resend_events(Selection(), limit=None, rate=1000.0, dry_run=False, by=by, why=f"restored: {reason}")
    administrators = {service: database_of(administrator, system.namespace, service) for service in SERVICES}
    await release(administrators, by=by, violations=len(looked.judged.wrong), reason=reason)
    return looked, len(sent)


def _report(looked: Looked, sent: int) -> dict[str, object]:
    return {
        "figures": looked.report.figures,
        "wrong": [found.as_dict() for found in looked.judged.wrong],
        "waiting": [found.as_dict() for found in looked.judged.waiting],
        "remarks": [found.as_dict() for found in looked.report.remarks],
        "outstanding": looked.events,
        "resent": sent,
    }


def _print(looked: Looked, sent: int, *, released: bool) -> None:
    figures = [[name, f"{value:,}"] for name, value in looked.report.figures.items()]
    print_table("Restored", ["what", "figure"], figures, right=["figure"])
    for title, found in (
        ("To be looked at", looked.report.remarks),
        ("Waits for events", looked.judged.waiting),
        ("Wrong", looked.judged.wrong),
    ):
        if found:
            _print_found(title, found)
    if not released:
        print_line(f"Not released: {len(looked.judged.wrong)} things are wrong. docs/runbooks/backup.md, then again.")
        return
    print_line(f"Released; {sent} events sent again. Start the services, then: thungan audit --complete")


def _print_found(title: str, found: Iterable[AuditViolation]) -> None:
    rows = [[each.service, each.rule, each.subject, each.detail] for each in found]
    print_table(title, ["where", "rule", "subject", "detail"], rows)


def _as_dict(done: Restored) -> dict[str, object]:
    return {
        "restore_id": str(done.restore_id),
        "backup": done.copy.id,
        "data": str(done.data),
        "files_at": done.files_at.isoformat(),
    }


def _shown(moment: datetime) -> str:
    return moment.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M:%S")


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        fail(f"--time {text!r} is no time with its zone, like {_WHEN}", 2)
    return moment
