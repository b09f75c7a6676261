"""``thungan invoices``: the electronic invoices behind the bills."""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from cryptography import x509

from ops.commands import invoice_summaries
from ops.console import JsonOption, fail, print_json, print_line, print_table
from ops.databases import database
from ops.invoice_catch_up import catch_up_invoices
from ops.invoice_export import Exported, export_invoices, verify_export
from ops.runner import run
from ops.system import find_system, invoice_key_folder, invoice_lookup_address, witness_folder
from services.invoice.domain.symbols import format_number
from services.invoice.format.itemised_page import itemised_page
from services.invoice.signatures.key_file import KEY_NAME, KeyFileError, make_development_key
from services.invoice.signatures.xml_signature import read_certificate, signed_document
from services.invoice.store import exports, waiting_bills
from services.invoice.store import invoices as stored
from services.invoice.store.invoices import Shown
from services.receipt.witness.folder import LATEST
from shared.clock import VIETNAM, now
from shared.money import format_dong

app = typer.Typer(add_completion=False, help="The electronic invoices behind the bills.")
app.add_typer(invoice_summaries.app, name="summaries")
app.command()(invoice_summaries.notice)


@app.callback()
def invoices() -> None:
    """Look at invoices, and at what waits for one."""


@app.command("key")
def key_(
    folder: Annotated[Path | None, typer.Option("--folder", help="Where to; the system's if left out.")] = None,
    if_missing: Annotated[bool, typer.Option("--if-missing", help="Do nothing where a key is there.")] = False,
) -> None:
    """Make a signing key for development, with a certificate that nobody trusts. A key is never overwritten."""
    where = folder or invoice_key_folder()
    if if_missing and (where / KEY_NAME).exists():
        return
    try:
        certificate = make_development_key(where, now())
    except (KeyFileError, OSError) as error:
        fail(str(error))
    print_line(f"{where / KEY_NAME}: {certificate.subject.rfc4514_string()}")


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Of what waits.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """Show how far the numbers have come, and what waits: first the bills that cannot be invoiced."""
    rows, waits = run(_overview(limit))
    if as_json:
        print_json({"rows": rows, "waiting": waits})
        return
    print_table(
        "",
        ["symbol", "last number", "made (UTC)", "unsigned"],
        [[row["symbol"], format_number(row["last_number"]), row["last_made_at"], row["unsigned"]] for row in rows],
    )
    if waits:
        print_table(
            "waiting",
            ["bill", "since (UTC)", "why not"],
            [[one["bill_id"], one["since"], one["problem"] or ""] for one in waits],
        )


async def _overview(limit: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    async with database("invoice") as connection:
        counts = await stored.counts(connection)
        waits = await waiting_bills.listed(connection, limit)
    rows = [
        {"symbol": symbol, "last_number": last, "last_made_at": None if at is None else f"{at:%F %T}", "unsigned": left}
        for symbol, last, at, left in counts
    ]
    return rows, [
        {"bill_id": str(row["bill_id"]), "since": f"{row['noted_at']:%F %T}", "problem": row["problem"]}
        for row in waits
    ]


@app.command()
def show(
    which: Annotated[
        str, typer.Argument(help="A bill's number, a customer code, a lookup code, or symbol and number: '1K26TAA 42'.")
    ],
    xml: Annotated[
        Path | None, typer.Option("--xml", help="Write the signed documents, and lists (bảng kê), into this folder.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show invoices, and write them as they are given to customers and authorities."""
    found = run(_find(which.strip()))
    if not found:
        fail(f"there is no invoice of {which}")
    if xml is not None:
        _write(found, xml)
    if as_json:
        print_json([_facts(one) for one in found])
        return
    print_table(
        "",
        ["invoice", "day", "bill", "total", "does", "signed (UTC)", "lookup code"],
        [
            [
                f"{one.symbol} {format_number(one.number)}",
                one.made_on.isoformat(),
                one.bill_number,
                format_dong(one.total),
                one.relation or "",
                "" if one.signed_at is None else f"{one.signed_at:%F %T}",
                one.lookup_code,
            ]
            for one in found
        ],
    )


async def _find(which: str) -> list[Shown]:
    async with database("invoice") as connection:
        return await stored.find(connection, which)


def _facts(one: Shown) -> dict[str, Any]:
    return {
        "symbol": one.symbol,
        "number": one.number,
        "made_on": one.made_on.isoformat(),
        "bill_number": one.bill_number,
        "customer_code": one.customer_code,
        "total": one.total,
        "relation": one.relation,
        "signed_at": None if one.signed_at is None else one.signed_at.isoformat(),
        "lookup_code": one.lookup_code,
    }


def _write(found: list[Shown], folder: Path) -> None:
    for one in found:
        if one.signed_at is None or one.signature is None or one.certificate is None:
            fail(f"{one.symbol} {format_number(one.number)} is not signed yet")
        document = signed_document(one.data, one.signed_at, one.signature, read_certificate(one.certificate))
        name = f"{one.symbol}-{format_number(one.number)}"
        try:
            (folder / f"{name}.xml").write_bytes(document)
            if one.itemised is not None:
                page = itemised_page(one.data, json.loads(one.itemised), one.symbol, one.number)
                (folder / f"{name}-bang-ke.html").write_text(page, encoding="utf-8")
        except OSError as error:
            fail(f"cannot write into {folder}: {error}")


FIRST_DAY = datetime(2026, 7, 1, tzinfo=VIETNAM)
"""The day from which an invoice is the bill's (NĐ 254/2026/NĐ-CP); before that the receipt stood for it."""


@app.command("catch-up")
def catch_up(
    since: Annotated[
        datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], help="The first day; 2026-07-01 if left out.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only count them; the exit code is 1 where some have no invoice.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Have the bills invoiced that were issued before the service existed, the oldest first; may be repeated."""
    first = FIRST_DAY if since is None else since.replace(tzinfo=VIETNAM)
    if first < FIRST_DAY:
        fail("before 2026-07-01 the receipt stood for the invoice: a second one with the same content would be a fake")
    done = run(catch_up_invoices(find_system(), first, invoice_lookup_address(), check=check))
    if as_json:
        print_json(asdict(done))
    elif check:
        print_line(f"{done.noted} of {done.bills} bills have no invoice and wait for none")
    else:
        print_line(f"{done.noted} of {done.bills} bills wait for their invoices now, and {done.reductions} adjustments")
        print_line(f"{done.told} invoices were told of again")
    if check and done.noted:
        raise typer.Exit(1)


@app.command()
def export(
    to: Annotated[Path, typer.Option("--to", help="The folder; what is there already and whole stays.")],
    symbol: Annotated[list[str] | None, typer.Option("--symbol", help="1K26TAA; all if left out.")] = None,
) -> None:
    """Write the signed invoices as they are kept for ten years, with the proof that none was changed or left out."""
    done = run(_export(to, symbol or []))
    print_line(f"{done.invoices} invoices, {done.files} files written")
    for name, (number, link) in sorted(done.links.items()):
        print_line(f"{name} {format_number(number)} {link}")


async def _export(to: Path, wanted: list[str]) -> Exported:
    latest = witness_folder() / LATEST
    # Before the databases are looked at: a later one could have invoices that are not in the export.
    checkpoint = latest.read_text(encoding="utf-8") if latest.exists() else ""
    async with database("invoice") as connection:
        symbols = wanted or await exports.symbols(connection)
        try:
            return await export_invoices(connection, to, symbols, checkpoint)
        except OSError as error:
            fail(f"cannot write into {to}: {error}")


@app.command("verify")
def verify_(
    folder: Annotated[Path, typer.Argument(help="What `thungan invoices export` has written.")],
    checkpoint: Annotated[
        Path | None, typer.Option("--checkpoint", help="A checkpoint from elsewhere, in place of the one in it.")
    ] = None,
    authority: Annotated[
        Path | None, typer.Option("--authority", help="Certificates (PEM) that the signatures must lead to.")
    ] = None,
    symbol: Annotated[
        list[str] | None, typer.Option("--symbol", help="1K26TAA; all that the checkpoint has if left out.")
    ] = None,
) -> None:
    """Check an export without a database: documents, chain, checkpoint, and with --authority every signature."""
    try:
        trusted = [] if authority is None else x509.load_pem_x509_certificates(authority.read_bytes())
        note = "" if checkpoint is None else checkpoint.read_text(encoding="utf-8")
        wrong = verify_export(folder, checkpoint=note, authorities=trusted, symbols=symbol or [])
    except (OSError, ValueError, KeyError) as error:
        fail(f"{folder} cannot be read: {error}")
    for line in wrong:
        print_line(line)
    if wrong:
        raise typer.Exit(1)
    print_line("nothing is wrong")
    if authority is None:
        print_line("signatures were not checked: --authority")
    if checkpoint is None:
        print_line("the checkpoint is the export's own, which whoever has the folder can replace: --checkpoint")


@app.command()
def retry() -> None:
    """Have all bills tried again that could not be invoiced, once what was wrong with them is put right."""
    print_line(f"{run(_retry())} bills are tried again")


async def _retry() -> int:
    async with database("invoice") as connection:
        return await waiting_bills.try_again(connection)
