"""``thungan audit``: is every đồng, number and print job where it belongs?"""

import asyncio
import json
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from ops.audit import AuditReport, audit_changes, check_facts, collect, reports, standings
from ops.audit.known_debts import debts_unknown_to_notify
from ops.audit.report import Positions
from ops.console import JsonOption, fail, print_json, print_line, print_table
from ops.runner import run
from ops.system import SERVICES, RunningSystem, find_system, keys_folder, witness_folder
from services.billing.agreed_terms import load_agreed_terms
from services.billing.store.audit_reports import KeptReport
from services.receipt.signatures.key_folder import KeyFolder
from services.receipt.signatures.keyring import Keyring, UnusableKeyError
from shared.audit import AuditViolation
from shared.clock import VIETNAM, now
from shared.rule_files import RuleFileError

app = typer.Typer(add_completion=False)

_LOOK_AGAIN_SECONDS = 0.5

KeyOption = Annotated[
    Path | None, typer.Option("--key", help="Public keys; those of the key folder if left out.", exists=True)
]


@app.callback(invoke_without_command=True)
def audit(
    context: typer.Context,
    key: KeyOption = None,
    wait: Annotated[float, typer.Option("--wait", help="Seconds that events under way have to arrive.", min=0)] = 10.0,
    complete: Annotated[
        bool, typer.Option("--complete", help="Everything, not only what has changed since the last audit.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Check the invariant over the running databases; the exit code is 0 only when nothing is wrong.

    What has changed since the last audit is recomputed; everything the first time, once a week, after an audit that
    found something, after a restore, and with --complete. The report is kept.
    """
    if context.invoked_subcommand is not None:
        return
    system = find_system()
    system.require(SERVICES)
    try:
        report = run(audit_and_keep(system, keyring_of(key), wait, complete=complete))
    except RuleFileError as error:
        fail(str(error))
    if as_json:
        print_json(report.as_dict())
    else:
        _print(report)
    if not report.ok:
        raise typer.Exit(1)


@app.command("reports")
def show_reports(
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 20,
    number: Annotated[int | None, typer.Option("--show", help="One report with all that it found.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show the kept reports, the latest first; the exit code is 0 only when their chain is whole."""
    system = find_system()
    system.require(["billing"])
    urls = {"billing": system.database_url("billing")}
    kept = run(reports.read(urls, limit) if number is None else reports.read_one(urls, number))
    broken = run(reports.check(urls))
    if number is not None and not kept:
        fail(f"no report {number}")
    if as_json:
        print_json([_as_dict(report, whole=number is not None) for report in kept])
    else:
        _print_reports(kept)
        if number is not None:
            _print_found("Violations", [AuditViolation(**one) for one in json.loads(kept[0].content)["violations"]])
        if broken:
            _print_found("The chain of reports", broken)
    if broken:
        raise typer.Exit(1)


def keyring_of(key: Path | None) -> Keyring:
    """Return the public keys in a file, or those of the key folder."""
    place = key or keys_folder()
    try:
        return Keyring.from_text(key.read_text(encoding="utf-8")) if key else KeyFolder(place).keyring()
    except UnusableKeyError as error:
        fail(f"no usable keys in {place}: {error}")
    except OSError as error:
        fail(f"no keys can be read from {place}: {error.strerror}; --key names a file of public keys")


def urls_of(system: RunningSystem) -> dict[str, str]:
    """Return the address of each service's database."""
    return {service: system.database_url(service) for service in SERVICES}


async def audit_and_keep(
    system: RunningSystem, keyring: Keyring, seconds: float, *, complete: bool = False
) -> AuditReport:
    """Audit what has changed, or everything where that is due or a database was restored; keep the report."""
    urls, folder = urls_of(system), witness_folder(system.environment)
    known, unusable = known_standings(folder)
    _, restored = await standings.look(urls, known)
    complete = complete or not restored.unchanged
    since = None if complete else await reports.positions_to_go_on_from(urls, now())
    report = await audit_when_settled(system, keyring, seconds, since)
    report.violations.extend([*restored.set_back, *restored.tampered])
    report.remarks.extend([*restored.replaced, *unusable])
    if since is None:
        report.remarks.extend(await debts_unknown_to_notify(urls))
    await reports.keep(urls, report, now())
    await reports.send_outside(urls)
    # With the seals that this audit has made; it has named whatever was missing.
    after, _ = await standings.look(urls, {})
    try:
        standings.keep(folder, after)
    except OSError as error:
        report.remarks.append(_not_kept(folder, str(error)))
    return report


def known_standings(folder: Path) -> tuple[Mapping[str, standings.Standing], list[AuditViolation]]:
    """Return where the databases stood when they were last looked at, and why that is not known."""
    try:
        return standings.read(folder), []
    except (OSError, ValueError, KeyError, TypeError) as error:
        return {}, [_not_kept(folder, f"cannot be read: {error}")]


def _not_kept(folder: Path, why: str) -> AuditViolation:
    return AuditViolation("witness", "where the databases stand is kept outside", str(folder / standings.FILE), why)


async def audit_when_settled(
    system: RunningSystem, keyring: Keyring, seconds: float, since: Positions | None = None
) -> AuditReport:
    """Audit; while something is wrong, look again until ``seconds`` have passed: events may still be under way."""
    urls = urls_of(system)
    deadline = time.monotonic() + seconds
    while True:
        broken = await reports.check(urls)
        place = urls, system.amqp_url, system.namespace, keyring
        witness = witness_folder(system.environment)
        if since is None:
            report = check_facts(await collect(*place, witness_folder=witness, agreed=load_agreed_terms()))
        else:
            report = await audit_changes(*place, since, witness_folder=witness)
        report.violations.extend(broken)
        if report.ok or time.monotonic() > deadline:
            return report
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)


def _as_dict(kept: KeptReport, *, whole: bool) -> dict[str, object]:
    shown = {
        "report": kept.report,
        "kind": kept.kind,
        "started_at": kept.started_at.isoformat(),
        "finished_at": kept.finished_at.isoformat(),
        "ok": kept.ok,
        "violations": kept.violations,
        "link": kept.link.hex(),
    }
    return {**shown, "content": json.loads(kept.content)} if whole else shown


def _print_reports(kept: Sequence[KeptReport]) -> None:
    print_table(
        "Audits",
        ["report", "began", "seconds", "kind", "violations", "link"],
        [
            [
                str(report.report),
                report.started_at.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M:%S"),
                f"{(report.finished_at - report.started_at).total_seconds():.1f}",
                report.kind,
                str(report.violations),
                report.link.hex()[:16],
            ]
            for report in kept
        ],
        right=["seconds", "violations"],
    )


def _print(report: AuditReport) -> None:
    if report.remarks:
        _print_found("To be looked at", report.remarks)
    title = "Audit" if report.kind == "complete" else "Audit of what has changed"
    print_table(title, ["what", "figure"], [[k, f"{v:,}"] for k, v in report.figures.items()], right=["figure"])
    if report.ok:
        print_line("Nothing is wrong.")
        return
    _print_found("Violations", report.violations)


def _print_found(title: str, found: Sequence[AuditViolation]) -> None:
    print_table(
        title, ["where", "rule", "subject", "detail"], [[v.service, v.rule, v.subject, v.detail] for v in found]
    )
