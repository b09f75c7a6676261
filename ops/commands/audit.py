"""``thungan audit``: is every đồng, number and print job where it belongs?"""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from ops.audit import AuditReport, check_facts, collect
from ops.console import JsonOption, fail, print_json, print_line, print_table
from ops.runner import run
from ops.system import SERVICES, RunningSystem, find_system, keys_folder, witness_folder
from services.receipt.signatures.key_folder import KeyFolder
from services.receipt.signatures.keyring import Keyring, UnusableKeyError
from shared.audit import AuditViolation

app = typer.Typer(add_completion=False)

_LOOK_AGAIN_SECONDS = 0.5


@app.command()
def audit(
    key: Annotated[
        Path | None, typer.Option("--key", help="Public keys; those of the key folder if left out.", exists=True)
    ] = None,
    wait: Annotated[float, typer.Option("--wait", help="Seconds that events under way have to arrive.", min=0)] = 10.0,
    as_json: JsonOption = False,
) -> None:
    """Check the invariant over the running databases; the exit code is 0 only when nothing is wrong."""
    system = find_system()
    system.require(SERVICES)
    report = run(audit_when_settled(system, _keyring(key), wait))
    if as_json:
        print_json(report.as_dict())
    else:
        _print(report)
    if not report.ok:
        raise typer.Exit(1)


def _keyring(key: Path | None) -> Keyring:
    place = key or keys_folder()
    try:
        return Keyring.from_text(key.read_text(encoding="utf-8")) if key else KeyFolder(place).keyring()
    except UnusableKeyError as error:
        fail(f"no usable keys in {place}: {error}")
    except OSError as error:
        fail(f"no keys can be read from {place}: {error.strerror}; --key names a file of public keys")


async def audit_when_settled(system: RunningSystem, keyring: Keyring, seconds: float) -> AuditReport:
    """Audit; while something is wrong, look again until ``seconds`` have passed: events may still be under way."""
    urls = {service: system.database_url(service) for service in SERVICES}
    deadline = time.monotonic() + seconds
    while True:
        report = check_facts(
            await collect(
                urls, system.amqp_url, system.namespace, keyring, witness_folder=witness_folder(system.environment)
            )
        )
        if report.ok or time.monotonic() > deadline:
            return report
        await asyncio.sleep(_LOOK_AGAIN_SECONDS)


def _print(report: AuditReport) -> None:
    if report.remarks:
        _print_found("To be looked at", report.remarks)
    print_table("Audit", ["what", "figure"], [[k, f"{v:,}"] for k, v in report.figures.items()], right=["figure"])
    if report.ok:
        print_line("Nothing is wrong.")
        return
    _print_found("Violations", report.violations)


def _print_found(title: str, found: Sequence[AuditViolation]) -> None:
    print_table(
        title, ["where", "rule", "subject", "detail"], [[v.service, v.rule, v.subject, v.detail] for v in found]
    )
