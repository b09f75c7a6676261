"""``thungan arrears``: how old the debts are, agreements to pay them in parts, and interest on late payment."""

import sys
from typing import Annotated

import typer

from ops.commands.agreements import agree, agreements, end
from ops.commands.late_interest import charge_interest, interest, take_back, waive_interest
from ops.console import JsonOption, fail, print_json, print_table, typed_code
from ops.requests import build_request, send_request
from shared.contracts.billing import AgedDebt, AgeingGroup, AgeingReport, DebtAge, GetAgeingReport
from shared.csv_files.export import as_csv
from shared.money import format_number

app = typer.Typer(add_completion=False, no_args_is_help=True, help="Debts: age, agreements, interest.")

app.command("agree")(agree)
app.command("agreements")(agreements)
app.command("end")(end)
app.command("interest")(interest)
app.command("charge-interest")(charge_interest)
app.command("waive-interest")(waive_interest)
app.command("take-back")(take_back)

_AGES = {
    DebtAge.NOT_DUE: "not due",
    DebtAge.UP_TO_30: "1 to 30 days",
    DebtAge.UP_TO_60: "31 to 60",
    DebtAge.UP_TO_90: "61 to 90",
    DebtAge.OLDER: "over 90",
}
_GROUPS = {AgeingGroup.ROUTE: "route", AgeingGroup.PRICE_GROUP: "price group"}


def _codes(typed: list[str] | None) -> list[str]:
    return [typed_code(each) or "" for each in typed or ()]


@app.command()
def ageing(
    unit: Annotated[
        list[str] | None, typer.Option("--unit", callback=_codes, help="Only of this unit; several are allowed.")
    ] = None,
    by: Annotated[AgeingGroup, typer.Option("--by", help="Add up by this within each unit.")] = AgeingGroup.UNIT,
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV for a spreadsheet: a line for each age.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show how old the open bills are, in đồng: days past the day on which they were due."""
    if csv and as_json:
        fail("--csv and --json exclude each other", 2)
    found = send_request(build_request(GetAgeingReport, unit_codes=unit or [], by=by), timeout=60.0)
    if as_json:
        print_json(found.model_dump(mode="json"))
    elif csv:
        _print_csv(found, by)
    else:
        _print_table(found, by)


def _print_csv(found: AgeingReport, by: AgeingGroup) -> None:
    group = [] if by is AgeingGroup.UNIT else [by.value]
    header = ["day", "unit_code", *group, "age", "customers", "bills", "amount"]
    rows = (
        (found.day, one.unit_code, *([one.group] if group else []), one.age.value, one.customers, one.bills, one.amount)
        for one in found.debts
    )
    sys.stdout.write(as_csv(header, rows).decode())


def _print_table(found: AgeingReport, by: AgeingGroup) -> None:
    lines: dict[tuple[str, str], list[AgedDebt]] = {}
    for one in found.debts:
        lines.setdefault((one.unit_code, one.group), []).append(one)
    group = [_GROUPS[by]] if by in _GROUPS else []
    figures = [*_AGES.values(), "bills", "all"]
    rows = [[unit, *([name] if group else []), *_figures(debts)] for (unit, name), debts in lines.items()]
    if len(rows) > 1:
        rows.append(["all", *([""] if group else []), *_figures(found.debts)])
    print_table(
        f"Open bills by age on {found.day:%Y-%m-%d}",
        ["unit", *group, *figures],
        rows,
        right=figures,
        empty="Nobody owes anything.",
    )


def _figures(debts: list[AgedDebt]) -> list[str]:
    amounts = [sum(one.amount for one in debts if one.age is age) for age in _AGES]
    return [format_number(each) for each in (*amounts, sum(one.bills for one in debts), sum(amounts))]
