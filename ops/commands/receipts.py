"""``thungan receipts recover``: after a lost database, let the register go on and take customers' receipts in again."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ops.commands.checkpoint import KeyOption, checkpoint_file, keyring_of
from ops.console import JsonOption, fail, free_text, print_json, print_line, print_table
from ops.databases import database
from ops.operators import operator_name
from ops.runner import run
from ops.system import witness_folder
from services.receipt.checkpoints.checkpoint import SignedCheckpoint
from services.receipt.checkpoints.notes import Signed
from services.receipt.domain.series import format_number
from services.receipt.recovery import Recovery, ShownReceipt, recover, shown_receipts
from services.receipt.settings import DEFAULT_REACH
from services.receipt.verification.tokens import tokens_in

app = typer.Typer(add_completion=False, help="The register of receipts.")


@app.callback()
def receipts() -> None:
    """Work on the register of receipts itself."""


@app.command("recover")
def recover_(
    why: Annotated[str, typer.Option("--why", callback=free_text, help="What happened, for the records.")],
    tokens: Annotated[
        list[Path] | None,
        typer.Option("--tokens", help="File with tokens or addresses from customers' QR codes, one a line."),
    ] = None,
    witness: Annotated[
        list[Path] | None, typer.Option("--witness", help="Checkpoint; the newest in the folder if left out.")
    ] = None,
    key: KeyOption = None,
    reach: Annotated[
        int,
        typer.Option(
            "--reach", min=1, help="Numbers behind the witness that are never taken: THUNGAN_RECEIPT_WITNESS_REACH."
        ),
    ] = DEFAULT_REACH,
    by: Annotated[str, typer.Option("--by", callback=free_text, help="Who does it, for the records (you).")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and do nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Declare lost numbers lost, let series go on behind them, and take in receipts that customers showed.

    Nothing is declared where the register holds all that the witness has; then only the tokens are taken in.
    """
    if not why.strip():
        fail("--why: say what happened")
    keyring = keyring_of(key)
    files = witness or [witness_folder() / "latest.txt"]
    witnesses = [checkpoint_file(file, keyring) for file in files]
    for file, signed in zip(files, witnesses, strict=True):
        if signed.signed is not Signed.BY_KNOWN_KEY:
            fail(f"{file}: signed {signed.signed.value}")
    scanned = [token for file in tokens or [] for token in tokens_in(_read(file))]
    recovery = run(
        _recover(witnesses, shown_receipts(scanned, keyring), reach, by or operator_name(), why, dry_run=dry_run)
    )
    if as_json:
        print_json(_as_dict(recovery) | {"done": not dry_run})
    else:
        _print(recovery, dry_run=dry_run)
    if recovery.refused:
        raise typer.Exit(1)


async def _recover(
    witnesses: list[SignedCheckpoint], shown: list[ShownReceipt], reach: int, by: str, why: str, *, dry_run: bool
) -> Recovery:
    async with database("receipt") as connection:
        transaction = connection.transaction()
        await transaction.start()
        done = await recover(connection, witnesses, shown, reach=reach, by=by, reason=why)
        await (transaction.rollback() if dry_run else transaction.commit())
        return done


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fail(f"cannot read {file}: {error}")


def _as_dict(recovery: Recovery) -> dict[str, Any]:
    return {
        "reasons": recovery.reasons,
        "epoch": recovery.epoch,
        "gaps": [{"series": gap.series, "first": gap.first_number, "last": gap.last_number} for gap in recovery.gaps],
        "taken_in": list(map(_facts, recovery.taken_in)),
        "known": list(map(_facts, recovery.known)),
        "refused": [{"scanned": receipt.scanned, "fault": receipt.fault} for receipt in recovery.refused],
    }


def _facts(receipt: ShownReceipt) -> dict[str, Any]:
    """Return what was signed: from it the payment is recorded again where billing lost it, too."""
    token = receipt.token
    if token is None:
        return {}
    claims = token.claims
    return {
        "series": receipt.series,
        "number": receipt.number,
        "kind": claims.kind.name.lower(),
        "customer_code": claims.customer_code,
        "total": claims.total,
        "vat": claims.vat,
        "collector_code": claims.collector_code,
        "issued_at": claims.issued_moment.isoformat(),
        "periods": list(claims.periods),
    }


def _print(recovery: Recovery, *, dry_run: bool) -> None:
    for reason in recovery.reasons:
        print_line(reason)
    if not recovery.reasons:
        print_line("The register holds all that the witness has: nothing is declared lost.")
    would = "would be " if dry_run else ""
    for gap in recovery.gaps:
        first, last = format_number(gap.first_number), format_number(gap.last_number)
        print_line(f"{gap.series}: {first} to {last} {would}declared lost; it goes on with {gap.last_number + 1}")
    for title, shown in (
        (f"Receipts {would}taken in", recovery.taken_in),
        ("Receipts that were there", recovery.known),
    ):
        if shown:
            columns = ["series", "number", "customer_code", "total", "collector_code", "issued_at"]
            print_table(title, columns, [[facts[name] for name in columns] for facts in map(_facts, shown)])
    for receipt in recovery.refused:
        print_line(f"not taken in: {receipt.scanned[:40]}: {receipt.fault}")
    if dry_run:
        print_line("Nothing was changed (--dry-run).")
