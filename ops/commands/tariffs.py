"""``thungan tariffs``: which prices are in force and which are to come, and the rehearsal of a new decision."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer

from ops.console import JsonOption, fail, print_json, print_line, print_table
from ops.databases import database
from ops.runner import run
from services.billing.errors import BillingError
from services.billing.rehearsals.decision import Rehearsal, StraddlingBill, percent_change, rehearse, require_follows
from services.billing.rehearsals.vat_switch import VatSwitch, vat_switch
from services.billing.store.bills import vat_bases
from services.billing.tariffs.files import TariffFileError, load_tariffs, with_decision
from services.billing.tariffs.models import DECIDING_DAYS, Tariffs
from shared.clock import business_day, now
from shared.money import format_number

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Prices by date: list, check a new decision, VAT.")

T = TypeVar("T")

_MONEY = ["before", "after"]


@app.command("list")
def list_(
    day: Annotated[str, typer.Option("--day", help="As on this day (YYYY-MM-DD) instead of today.")] = "",
    as_json: JsonOption = False,
) -> None:
    """List the price decisions and VAT rates: past, in force, and to come."""
    tariffs = _tariffs()
    today = _day(day) if day else business_day(now())
    decisions = [
        {
            "decision": decision.number,
            "in_force_from": decision.in_force_from,
            "state": state,
            "average_price": decision.average_price,
            "tiers": len(decision.tier_prices),
        }
        for decision, state in _states([(d, d.in_force_from) for d in tariffs.decisions], today)
    ]
    rates = [
        {"from": rate.since, "percent": rate.percent, "state": state, "basis": rate.basis}
        for rate, state in _states([(rate, rate.since) for rate in tariffs.vat_rates], today)
    ]
    deciding = [
        {"from": rule.since, "day": rule.day, "state": state, "basis": rule.basis}
        for rule, state in _states([(rule, rule.since) for rule in tariffs.vat_deciding_days], today)
    ]
    if as_json:
        print_json({"day": today, "decisions": decisions, "vat_rates": rates, "vat_deciding_days": deciding})
        return
    _table("Price decisions", decisions)
    _table("VAT", rates)
    _table("The day that decides over VAT, by the last day of the period", deciding)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="A decision as in services/billing/tariffs/data/decisions.")],
    as_json: JsonOption = False,
) -> None:
    """Rehearse a new price decision: check its file, and show what it will do. Nothing is changed."""
    known = _tariffs()
    try:
        planned, decision = with_decision(known, file)
        require_follows(known, decision)
        found = rehearse(known, planned, decision)
    except TariffFileError as error:
        _fail_for(error.mistakes, as_json=as_json)
    except BillingError as error:
        _fail_for([f"{file}: {error.message}"], as_json=as_json)
    late = decision.in_force_from <= business_day(now())
    if as_json:
        print_json({**asdict(found), "tiers_change": found.tiers_change, "is_late": late})
        return
    _print(found)
    if late:
        print_line(f"Note: {found.in_force_from} is not in the future; bills of its days may be out at the old prices.")


@app.command("vat-switch")
def vat_switch_(
    month: Annotated[str, typer.Option("--month", help="The bills of this month (YYYY-MM).")],
    as_json: JsonOption = False,
) -> None:
    """Show which bills of a month would have another VAT if the other day decided (last of the period, or invoice)."""
    first = _day(f"{month}-01")
    found = run(_vat_switch(first, _tariffs()))
    if as_json:
        print_json({"month": month, **asdict(found), "difference": found.difference})
        return
    by_period, by_invoice = (format_number(found.by_day[day]) for day in DECIDING_DAYS)
    print_line(
        f"{month}: {format_number(found.bills)} bills; VAT {by_period} by the last day of the period, {by_invoice} by"
        " the day of the invoice."
    )
    print_line(
        f"{format_number(found.differing)} bills ({format_number(found.differing_pre_vat)} before VAT) depend on it: "
        f"{format_number(found.difference)} more by the day of the invoice."
    )


async def _vat_switch(first: date, tariffs: Tariffs) -> VatSwitch:
    found = vat_switch((), tariffs)
    async with database("billing") as connection:
        async for bases in vat_bases(connection, first.year, first.month):
            found += vat_switch(bases, tariffs)
    return found


def _tariffs() -> Tariffs:
    try:
        return load_tariffs()
    except TariffFileError as error:
        _fail_for(error.mistakes)


def _fail_for(mistakes: list[str], *, as_json: bool = False) -> NoReturn:
    if as_json:
        print_json({"mistakes": mistakes})
    else:
        for mistake in mistakes:
            print_line(mistake)
    fail(f"{len(mistakes)} mistake{'s' if len(mistakes) > 1 else ''} in the tariff files")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        fail(f"{text!r} is no day", 2)


def _states(dated: Sequence[tuple[T, date]], today: date) -> Iterator[tuple[T, str]]:
    """Yield each with its state; the dates rise."""
    begun = sum(since <= today for _, since in dated)
    for place, (item, _) in enumerate(dated, 1):
        yield item, "in force" if place == begun else "past" if place < begun else "to come"


def _table(title: str, rows: list[dict[str, Any]]) -> None:
    print_table(title, [name.replace("_", " ") for name in rows[0]], [list(row.values()) for row in rows])


def _print(found: Rehearsal) -> None:
    print_line(f"{found.decision} from {found.in_force_from}, after {found.before}. Nothing is in force by this.")
    if found.tiers_change:
        before, after = ("/".join(map(str, widths)) for widths in (found.tiers_before, found.tiers_after))
        counts = len(found.tiers_before) + 1, len(found.tiers_after) + 1
        print_line(f"The household tiers change: {counts[0]} ({before}, rest) become {counts[1]} ({after}, rest).")
    else:
        print_line(f"The household tiers stay: {len(found.tiers_after) + 1}.")
    print_table(
        "Prices (đồng per kWh before VAT)",
        ["price", *_MONEY, "change", "ratio"],
        [
            [price.what, *map(_money, (price.before, price.after)), _change(price.before, price.after), price.ratio]
            for price in found.prices
        ],
        right=[*_MONEY, "change", "ratio"],
    )
    print_table(
        "Bills of one month (đồng with VAT; registers: half normal, a sixth peak, a third off-peak)",
        ["group", "kWh", *_MONEY, "difference", "change"],
        [
            [
                bill.group,
                format_number(bill.kwh),
                *map(_money, (bill.before, bill.after, bill.after - bill.before)),
                _change(bill.before, bill.after),
            ]
            for bill in found.bills
        ],
        right=["kWh", *_MONEY, "difference", "change"],
    )
    for straddling in found.straddling:
        if straddling.group == "household":
            _print_straddling(straddling)


def _print_straddling(bill: StraddlingBill) -> None:
    limits = " and ".join("/".join(map(str, part)) for part in bill.limits)
    print_table(
        f"{bill.group}, {bill.kwh} kWh, {bill.period_from} to {bill.period_to}: {format_number(bill.total)} with VAT"
        f" (limits {limits})",
        ["from", "to", "decision", "kWh of", "kWh", "price", "amount"],
        [
            [line.first, line.last, line.decision, line.label, *map(_money, (line.kwh, line.unit_price, line.amount))]
            for line in bill.lines
        ],
        right=["kWh", "price", "amount"],
    )


def _money(amount: int | None) -> str:
    return "" if amount is None else format_number(amount)


def _change(before: int | None, after: int | None) -> str:
    return "" if before is None or after is None else f"{percent_change(before, after):+} %"
