"""``thungan trace``: what became of one payment, step by step, with times."""

import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ops.console import JsonOption, fail, print_json, print_line, print_table
from ops.traces import drawn, read_spans, traces_of

app = typer.Typer(add_completion=False)


@app.command()
def trace(
    wanted: Annotated[str, typer.Argument(metavar="ID", help="Id of a payment, event, print job or trace.")],
    file: Annotated[Path | None, typer.Option("--file", help="The trace file (else THUNGAN_TRACE_FILE).")] = None,
    as_json: JsonOption = False,
) -> None:
    """Draw the traces in which an id occurs: what was asked, handled, published and printed, where and how long.

    Services write traces where THUNGAN_TRACE_FILE is set when they start.
    """
    path = file or Path(os.environ.get("THUNGAN_TRACE_FILE") or "")
    if not path.is_file():
        fail("there is no trace file: start the services with THUNGAN_TRACE_FILE set, and name it here, too", 2)
    found = traces_of(read_spans(path), wanted)
    if not found:
        fail(f"no trace of {wanted}")
    if as_json:
        print_json([[asdict(span) for span in one] for one in found])
        return
    for one in found:
        began = one[0].start_ns
        print_table(
            f"Trace {one[0].trace_id}",
            ["what", "service", "after ms", "took ms", "error"],
            [
                [
                    lead + span.name,
                    span.instance,
                    f"{(span.start_ns - began) / 1e6:.1f}",
                    f"{span.milliseconds:.1f}",
                    span.error,
                ]
                for lead, span in drawn(one)
            ],
            right=["after ms", "took ms"],
        )
        print_line()
