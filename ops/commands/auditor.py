"""``thungan auditor``: audits by itself each night and after a restore; at its start when the last night was missed."""

import asyncio
from datetime import datetime, time, timedelta
from typing import Annotated

import structlog
import typer

from ops.audit import reports, standings
from ops.commands.audit import KeyOption, audit_and_keep, keyring_of, known_standings, urls_of
from ops.console import fail
from ops.runner import run
from ops.system import SERVICES, RunningSystem, find_system, witness_folder
from services.receipt.signatures.keyring import Keyring
from shared.clock import VIETNAM, now

app = typer.Typer(add_completion=False)

log = structlog.get_logger(__name__)

_TRY_AGAIN_SECONDS = 300.0
_LOOK_SECONDS = 60.0
_ARRIVAL_SECONDS = 60.0
"""Events under way have so long to arrive before what they leave behind counts as wrong."""


@app.command()
def auditor(
    key: KeyOption = None,
    at: Annotated[str, typer.Option("--at", help="When it begins, Vietnam's time.", metavar="HH:MM")] = "01:30",
    once: Annotated[bool, typer.Option("--once", help="Only if no audit was made since last night; then end.")] = False,
) -> None:
    """Audit every night, for ever: what has changed, and once a week everything. thungan audit reports shows them.

    Each minute it looks where the databases stand: one that lacks what it had is audited at once, and everything.
    """
    try:
        begins = time.fromisoformat(at)
    except ValueError:
        fail(f"--at is a time like 01:30, not {at}")
    system = find_system()
    system.require(SERVICES)
    run(_audit_each_night(system, keyring_of(key), begins, once=once))


async def _audit_each_night(system: RunningSystem, keyring: Keyring, begins: time, *, once: bool) -> None:
    urls, folder = urls_of(system), witness_folder(system.environment)
    while True:
        wait = _LOOK_SECONDS
        try:
            kept = await reports.read(urls, 1)
            stands, found = await standings.look(urls, known_standings(folder)[0])
            for restored in (*found.set_back, *found.replaced):
                log.error("database_restored", service=restored.service, detail=restored.detail)
            if not kept or kept[0].started_at < last_night(now(), begins) or not found.unchanged:
                report = await audit_and_keep(system, keyring, _ARRIVAL_SECONDS)
                write = log.info if report.ok else log.error
                write("audit_done", kind=report.kind, violations=len(report.violations))
            else:
                standings.keep(folder, stands)
        except Exception:
            if once:
                raise
            log.exception("audit_failed")
            wait = _TRY_AGAIN_SECONDS
        if once:
            return
        await asyncio.sleep(wait)


def last_night(moment: datetime, begins: time) -> datetime:
    """Return the latest moment at which an audit was to begin."""
    today = datetime.combine(moment.astimezone(VIETNAM).date(), begins, VIETNAM)
    return today if today <= moment else today - timedelta(days=1)
