"""``thungan quote``: bills for the rows of a CSV file, without any service."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from ops.console import JsonOption, fail, print_table
from services.billing.errors import BillingError
from services.billing.quote.quote_rows import quote_rows

app = typer.Typer(add_completion=False)


@app.command()
def quote(
    cases: Annotated[
        Path,
        typer.Option("--cases", help="CSV, Parquet or workbook; - reads standard input.", metavar="FILE"),
    ],
    convert_legacy: Annotated[
        bool, typer.Option("--convert-legacy", help="Convert texts in TCVN3, VNI and other encodings before Unicode.")
    ] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Add how each amount came about.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Compute a bill for each row of a CSV file. No service is needed."""
    try:
        content = sys.stdin.buffer.read() if str(cases) == "-" else cases.read_bytes()
    except OSError as error:
        fail(f"cannot read {cases}: {error.strerror}")
    try:
        rows = quote_rows(content, explained=explain, convert_legacy=convert_legacy)
        if as_json:
            for row in rows:
                sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
        else:
            _print(list(rows), explain=explain)
    except BillingError as error:
        fail(f"{cases}: {error.message}")


def _cause(row: dict[str, Any]) -> str:
    return f"line {row['line']}: {row['error']}" if "error" in row else ""


def _print(rows: list[dict[str, Any]], *, explain: bool) -> None:
    money = ("pre_vat", "vat", "total")
    print_table(
        "Bills (đồng)",
        ["id", "kWh", "before VAT", "VAT", "total", "error"],
        [
            [row["id"], row.get("kwh"), *(f"{row[name]:,}" if name in row else "" for name in money), _cause(row)]
            for row in rows
        ],
        right=["kWh", "before VAT", "VAT", "total"],
        empty="The file has no rows.",
    )
    if explain:
        for row in rows:
            for sentence in row.get("explanation", {}).get("en", []):
                sys.stdout.write(f"{row['id']}: {sentence}\n")
