"""``thungan readings``: readings that may be wrong; they are not billed until a person has looked at them."""

import sys
from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

import typer

from ops.commands.watch import watch
from ops.console import JsonOption, fail, free_text, print_json, print_line, print_table, typed_code
from ops.requests import build_request, send_request
from shared.clock import VIETNAM, now
from shared.contracts.billing import (
    CorrectedPeriod,
    CorrectedReading,
    CorrectReadings,
    GetHeldReadings,
    HeldReadings,
    MeterReading,
    ReadingsReply,
    ReleaseReadings,
    SendReadingsBack,
)
from shared.csv_files.export import as_csv
from shared.ids import new_id
from shared.money import format_number

app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Readings that may be wrong: list, release, correct, send back."
)

PeriodArgument = Annotated[UUID, typer.Argument(help="The period, as `held` shows it.")]
ReasonOption = Annotated[str, typer.Option("--reason", callback=free_text, help="Why, for the records.")]
_AT_ONCE = 500
_DAY = "%Y-%m-%d"
DayOption = Annotated[datetime | None, typer.Option("--from", formats=[_DAY], help="First day of the period.")]

app.command()(watch)


@app.command()
def held(
    unit: Annotated[list[str] | None, typer.Option("--unit", help="Only of this unit; several are allowed.")] = None,
    customer: Annotated[
        str | None, typer.Option("--customer", callback=typed_code, help="Only of this customer.")
    ] = None,
    rule: Annotated[str | None, typer.Option("--rule", help="Only what this rule found, such as jump.")] = None,
    older: Annotated[
        int | None, typer.Option("--older-than", help="Only what has waited for so many days.", min=0)
    ] = None,
    sent_back: Annotated[
        bool | None, typer.Option("--sent-back/--not-sent-back", help="Only what is to be read again, or the others.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", help="At most so many, the longest waiting first.", min=1)] = 1_000,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV for a spreadsheet, one line a register.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List readings that are held, with the reasons."""
    if csv and as_json:
        fail("--csv and --json exclude each other", 2)
    found: list[HeldReadings] = []
    after: UUID | None = None
    while len(found) < limit:
        request = build_request(
            GetHeldReadings,
            unit_codes=unit or [],
            customer_code=customer,
            rule=rule,
            held_before=None if older is None else now() - timedelta(days=older),
            sent_back=sent_back,
            after=after,
            limit=min(_AT_ONCE, limit - len(found)),
        )
        page = send_request(request)
        found += page.held
        after = page.next
        if after is None:
            break
    if as_json:
        print_json([one.model_dump(mode="json") for one in found])
    elif csv:
        sys.stdout.buffer.write(as_csv(_COLUMNS, [_line(one, reading) for one in found for reading in one.readings]))
    else:
        print_table(
            "Held readings",
            ["period", "customer", "unit", "month", "days", "kWh", "since", "why"],
            [_row(one) for one in found],
            right=["kWh"],
            empty="No readings are held.",
        )


@app.command()
def release(period_id: PeriodArgument, reason: ReasonOption, as_json: JsonOption = False) -> None:
    """Let held readings be billed as they are."""
    request = build_request(ReleaseReadings, release_id=new_id(), period_id=period_id, reason=reason)
    _show(send_request(request), "is released and waits for its bill", as_json=as_json)


@app.command()
def correct(
    period_id: PeriodArgument,
    reason: ReasonOption,
    register: Annotated[
        list[str] | None,
        typer.Option(
            "--register", help="METER:REGISTER:OLD:NEW; OLD or NEW may be empty. Several are allowed.", metavar="TEXT"
        ),
    ] = None,
    old: Annotated[int | None, typer.Option("--old", help="Old reading, of a period with one register.")] = None,
    new: Annotated[int | None, typer.Option("--new", help="New reading, of a period with one register.")] = None,
    estimate: Annotated[
        bool, typer.Option("--estimate", help="Of a meter that has stopped: what the last three periods let expect.")
    ] = False,
    first: DayOption = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=[_DAY], help="Last day of the period.")] = None,
    cut_days: Annotated[int | None, typer.Option("--cut-days", help="Days without supply.", min=0, max=366)] = None,
    cut_from: Annotated[
        datetime | None, typer.Option("--cut-from", formats=[_DAY], help="First day without supply.")
    ] = None,
    cut_to: Annotated[
        datetime | None, typer.Option("--cut-to", formats=[_DAY], help="Last day without supply.")
    ] = None,
    cos_phi: Annotated[str | None, typer.Option("--cos-phi", help="Power factor, such as 0.85.")] = None,
    due: Annotated[datetime | None, typer.Option("--due", formats=[_DAY], help="When the bill is due.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Put readings, days, supply or power factor of a period right that has no bill yet; it is judged again."""
    ways = (bool(register), old is not None or new is not None, estimate).count(True)
    days = {"period_from": first, "period_to": last, "cut_from": cut_from, "cut_to": cut_to, "due_date": due}
    given: dict[str, date | int | str] = {name: day.date() for name, day in days.items() if day is not None}
    given |= {name: value for name, value in (("cut_days", cut_days), ("cos_phi", cos_phi)) if value is not None}
    if ways > 1 or (ways == 0 and not given):
        fail(
            "give --old or --new of the only register, --register for each that is wrong, or --estimate; or what "
            "else is wrong: --from, --to, --cut-days, --cut-from, --cut-to, --cos-phi, --due",
            2,
        )
    only = [] if estimate or ways == 0 else [CorrectedReading(old_reading=old, new_reading=new)]
    readings = [_corrected(text) for text in register] if register else only
    request = build_request(
        CorrectReadings,
        correction_id=new_id(),
        period_id=period_id,
        readings=readings,
        estimate=estimate,
        period=build_request(CorrectedPeriod, **given) if given else None,
        reason=reason,
    )
    _show(send_request(request), "is corrected and waits for its bill", as_json=as_json)


@app.command("send-back")
def send_back(period_id: PeriodArgument, reason: ReasonOption, as_json: JsonOption = False) -> None:
    """Have a period read again: the next import of it takes its place."""
    request = build_request(SendReadingsBack, sending_id=new_id(), period_id=period_id, reason=reason)
    _show(send_request(request), "is to be read again", as_json=as_json)


def _corrected(text: str) -> CorrectedReading:
    parts = text.split(":")
    if len(parts) != 4 or not all(part == "" or part.isdecimal() for part in parts[2:]):
        fail(f"{text!r} is not like METER:REGISTER:OLD:NEW", 2)
    old, new = (int(part) if part else None for part in parts[2:])
    return build_request(
        CorrectedReading, meter_number=parts[0], meter_register=parts[1].upper(), old_reading=old, new_reading=new
    )


def _show(reply: ReadingsReply, what: str, *, as_json: bool) -> None:
    if as_json:
        print_json(reply.model_dump(mode="json"))
        return
    if reply.doubts and what != "is to be read again":
        what = "is still held: " + "; ".join(f"{doubt.english} ({doubt.rule})" for doubt in reply.doubts)
    print_line(f"The period {reply.period_id} {what}.")
    if reply.judged_again:
        print_line(f"Of {reply.judged_again} later periods the verdict has changed.")


def _row(one: HeldReadings) -> list[object]:
    return [
        one.period_id,
        one.customer_code,
        one.unit_code,
        f"{one.month:02d}/{one.year}" + (f"/{one.cycle}" if one.cycle > 1 else ""),
        f"{one.period_from:%d/%m} – {one.period_to:%d/%m}",
        format_number(one.kwh),
        "" if one.held_since is None else f"{one.held_since.astimezone(VIETNAM):%Y-%m-%d}",
        "; ".join([*(doubt.detail for doubt in one.doubts), *(["đang ghi lại"] if one.sent_back_at else [])]),
    ]


_COLUMNS = (
    "period_id", "unit_code", "customer_code", "year", "month", "cycle", "period_from", "period_to", "meter_number",
    "register", "old_reading", "new_reading", "multiplier", "kwh", "rules", "reasons", "reasons_english", "held_since",
    "sent_back_at",
)  # fmt: skip


def _line(one: HeldReadings, reading: MeterReading) -> list[object]:
    moments = [
        "" if moment is None else f"{moment.astimezone(VIETNAM):%Y-%m-%d %H:%M:%S}"
        for moment in (one.held_since, one.sent_back_at)
    ]
    return [
        one.period_id, one.unit_code, one.customer_code, one.year, one.month, one.cycle, one.period_from, one.period_to,
        reading.meter_number, reading.meter_register, reading.old_reading, reading.new_reading, reading.multiplier,
        reading.kwh, " ".join(doubt.rule for doubt in one.doubts), " ".join(doubt.detail for doubt in one.doubts),
        " ".join(doubt.english for doubt in one.doubts), *moments,
    ]  # fmt: skip
