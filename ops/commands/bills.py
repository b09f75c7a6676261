"""``thungan bills``: bill runs. What waits is computed as drafts; once somebody else confirms them, they are bills."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

import typer

from ops.commands.bill_corrections import correct, corrections, preview_correction
from ops.console import JsonOption, fail, free_text, print_json, print_line, print_table, typed_code
from ops.databases import bus_of
from ops.operators import operator
from ops.runner import run as run_async
from ops.system import find_system
from services.billing.bill_run import confirm_run, discard_run, emit_steps, start_run
from services.billing.rehearsals.vat_switch import VatSwitch
from services.billing.run_reports import changes_of, vat_switch_of
from services.billing.runs.changes import Charged
from services.billing.runs.rules import RunOverlaps, RunScope, RunState, person
from services.billing.store import bill_runs, metered_periods
from services.billing.store.bill_run_changes import Changes
from services.billing.store.bill_runs import StoredRun
from services.billing.tariffs.files import load_tariffs
from services.billing.topology import TOPOLOGY as BILLING
from shared.clock import VIETNAM, now
from shared.ids import new_id
from shared.messaging import Bus
from shared.messaging.context import correlated
from shared.money import format_dong, format_number
from shared.problems import NotFound

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Bill runs: compute drafts, look at them, release or discard them; and wrong bills put right.",
)

app.command("preview-correction")(preview_correction)
app.command("correct")(correct)
app.command("corrections")(corrections)

RunArgument = Annotated[UUID, typer.Argument(help="The run, as `list` shows it.")]
ByOption = Annotated[
    str, typer.Option("--by", callback=free_text, help="Who does this, where several work with one login.")
]
_POLL_SECONDS = 0.5
_SAY_SECONDS = 5.0


@app.command()
def run(
    unit: Annotated[str, typer.Option("--unit", callback=typed_code, help="Only this unit.")] = "",
    company: Annotated[
        str, typer.Option("--company", callback=typed_code, help="Only units whose codes begin so.")
    ] = "",
    month: Annotated[str, typer.Option("--month", help="Only this month, such as 2026-10; else all that wait.")] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Compute, show what changes and why, and keep nothing.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Also what earlier runs could not bill, once its cause is corrected.")
    ] = False,
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Compute the drafts of what waits, over all copies of billing; a run that was stopped goes on."""
    if unit and company:
        fail("--unit and --company exclude each other", 2)
    if dry_run and again:
        fail("--dry-run keeps nothing, and --again lets wait for a bill what was set aside", 2)
    scope = RunScope(unit or company, *_month(month))
    run_async(_run(scope, by, is_trial=dry_run, again=again, as_json=as_json))


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option("--limit", help="At most so many, the latest.", min=1)] = 20,
    as_json: JsonOption = False,
) -> None:
    """List the latest bill runs."""
    found = run_async(_latest(limit))
    if as_json:
        print_json([_as_dict(one) for one in found])
        return
    print_table(
        "Bill runs",
        ["run", "over", "state", "asked by", "asked (Vietnam)", "bills", "total", "confirmed by"],
        [
            [
                one.run_id,
                one.scope,
                f"{one.state} (dry run)" if one.is_trial else one.state,
                person(one.asked_by),
                f"{one.asked_at.astimezone(VIETNAM):%Y-%m-%d %H:%M}",
                format_number(one.totals.bills),
                format_number(one.totals.total),
                person(one.confirmed_by) if one.confirmed_by else "",
            ]
            for one in found
        ],
        right=["bills", "total"],
        empty="No bill run yet.",
    )


@app.command()
def show(run_id: RunArgument, *, as_json: JsonOption = False) -> None:
    """Show a run: what it comes to, what could not be billed, and what changes as long as its drafts are there."""
    run_async(_show(run_id, as_json=as_json))


@app.command()
def release(
    run_id: RunArgument,
    bills: Annotated[int, typer.Option("--bills", help="How many bills the run has, as you have checked.", min=0)],
    total: Annotated[int, typer.Option("--total", help="What they come to with VAT, in đồng.", min=0)],
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Confirm what a run comes to, as another person than who asked for it: its drafts become bills."""
    run_async(_release(run_id, bills, total, by, as_json=as_json))


@app.command()
def discard(run_id: RunArgument, by: ByOption = "", *, as_json: JsonOption = False) -> None:
    """Throw the drafts of a run away; their readings wait for the next one."""
    _print(run_async(_discard(run_id, by)), [], None, as_json=as_json)


@asynccontextmanager
async def _billing(by: str = "") -> AsyncIterator[Bus]:
    who = operator()
    with correlated(actor=who.model_copy(update={"reference": by.strip()[:200]}) if by.strip() else who):
        async with bus_of(find_system(), BILLING) as bus:
            yield bus


async def _run(scope: RunScope, by: str, *, is_trial: bool, again: bool, as_json: bool) -> None:
    async with _billing(by) as bus:
        if again:
            async with bus.work() as work:
                await metered_periods.take_up_again(work.connection)
        run_id = await _begun(bus, scope, is_trial=is_trial)
        found = await _until_left(bus, run_id, RunState.COMPUTING)
        async with bus.work() as work:
            problems = await bill_runs.problems_of(work.connection, run_id, 100)
            changes = _named(await changes_of(work.connection, found))
            vat = await vat_switch_of(work.connection, found, load_tariffs(), now)
        if is_trial:
            found = await discard_run(bus.work, run_id, now)
        _print(found, problems, changes, vat, as_json=as_json)


async def _begun(bus: Bus, scope: RunScope, *, is_trial: bool) -> UUID:
    """Begin a run, or go on with the one over the same that was stopped."""
    try:
        async with bus.work() as work:
            run_id = (await start_run(work, new_id(), scope, now(), is_trial=is_trial)).run_id
            await emit_steps(work, run_id)
    except RunOverlaps as overlap:
        run_id = UUID(str(overlap.facts["run_id"]))
        async with bus.work() as work:
            stored = await bill_runs.find(work.connection, run_id)
            if stored is None or stored.scope != scope or stored.state is not RunState.COMPUTING:
                raise
            await emit_steps(work, run_id)
    return run_id


async def _release(run_id: UUID, bills: int, total: int, by: str, *, as_json: bool) -> None:
    async with _billing(by) as bus:
        async with bus.work() as work:
            found = await confirm_run(work, run_id, bills, total, load_tariffs(), now())
            if found.state is RunState.RELEASING:
                await emit_steps(work, run_id)
        _print(await _until_left(bus, run_id, RunState.RELEASING), [], None, as_json=as_json)


async def _discard(run_id: UUID, by: str) -> StoredRun:
    async with _billing(by) as bus:
        return await discard_run(bus.work, run_id, now)


async def _latest(limit: int) -> list[StoredRun]:
    async with _billing() as bus, bus.work() as work:
        return await bill_runs.latest(work.connection, limit)


async def _show(run_id: UUID, *, as_json: bool) -> None:
    async with _billing() as bus, bus.work() as work:
        found = await _known(work.connection, run_id)
        problems = await bill_runs.problems_of(work.connection, run_id, 100)
        is_computed = found.state is RunState.COMPUTED
        changes = _named(await changes_of(work.connection, found)) if is_computed else None
        vat = await vat_switch_of(work.connection, found, load_tariffs(), now) if is_computed else None
    _print(found, problems, changes, vat, as_json=as_json)


async def _known(connection: Any, run_id: UUID) -> StoredRun:
    found = await bill_runs.find(connection, run_id)
    if found is None:
        raise NotFound("Không có đợt lập hóa đơn này.")
    return found


def _named(changes: dict[UUID | None, Changes]) -> dict[str, Changes]:
    return {"month before" if other is None else f"run {other}": found for other, found in changes.items()}


async def _until_left(bus: Bus, run_id: UUID, state: RunState) -> StoredRun:
    """Wait until the copies of billing have brought a run out of a state; say how far they are."""
    began, said = time.monotonic(), time.monotonic()
    first: int | None = None
    while True:
        async with bus.work() as work:
            found = await _known(work.connection, run_id)
        if found.state is not state:
            return found
        parts = found.computed_parts if state is RunState.COMPUTING else found.released_parts
        bills = found.totals.bills if state is RunState.COMPUTING else found.released_bills
        first = bills if first is None else first
        if time.monotonic() - said >= _SAY_SECONDS:
            said = time.monotonic()
            rate = (bills - first) / (said - began)
            left = (said - began) * (found.parts - parts) / parts if parts else 0
            sys.stderr.write(
                f"{state}: {parts:,} of {found.parts:,} parts, {bills:,} bills, {rate:,.0f}/s, {left:,.0f} s left\n"
                if parts
                else f"{state}: no part is done yet; is a copy of billing running?\n"
            )
        await asyncio.sleep(_POLL_SECONDS)


def _month(month: str) -> tuple[int, int] | tuple[None, None]:
    if not month:
        return None, None
    year, _, number = month.partition("-")
    if not (year.isdecimal() and number.isdecimal() and 1 <= int(number) <= 12):
        fail(f"--month {month}: write it like 2026-10", 2)
    return int(year), int(number)


def _as_dict(found: StoredRun) -> dict[str, Any]:
    return asdict(found) | {
        "asked_by": person(found.asked_by),
        "confirmed_by": person(found.confirmed_by) if found.confirmed_by else None,
    }


def _print(
    found: StoredRun,
    problems: Sequence[str],
    changes: dict[str, Changes] | None,
    vat: VatSwitch | None = None,
    *,
    as_json: bool,
) -> None:
    if as_json:
        shown = {
            name: asdict(each)
            | {"largest": [asdict(one) | {"difference": one.difference, "causes": one.causes} for one in each.largest]}
            for name, each in (changes or {}).items()
        }
        switch = None if vat is None else asdict(vat) | {"difference": vat.difference}
        print_json(_as_dict(found) | {"problems": problems, "changes": shown, "vat_switch": switch})
        return
    totals = found.totals
    print_line(f"{found.run_id} over {found.scope}: {found.state}{' (dry run)' if found.is_trial else ''}")
    print_line(
        f"{format_number(totals.bills)} bills, {format_number(totals.kwh)} kWh, {format_dong(totals.pre_vat)} + "
        f"{format_dong(totals.vat)} VAT = {format_dong(totals.total)}"
    )
    if vat is not None:
        print_line(
            f"The rate of VAT changes: {format_dong(vat.by_day['period_to'])} by the last day of the period, "
            f"{format_dong(vat.by_day['invoice_date'])} if issued today; "
            f"{format_number(vat.differing)} bills depend on it"
        )
    for name, each in (changes or {}).items():
        _print_changes(name, each)
    for problem in problems:
        print_line(problem)
    if found.set_aside:
        print_line(f"{found.set_aside:,} periods cannot be billed")
    if found.left_out_bills:
        print_line(
            f"{found.left_out_bills:,} drafts over {format_dong(found.left_out_total)} are no bills: their readings"
            " were held or replaced after the totals were confirmed"
        )
    if found.state is RunState.COMPUTED and not found.is_trial:
        print_line(
            f"To be released by somebody else: thungan bills release {found.run_id} --bills {totals.bills} "
            f"--total {totals.total} --by NAME"
        )


def _print_changes(name: str, changes: Changes) -> None:
    print_line(
        f"Beside the {name}: {changes.more:,} more, {changes.less:,} less, {changes.same:,} the same, {changes.new:,}"
        f" new, {changes.gone:,} gone; {format_number(changes.difference)} đ in all"
    )
    print_table(
        f"Largest changes beside the {name}",
        ["bill", "kWh before", "kWh", "before", "now", "difference", "because of"],
        [
            [
                one.bill_number,
                _amount(one.before, "kwh"),
                _amount(one.after, "kwh"),
                _amount(one.before, "total"),
                _amount(one.after, "total"),
                format_number(one.difference),
                ", ".join(one.causes),
            ]
            for one in changes.largest
        ],
        right=["kWh before", "kWh", "before", "now", "difference"],
        empty="Nothing differs.",
    )


def _amount(charged: Charged | None, what: str) -> str:
    return "" if charged is None else format_number(getattr(charged, what))
