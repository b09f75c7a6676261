"""``thungan partners reconcile|watch|differences|settle|settlement``: both sides' books of a day, and what is owed."""

import asyncio
import os
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from ops.console import JsonOption, fail, free_text, print_json, print_line, print_table, typed_code
from ops.requests import build_request, send_request, started_bus
from ops.runner import run
from services.billing.partners.reconciliation import PartnerFileRefused
from shared.clock import now
from shared.contracts.billing import (
    DifferenceSettlement,
    GetPartnerDifferences,
    GetPartnerSettlement,
    PartnerFile,
    SettlePartnerDifference,
    TakePartnerFile,
)
from shared.ids import new_id
from shared.messaging import Bus
from shared.money import format_dong
from shared.problems import Problem, TimedOut, Unavailable
from shared.watched_files import FileState, refuse, waiting, write_result
from shared.whole_files import write_whole

_SECONDS = 60.0
_LONGEST = 8_000_000

CodeArgument = Annotated[str, typer.Argument(callback=typed_code, help="The partner.")]
DayArgument = typer.Argument(formats=["%Y-%m-%d"], help="A day, included.")


def reconcile(
    code: CodeArgument,
    file: Annotated[Path, typer.Argument(help="The partner's file of one day.", exists=True, dir_okay=False)],
    out: Annotated[Path | None, typer.Option("--out", help="Where the result file is written.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare a partner's file with the register; it is taken whole or refused whole, with the line."""
    taken = send_request(
        build_request(TakePartnerFile, partner_code=code, name=file.name, content=_content(file)), timeout=_SECONDS
    )
    if out is not None:
        write_whole(out, taken.result.encode(), mode=0o644)
    if as_json:
        print_json(_facts(taken))
    else:
        print_line(f"{file.name}: {_line(taken)}")


def watch(
    folder: Annotated[Path, typer.Argument(help="A folder for each partner, named by its code.", exists=True)],
    *,
    once: Annotated[bool, typer.Option("--once", help="Take what is there, and end.")] = False,
    every: Annotated[float, typer.Option("--every", help="Seconds between two looks.", min=0.1)] = 5.0,
) -> None:
    """Take files of partners that are put into ``FOLDER/PARTNER/``: the result lies beside each (``….result.csv``)."""
    run(_watch(folder, once=once, every=every))


def differences(
    partner: Annotated[str | None, typer.Option("--partner", callback=typed_code, help="Only with this one.")] = None,
    settled: Annotated[bool, typer.Option("--settled", help="Those that were settled.")] = False,
    limit: Annotated[int, typer.Option("--limit", help="At most so many.", min=1, max=500)] = 500,
    as_json: JsonOption = False,
) -> None:
    """List where partners' books and the register do not agree, the longest open first."""
    found = send_request(
        build_request(GetPartnerDifferences, partner_code=partner, settled=settled, limit=limit)
    ).differences
    if as_json:
        print_json([one.model_dump(mode="json") for one in found])
        return
    print_table(
        "Differences with partners",
        ["difference", "day", "partner", "verdict", "kind", "id", "customer", "theirs", "ours", "settled"],
        [
            [
                one.difference_id,
                one.business_date,
                one.partner_code,
                one.verdict,
                one.kind,
                one.partner_payment_id,
                one.customer_code,
                "" if one.their_amount is None else format_dong(one.their_amount),
                "" if one.our_amount is None else format_dong(one.our_amount),
                f"{one.settlement}: {one.reason} ({one.settled_by})" if one.settled_at else "",
            ]
            for one in found
        ],
        right=["theirs", "ours"],
        empty="No difference was settled." if settled else "No difference waits.",
    )


def settle(
    difference_id: Annotated[UUID, typer.Argument(help="The difference.")],
    settlement: Annotated[DifferenceSettlement, typer.Argument(help="How it was settled.")],
    reason: Annotated[str, typer.Option("--reason", callback=free_text, help="Why, for the records.")],
    as_json: JsonOption = False,
) -> None:
    """Say how a difference was settled; no money moves by this."""
    request = build_request(
        SettlePartnerDifference,
        settlement_id=new_id(),
        difference_id=difference_id,
        settlement=settlement,
        reason=reason,
    )
    settled = send_request(request).difference
    if as_json:
        print_json(settled.model_dump(mode="json"))
    else:
        print_line(f"{settled.partner_payment_id} of {settled.business_date} is settled: {settled.settlement}")


def show_settlement(
    code: CodeArgument,
    first: Annotated[datetime, DayArgument],
    last: Annotated[datetime, DayArgument],
    as_json: JsonOption = False,
) -> None:
    """Show what a partner took by the day, its fees, and whether its books agree."""
    days = send_request(
        build_request(GetPartnerSettlement, partner_code=code, first=first.date(), last=last.date())
    ).days
    if as_json:
        print_json([one.model_dump(mode="json") for one in days])
        return
    rows: list[list[Any]] = [
        [
            one.business_date,
            one.payments,
            format_dong(one.paid),
            one.cancellations,
            format_dong(one.cancelled),
            format_dong(one.paid - one.cancelled),
            format_dong(one.fees),
            "" if one.file_taken_at is None else f"{one.file_taken_at:%Y-%m-%d %H:%M}",
            one.open_differences,
        ]
        for one in days
    ]
    total = sum(one.paid - one.cancelled for one in days)
    rows.append(["total", "", "", "", "", format_dong(total), format_dong(sum(one.fees for one in days)), "", ""])
    columns = ["day", "payments", "paid", "cancelled", "of", "to hand over", "fees", "file (UTC)", "differences"]
    print_table(f"Settlement of {code}", columns, rows, right=columns[1:7])


def _content(file: Path) -> str:
    data = file.read_bytes()
    if len(data) > _LONGEST:
        fail(f"{file.name} is larger than {_LONGEST:,} bytes")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        fail(f"{file.name} is not UTF-8")


def _facts(taken: PartnerFile) -> dict[str, Any]:
    return taken.model_dump(mode="json", exclude={"result"})


def _line(taken: PartnerFile) -> str:
    verdicts = ", ".join(f"{count} {verdict}" for verdict, count in taken.verdicts.items() if count)
    notes = " (late)" * taken.late + " (taken before)" * taken.taken_before
    return f"{taken.business_date}, {taken.lines} lines, {verdicts}{notes}"


async def _watch(folder: Path, *, once: bool, every: float) -> None:
    async with started_bus() as bus:
        while True:
            for path in await asyncio.to_thread(_waiting, folder):
                print_line(f"{path.parent.name}/{path.name}: {await _take(path, bus)}")
            if once:
                return
            await asyncio.sleep(every)


def _waiting(folder: Path) -> list[Path]:
    files = [path for path in folder.glob("*/*.csv") if not path.name.endswith(".result.csv")]
    return waiting(files, now())


def _result_of(path: Path) -> Path:
    return path.with_name(f"{path.stem}.result.csv")


async def _take(path: Path, bus: Bus) -> str:
    try:
        state, data = await asyncio.to_thread(_read, path)
    except OSError as error:
        return f"{error.strerror}; it is tried again"
    try:
        if len(data) > _LONGEST:
            raise PartnerFileRefused(f"larger than {_LONGEST:,} bytes")
        content = data.decode("utf-8")
        request = TakePartnerFile(partner_code=path.parent.name, name=path.name, content=content)
        taken = await bus.request(request, timeout=_SECONDS)
    except (Unavailable, TimedOut) as error:
        return f"{error.slug}; it is tried again"
    except (ValueError, Problem) as error:
        why = error.detail if isinstance(error, Problem) else "no UTF-8, or no partner's folder"
        await asyncio.to_thread(refuse, path, {"why": why})
        return f"refused: {why}"
    await asyncio.to_thread(write_whole, _result_of(path), taken.result.encode(), mode=0o644)
    await asyncio.to_thread(write_result, path, state, _facts(taken))
    return _line(taken)


def _read(path: Path) -> tuple[FileState, bytes]:
    with path.open("rb") as file:
        found = os.fstat(file.fileno())
        # No more of a file that is too large than shows it.
        return FileState(found.st_size, found.st_mtime_ns), file.read(_LONGEST + 1)
