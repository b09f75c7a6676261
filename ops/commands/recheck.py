"""``thungan recheck``: what was stored before today's rules for names, phone numbers and tax codes."""

from collections import Counter
from dataclasses import asdict

import typer

from ops.console import JsonOption, print_json, print_line, print_table
from ops.databases import database
from ops.runner import run
from services.billing.imports.collection_points import stored_findings as of_collection_points
from services.customer.imports.stored_rows import stored_findings as of_lists
from shared.csv_files.stored import StoredFinding

app = typer.Typer(add_completion=False)


@app.command()
def recheck(as_json: JsonOption = False) -> None:
    """List stored names, phone numbers and tax codes that an import would refuse or read otherwise today.

    Nothing is changed. What is printed holds personal data. The exit code is 0 only when nothing was found.
    """
    found = run(_found())
    kinds = Counter(f"{item.table}.{item.column} {item.slug}" for item in found)
    if as_json:
        print_json(
            {"ok": not found, "kinds": dict(sorted(kinds.items())), "findings": [asdict(item) for item in found]}
        )
    else:
        print_table(
            "Stored before today's rules",
            ["row", "table", "column", "what"],
            [[item.row, item.table, item.column, item.message] for item in found],
            empty="All names, phone numbers and tax codes are as an import would store them.",
        )
        for kind, count in sorted(kinds.items()):
            print_line(f"{count:,} × {kind}")
    if found:
        raise typer.Exit(1)


async def _found() -> list[StoredFinding]:
    async with database("customer") as connection:
        found = [finding async for finding in of_lists(connection)]
    async with database("billing") as connection:
        return found + await of_collection_points(connection)
