"""``thungan dunning``: the steps of units up to cutting off, where customers stand, and who must not be cut off."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar
from uuid import UUID

import typer

from ops.console import JsonOption, fail, free_text, print_json, print_line, print_table, typed_code
from ops.operators import operator, operator_name
from ops.requests import build_request, send_request, started_bus
from ops.runner import run
from services.notify.domain.kinds import MessageRule
from services.notify.dunning.files import load_dunning
from services.notify.dunning.rules import Dunning, DunningRule, dunning_rule
from services.notify.settings import NotifySettings
from shared.clock import VIETNAM, business_day, now
from shared.contracts.customer import ProtectCustomer
from shared.contracts.message import Reply, Request
from shared.contracts.notify import (
    ApproveCutList,
    CutListReply,
    DiscardCutList,
    DunningCase,
    DunningState,
    GetCutList,
    GetCutLists,
    GetCutOrders,
    GetDunning,
    GetDunningCases,
    MakeCutList,
    OrderOutcome,
    RecordWarningDelivery,
    ReportCutOrder,
    WayOfDelivery,
)
from shared.ids import new_id
from shared.messaging.context import acting
from shared.money import format_number
from shared.rule_files import RuleFileError, load_rules

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="From a bill that is not paid to cutting off: check a file of steps, show what holds, where customers stand.",
)

FileOption = Annotated[
    Path | None, typer.Option("--file", help="A file of steps in place of the one that this checkout has.")
]
MessagesOption = Annotated[
    Path | None,
    typer.Option("--messages", help="Which kinds of message units send, in place of the checkout's."),
]
_SHIPPED: Any = NotifySettings.model_fields


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="A file as services/notify/dunning/steps.yaml.")],
    messages: MessagesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check a file of steps, by itself and together with the kinds of message. Nothing is changed."""
    rules = _load(file, messages, as_json=as_json).rules
    if as_json:
        print_json({"file": str(file), "rules": len(rules), "mistakes": []})
        return
    for rule in rules:
        print_line(f"From {rule.in_force_from} for {_units(rule)}: {_sentence(rule)}")


@app.command()
def show(
    unit: Annotated[str, typer.Option("--unit", callback=typed_code, help="The unit.")],
    day: Annotated[str, typer.Option("--day", help="On this day (YYYY-MM-DD) instead of today.")] = "",
    file: FileOption = None,
    messages: MessagesOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show which steps a unit has on a day."""
    rules = _load(file or _SHIPPED["dunning_file"].default, messages, as_json=as_json).rules
    rule = dunning_rule(rules, unit, _day(day) if day else business_day(now()))
    if as_json:
        print_json(rule.model_dump(mode="json"))
        return
    print_line(f"{unit}, from {rule.in_force_from} on: {_sentence(rule)}")
    rows = [
        [step.name, step.message or ", ".join(sorted(step.outcomes)), step.by, step.days, step.gap_days]
        for step in rule.steps
    ]
    last = rule.warning
    rows.append(["warning", "cut_warning", " and ".join(sorted(last.by)), last.days, last.gap_days])
    print_table("Steps", ["step", "done by", "way", "days after due", "days after the one before"], rows)
    cut = rule.cut
    print_line(
        f"Supply is cut {cut.opens:%H:%M}–{cut.closes:%H:%M} on {', '.join(sorted(cut.weekdays))}, at least "
        f"{last.hours_before} hours after the warning was delivered and {cut.days_after_first_notice} days after the "
        f"first notice, and is back {rule.reconnection.hours} hours after the payment."
    )


@app.command()
def customer(
    code: Annotated[str, typer.Argument(metavar="CUSTOMER", callback=typed_code, help="The customer.")],
    as_json: JsonOption = False,
) -> None:
    """Show where a customer stands, and why a step waits."""
    case = send_request(build_request(GetDunning, customer_code=code)).case
    if as_json:
        print_json(None if case is None else case.model_dump(mode="json"))
        return
    if case is None:
        print_line(f"{code} owes nothing that may be asked for.")
        return
    print_table(
        f"{code}: {format_number(case.debt)} đồng, due since {case.debt_due_on}",
        ["step", "state", "from", "delivered (Vietnam)", "blocked by"],
        [
            [
                step.name,
                step.state,
                str(step.due_on or ""),
                "" if step.done_at is None else f"{step.done_at.astimezone(VIETNAM):%Y-%m-%d %H:%M}",
                ", ".join(step.why),
            ]
            for step in case.steps
        ],
    )


@app.command("list")
def list_(
    unit: Annotated[str, typer.Option("--unit", callback=typed_code, help="The unit.")],
    after: Annotated[str | None, typer.Option("--after", callback=typed_code, help="The last customer before.")] = None,
    limit: Annotated[int, typer.Option("--limit", help="Customers of one page.", min=1, max=200)] = 100,
    as_json: JsonOption = False,
) -> None:
    """List where the customers of a unit stand whose oldest bill is overdue."""
    found = send_request(build_request(GetDunningCases, unit_code=unit, after=after, limit=limit))
    if as_json:
        print_json(found.model_dump(mode="json"))
        return
    print_table(
        "Overdue customers",
        ["customer", "debt", "due since", "done", "next", "state", "from", "blocked by"],
        [_row(case) for case in found.cases],
        empty="Nobody's bills are overdue.",
        right=["debt"],
    )
    if found.next is not None:
        print_line(f"There are more: --after {found.next}")


@app.command()
def protect(
    code: Annotated[str, typer.Argument(metavar="CUSTOMER", callback=typed_code, help="The customer.")],
    reason: Annotated[str, typer.Option("--reason", callback=free_text, help="Why, for the records.")],
    end: Annotated[bool, typer.Option("--end", help="The customer may be cut off again.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Keep that a customer must not be cut off, whatever is owed."""
    request = build_request(
        ProtectCustomer, protection_id=new_id(), customer_code=code, protected=not end, reason=reason
    )
    kept = send_request(request)
    if as_json:
        print_json(kept.model_dump(mode="json"))
        return
    print_line(f"{code} {'must not' if kept.protected else 'may'} be cut off.")


ByOption = Annotated[
    str, typer.Option("--by", callback=free_text, help="Who does this, where several work with one login.")
]
ListArgument = Annotated[UUID, typer.Argument(help="The list, as `lists` shows it.")]


@app.command("make-list")
def make_list(
    unit: Annotated[str, typer.Option("--unit", callback=typed_code, help="The unit.")],
    day: Annotated[str, typer.Option("--day", help="The day of the cuts (YYYY-MM-DD).")],
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Make the cut-off list of a unit for a day; somebody else has to approve it."""
    request = build_request(MakeCutList, list_id=new_id(), unit_code=unit, day=_day(day))
    _print_list(_ask(request, by), as_json=as_json)


@app.command("approve-list")
def approve_list(list_id: ListArgument, by: ByOption = "", as_json: JsonOption = False) -> None:
    """Approve a list, as another person than who made it: whoever may still be cut off gets an order."""
    _print_list(_ask(ApproveCutList(list_id=list_id), by), as_json=as_json)


@app.command("discard-list")
def discard_list(list_id: ListArgument, by: ByOption = "", as_json: JsonOption = False) -> None:
    """Discard a list that nobody has approved."""
    _print_list(_ask(DiscardCutList(list_id=list_id), by), as_json=as_json)


@app.command("show-list")
def show_list(list_id: ListArgument, as_json: JsonOption = False) -> None:
    """Show a list with its customers as they stand now."""
    _print_list(send_request(GetCutList(list_id=list_id)), as_json=as_json)


@app.command()
def lists(
    unit: Annotated[str | None, typer.Option("--unit", callback=typed_code, help="Only of this unit.")] = None,
    limit: Annotated[int, typer.Option("--limit", help="The latest so many.", min=1, max=200)] = 50,
    as_json: JsonOption = False,
) -> None:
    """List cut-off lists, the latest first."""
    found = send_request(build_request(GetCutLists, unit_codes=[unit] if unit else [], limit=limit)).lists
    if as_json:
        print_json([one.model_dump(mode="json") for one in found])
        return
    print_table(
        "Cut-off lists",
        ["id", "unit", "day", "state", "customers", "debt", "made by", "approved by"],
        [
            [
                str(one.list_id),
                one.unit_code,
                str(one.day),
                one.state,
                str(one.customers),
                format_number(one.debt),
                one.made_by.reference or one.made_by.id,
                "" if one.approved_by is None else one.approved_by.reference or one.approved_by.id,
            ]
            for one in found
        ],
        empty="There is no list.",
        right=["customers", "debt"],
    )


@app.command()
def orders(
    unit: Annotated[str | None, typer.Option("--unit", callback=typed_code, help="Only of this unit.")] = None,
    customer: Annotated[
        str | None, typer.Option("--customer", callback=typed_code, help="Only of this customer.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Those that have ended, too.")] = False,
    limit: Annotated[int, typer.Option("--limit", help="So many.", min=1, max=200)] = 100,
    as_json: JsonOption = False,
) -> None:
    """List orders to cut and to reconnect, the open ones by their clocks."""
    request = build_request(
        GetCutOrders,
        unit_codes=[unit] if unit else [],
        customer_code=customer,
        is_open=None if everything else True,
        limit=limit,
    )
    found = send_request(request).orders
    if as_json:
        print_json([one.model_dump(mode="json") for one in found])
        return
    print_table(
        "Orders",
        ["id", "what", "customer", "who", "until (Vietnam)", "state", "cause", "meter"],
        [
            [
                str(one.order_id),
                one.kind,
                one.customer_code,
                one.collector_code or "",
                f"{one.due_by.astimezone(VIETNAM):%Y-%m-%d %H:%M}",
                one.state,
                one.cause,
                "" if one.meter_reading is None else str(one.meter_reading),
            ]
            for one in found
        ],
        empty="No order is open." if not everything else "There are no orders.",
    )


@app.command()
def delivered(
    warning_id: Annotated[UUID, typer.Argument(help="The warning, as `customer --json` has it.")],
    customer: Annotated[str, typer.Option("--customer", callback=typed_code, help="Whose it is.")],
    way: Annotated[WayOfDelivery, typer.Option("--way", help="How it reached the customer.")],
    note: Annotated[str, typer.Option("--note", callback=free_text, help="To whom, for the records.")] = "",
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Keep that a warning was delivered on paper, now."""
    request = build_request(
        RecordWarningDelivery,
        delivery_id=new_id(),
        warning_id=warning_id,
        customer_code=customer,
        way=way,
        note=note,
        delivered_by=by or operator_name(),
    )
    kept = _ask(request, by)
    if as_json:
        print_json(kept.model_dump(mode="json"))
        return
    late = "" if kept.in_time else " That is too late: it does not count."
    print_line(f"Delivered; the warning names {kept.cut_from.astimezone(VIETNAM):%Y-%m-%d %H:%M}.{late}")


@app.command()
def report(
    order_id: Annotated[UUID, typer.Argument(help="The order, as `orders` has it.")],
    outcome: Annotated[OrderOutcome, typer.Argument(help="What came of it at the meter.")],
    meter_reading: Annotated[
        int | None, typer.Option("--meter-reading", min=0, help="What the meter shows; needed with `done`.")
    ] = None,
    note: Annotated[str, typer.Option("--note", callback=free_text, help="Who told of it, for the records.")] = "",
    by: ByOption = "",
    as_json: JsonOption = False,
) -> None:
    """Report what came of an order to cut or to reconnect, where the collector's phone cannot."""
    request = build_request(
        ReportCutOrder,
        report_id=new_id(),
        order_id=order_id,
        outcome=outcome,
        meter_reading=meter_reading,
        note=note,
        stated_at=now(),
    )
    kept = _ask(request, by)
    if as_json:
        print_json(kept.model_dump(mode="json"))
        return
    also = "" if kept.further is None else f" Supply has to come back: order {kept.further.order_id}."
    print_line(f"The order to {kept.order.kind.value} {kept.order.customer_code} is {kept.order.state.value}.{also}")


R = TypeVar("R", bound=Reply)


def _ask(request: Request[R], by: str) -> R:
    return run(_ask_as(request, by))


async def _ask_as(request: Request[R], by: str) -> R:
    who = operator()
    with acting(who.model_copy(update={"reference": by.strip()[:200]}) if by.strip() else who):
        async with started_bus() as bus:
            return await bus.request(request)


def _print_list(found: CutListReply, *, as_json: bool) -> None:
    if as_json:
        print_json(found.model_dump(mode="json"))
        return
    one = found.cut_list
    print_table(
        f"Cut-off list {one.list_id} of {one.unit_code} for {one.day}: {one.state}",
        ["customer", "debt", "due since", "to be cut off", "why not", "order"],
        [
            [
                entry.customer_code,
                format_number(entry.debt),
                str(entry.debt_due_on),
                "yes" if entry.is_on else "no",
                ", ".join(entry.why),
                "" if entry.order is None else entry.order.state,
            ]
            for entry in found.entries
        ],
        right=["debt"],
    )


def _load(file: Path, messages: Path | None, *, as_json: bool) -> Dunning:
    try:
        kinds = load_rules(messages or _SHIPPED["message_rules_file"].default, MessageRule)
        return load_dunning(file, kinds)
    except RuleFileError as error:
        _fail_for(file, str(error).splitlines(), as_json=as_json)


def _fail_for(file: Path, mistakes: list[str], *, as_json: bool) -> NoReturn:
    if as_json:
        print_json({"file": str(file), "mistakes": mistakes})
    else:
        for mistake in mistakes:
            print_line(mistake)
    fail(f"{file} cannot be used")


def _units(rule: DunningRule) -> str:
    return ", ".join(sorted(rule.units)) or "all units"


def _sentence(rule: DunningRule) -> str:
    if not rule.switched_on:
        return "nobody is cut off."
    steps = " → ".join([*(step.name for step in rule.steps), "warning", "cut"])
    return f"{steps}, for {format_number(rule.least_debt)} đồng and more."


def _row(case: DunningCase) -> list[str]:
    step = next((step for step in case.steps if step.state is not DunningState.DONE), case.steps[-1])
    done = sum(one.state is DunningState.DONE for one in case.steps)
    return [
        case.customer_code,
        format_number(case.debt),
        str(case.debt_due_on),
        f"{done} of {len(case.steps)}",
        step.name,
        step.state,
        str(step.due_on or ""),
        ", ".join(step.why),
    ]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        fail(f"{text!r} is no day", 2)
