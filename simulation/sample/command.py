"""``thungan sample``: synthetic customers as CSV files."""

from pathlib import Path
from typing import Annotated

import typer

from ops.console import JsonOption, fail, print_json, print_line
from shared.clock import business_day, now
from simulation.sample.readings import Month
from simulation.sample.writer import write_sample

app = typer.Typer(add_completion=False)


@app.command()
def sample(
    out: Annotated[Path, typer.Option("--out", help="Folder for the files; made when it is missing.")],
    customers: Annotated[int, typer.Option("--customers", help="How many customers.", metavar="N")] = 1000,
    seed: Annotated[int, typer.Option("--seed", help="Another seed gives other people.", metavar="S")] = 1,
    last_month: Annotated[
        str, typer.Option("--last-month", help="Last month with readings, YYYY-MM; the one before this if left out.")
    ] = "",
    months: Annotated[int, typer.Option("--months", help="How many months of readings.")] = 1,
    as_json: JsonOption = False,
) -> None:
    """Write synthetic units, collectors, routes, customers, meters, readings and collection points.

    Nobody in them exists and no number can be dialled. The same arguments give the same bytes.
    """
    try:
        month = Month.parse(last_month) if last_month else Month.before(business_day(now()))
    except ValueError:
        fail(f"{last_month} is not a month: write it as 2026-10", 2)
    try:
        report = write_sample(out, customers=customers, seed=seed, last_month=month, months=months)
    except ValueError as error:
        fail(str(error), 2)
    except OSError as error:
        fail(f"cannot write into {out}: {error.strerror}")
    if as_json:
        print_json(report.as_dict())
    else:
        print_line(
            f"{report.customers:,} customers of {report.units} units on {report.routes} routes of"
            f" {report.collectors} collectors, {report.readings:,} readings up to {report.last_month}: {report.folder}"
        )
