"""The table for people and the JSON for machines."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from simulation.bench.figures import Row


def print_rows(rows: Sequence[Row]) -> None:
    """Print the rows of one benchmark."""
    console = Console(width=None if Console().is_terminal else 150, highlight=False)
    table = Table(box=box.SIMPLE_HEAD, title=rows[0].benchmark, title_justify="left", pad_edge=False)
    table.add_column("what")
    for name in ("ours", "compared with", "theirs", "ratio", "goal"):
        table.add_column(name, justify="left" if name == "compared with" else "right")
    table.add_column("")
    for row in rows:
        table.add_row(
            row.what,
            f"{_number(row.figure)} {row.unit}{_spread(row.spread)}{_median(row)}",
            row.compared_with,
            "" if row.other is None else f"{_number(row.other)} {row.unit}{_spread(row.other_spread)}",
            "" if row.ratio is None else f"{row.ratio:.2f}×",
            "" if row.goal is None else str(row.goal),
            {True: "met", False: "[bold]missed[/bold]", None: ""}[row.met],
        )
    console.print(table)
    for row in rows:
        if row.note:
            console.print(f"  {row.what}: {row.note}", markup=False)


def write_json(path: Path, machine: dict[str, Any], rows: Sequence[Row], failures: dict[str, str]) -> None:
    """Write everything that was measured."""
    content = {"machine": machine, "rows": [row.as_dict() for row in rows], "failures": failures}
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def as_page(machine: Mapping[str, Any], rows: Sequence[Row]) -> str:
    """Return the rows as Markdown, with the machine that they come from."""
    lines = ["; ".join(f"{name}: {value}" for name, value in machine.items()), ""]
    lines += ["| What | Ours | Compared with | Theirs | Ratio |", "|---|---|---|---|---|"]
    for row in rows:
        other = "" if row.other is None else f"{_number(row.other)} {row.unit}{_spread(row.other_spread)}"
        ratio = "" if row.ratio is None else f"{row.ratio:.2f} ×"
        ours = f"{_number(row.figure)} {row.unit}{_spread(row.spread)}"
        lines.append(f"| {row.what} | {ours} | {row.compared_with} | {other} | {ratio} |")
    return "\n".join(lines) + "\n"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _median(row: Row) -> str:
    return "" if row.median is None else f" (p50 {_number(row.median)})"


def _spread(spread: float | None) -> str:
    return "" if spread is None else f" ±{spread:.0%}"
