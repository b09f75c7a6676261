"""``thungan months``: details of bills and readings by month; old months go into the archive, and are brought back."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer

from ops.console import JsonOption, fail, free_text, print_json, print_line, print_table
from ops.databases import bus_of, database
from ops.runner import run
from ops.system import find_system
from services.billing.archive.months import MovedMonth, attach_month, detach_month, move_month
from services.billing.archive.rules import first_to_keep
from services.billing.store import months, partition_months
from services.billing.store.months import MonthAct, StoredMonth
from services.billing.topology import TOPOLOGY as BILLING
from shared.clock import VIETNAM, business_day, now
from shared.ids import new_id
from shared.money import format_dong, format_number
from shared.problems import Problem

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Readings, lines and explanations of bills by month: put an old month into the archive, bring it back.",
)

KEPT = 24
"""Months that stay, whatever is asked: a complaint or a correction may still need them."""

MonthArgument = Annotated[str, typer.Argument(help="Such as 2024-10.")]
ReasonOption = Annotated[str, typer.Option("--reason", callback=free_text, help="Why; kept with your name.")]
KeptOption = Annotated[
    int,
    typer.Option(
        "--months-kept",
        envvar="THUNGAN_BILL_DETAILS_KEPT_MONTHS",
        min=13,
        help="So many months stay beside this one.",
    ),
]


@app.command("list")
def list_(kept: KeptOption = KEPT, *, as_json: JsonOption = False) -> None:
    """List the months: size, bills, what is still open, and whether the month may be put into the archive."""
    found = run(_stored())
    if as_json:
        print_json([asdict(one) | {"state": _state(one, kept)} for one in found])
        return
    print_table(
        "Details of bills",
        ["month", "MB", "bills", "open", "without a bill", "in the register", "not moved", "state"],
        [
            [
                f"{one.year}-{one.month:02d}",
                format_number(round(one.bytes / 1_000_000)),
                format_number(one.rows),
                format_number(one.open_bills),
                format_number(one.without_a_bill),
                format_number(one.in_the_register),
                format_number(one.not_moved),
                _state(one, kept),
            ]
            for one in found
        ],
        right=["MB", "bills", "open", "without a bill", "in the register", "not moved"],
        empty="No month has a partition yet.",
    )


@app.command()
def detach(
    month: MonthArgument,
    reason: ReasonOption,
    kept: KeptOption = KEPT,
    *,
    as_json: JsonOption = False,
) -> None:
    """Put details and readings of a month into the schema `archive` of billing's database, to be dumped and dropped."""
    _show(run(_detach(_month(month), reason, kept)), as_json=as_json)


@app.command()
def attach(month: MonthArgument, reason: ReasonOption, *, as_json: JsonOption = False) -> None:
    """Bring a month back from the schema `archive`; refused where it is not what was detached."""
    _show(run(_attach(_month(month), reason)), as_json=as_json)


@app.command()
def make(month: MonthArgument) -> None:
    """Make the partition of a month whose details lie in the default one; nobody sees details of bills meanwhile."""
    if not run(_make(_month(month))):
        fail("somebody reads details, or the month is in the archive: try again")
    print_line(f"{month} has its partition")


@app.command()
def move(month: MonthArgument) -> None:
    """Move details and readings of a version before into the partitions of their month, some at a time.

    Payments and imports wait for each batch, less than a second: do it at night. It may be stopped and begun again.
    """
    moved = run(_move(_month(month)))
    bills, periods = format_number(moved.bills), format_number(moved.periods)
    print_line(f"{month}: details of {bills} bills moved, readings of {periods} periods")


async def _move(month: tuple[int, int]) -> MovedMonth:
    async with bus_of(find_system(), BILLING) as bus:
        try:
            return await move_month(bus.work, month, progress=lambda moved: print_line(f"{format_number(moved)} …"))
        except Problem as problem:
            fail(problem.detail)


async def _stored() -> list[StoredMonth]:
    async with database("billing") as connection:
        return await months.stored(connection)


async def _detach(month: tuple[int, int], reason: str, kept: int) -> MonthAct:
    async with bus_of(find_system(), BILLING) as bus, bus.work() as work:
        try:
            return await detach_month(work, new_id(), month, reason, months_kept=kept, clock=now)
        except Problem as problem:
            fail(problem.detail)


async def _attach(month: tuple[int, int], reason: str) -> MonthAct:
    async with bus_of(find_system(), BILLING) as bus, bus.work() as work:
        try:
            return await attach_month(work, new_id(), month, reason)
        except Problem as problem:
            fail(problem.detail)


async def _make(month: tuple[int, int]) -> bool:
    async with bus_of(find_system(), BILLING) as bus, bus.work() as work:
        made = await months.make(work.connection, [month], moving=True)
        return await partition_months.make(work.connection, [month]) and made


def _state(found: StoredMonth, kept: int) -> str:
    if found.archived_at is not None:
        where = "in the archive" if found.bytes else "in the archive, not in this database"
        return f"{where} since {found.archived_at.astimezone(VIETNAM):%Y-%m-%d}"
    if (found.year, found.month) >= first_to_keep(business_day(now()), kept):
        return "kept: too young"
    if found.open_bills or found.without_a_bill:
        return "in use"
    if found.not_moved:
        return "to be moved"
    return "may be detached"


def _month(written: str) -> tuple[int, int]:
    year, _, number = written.partition("-")
    if not (year.isdecimal() and number.isdecimal() and len(year) == 4 and 1 <= int(number) <= 12):
        fail(f"{written}: write a month like 2024-10", 2)
    return int(year), int(number)


def _show(done: MonthAct, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(done))
        return
    for line in _lines(done):
        print_line(line)


def _lines(done: MonthAct) -> Sequence[str]:
    tables = [f"archive.{name}_{done.year}{done.month:02d}" for name in ("bill_details", "metered_periods", "readings")]
    figures = f"{format_number(done.bills)} bills, {format_number(done.kwh)} kWh, {format_dong(done.total)}"
    lines = [
        f"{done.year}-{done.month:02d} {done.act}: {figures}",
        f"SHA-256 over the rows of details: {done.contents}",
    ]
    if done.contents_of_periods:
        lines += [
            f"{format_number(done.periods)} periods: {done.contents_of_periods}",
            f"{format_number(done.readings)} readings: {done.contents_of_readings}",
            f"{format_number(done.meters)} meters were not read since",
        ]
    if done.act == "detached":
        lines.append(f"To be dumped, checked and dropped: {', '.join(tables)} (docs/runbooks/months.md)")
    return lines
