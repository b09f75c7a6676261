"""``thungan invoices summaries`` and ``notice``: what the tax authority is told of invoices."""

import os
from datetime import date
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from ops.console import JsonOption, fail, free_text, print_json, print_line, print_table
from ops.databases import database
from ops.operators import operator_name
from ops.runner import run
from services.invoice.authority.messages import Addresses, NoticeError
from services.invoice.authority.rule_files import SHIPPED, authority_rules
from services.invoice.authority.rules import AuthorityRule, NoRule, Period, PeriodKind, period_of, read_period, rule_of
from services.invoice.authority.summary import SummaryError
from services.invoice.store import authority_messages, summaries
from services.invoice.store.authority_messages import ListedMessage
from services.invoice.store.summaries import ListedSummary
from services.invoice.told import make_summaries, order_notice, order_summary
from shared.clock import business_day, now
from shared.money import format_dong
from shared.rule_files import RuleFileError

app = typer.Typer(add_completion=False, help="What the tax authority is told of invoices (01/TH-HĐĐT).")

PeriodArgument = Annotated[str, typer.Argument(help="2026-11, or 2026-Q4.")]
SellerOption = Annotated[str | None, typer.Option("--seller", help="Tax code; all sellers if left out.")]
_LOOK_BACK_DAYS = 200


@app.callback()
def summaries_() -> None:
    """Make summaries of invoices, have them sent, and look at what the tax authority answers."""


@app.command("list")
def list_(
    period: Annotated[str | None, typer.Option("--period", help="2026-11, or 2026-Q4; all if left out.")] = None,
    seller: SellerOption = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000)] = 50,
    as_json: JsonOption = False,
) -> None:
    """Show summaries, the latest first, with what they come to and what became of them."""
    days = None if period is None else _period(period)
    found = run(_listed(None if days is None else (days.first, days.last), seller, limit))
    if as_json:
        print_json([_facts(one) for one in found])
        return
    _print(found)


async def _listed(days: tuple[date, date] | None, seller: str | None, limit: int) -> list[ListedSummary]:
    async with database("invoice") as connection:
        return await summaries.listed(connection, days, seller, limit)


@app.command()
def make(period: PeriodArgument, seller: SellerOption = None, as_json: JsonOption = False) -> None:
    """Make the summaries of a period that is over, of all signed invoices that stand in none yet.

    Made again, they are a supplement of what was signed since. Nothing is sent yet: look at the sums, then send.
    """
    try:
        made = run(_make(_period(period), seller))
    except SummaryError as error:
        fail(str(error))
    if as_json:
        print_json([_facts(one) for one in made])
    elif made:
        _print(made)
    else:
        print_line("every signed invoice of the period stands in a summary already")


async def _make(period: Period, seller: str | None) -> list[ListedSummary]:
    rules = _rules()
    async with database("invoice") as connection:
        chosen = await summaries.sellers(connection) if seller is None else [seller]
        made: set[UUID] = set()
        for tax_code in chosen:
            if seller is None and _kind(rules, tax_code, period) is not period.kind:
                continue
            new = await make_summaries(connection, tax_code, period, rules, now(), operator_name())
            made |= {each.summary_id for each in new}
        if seller is not None and seller not in await summaries.sellers(connection):
            raise SummaryError(f"nobody has sold under the tax code {seller}")
        listed = await summaries.listed(connection, (period.first, period.last), seller, 10_000)
        return [each for each in listed if each.summary_id in made]


def _kind(rules: tuple[AuthorityRule, ...], tax_code: str, period: Period) -> PeriodKind | None:
    try:
        return rule_of(rules, tax_code, period.last).period
    except NoRule:
        return None


@app.command()
def send(
    period: PeriodArgument,
    seller: SellerOption = None,
    number: Annotated[int | None, typer.Option("--number", min=1, help="One of the period's; all if left out.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Have the summaries of a period signed and sent.

    What is on its way or accepted is not sent again; what was refused is, under a new code.
    """
    sent = run(_send(_period(period), seller, number))
    if not sent:
        fail(f"there is no summary of {period}: thungan invoices summaries make {period}")
    if as_json:
        print_json(sent)
        return
    for one in sent:
        print_line(f"{one['seller_tax_code']} {period} no. {one['number']}: {one['message_code']}")


async def _send(period: Period, seller: str | None, number: int | None) -> list[dict[str, Any]]:
    async with database("invoice") as connection:
        found = await summaries.listed(connection, (period.first, period.last), seller, 10_000)
        return [
            {
                "seller_tax_code": each.seller_tax_code,
                "number": each.number,
                "message_code": await order_summary(connection, each.summary_id, _addresses(), now(), operator_name()),
            }
            for each in found
            if number in {None, each.number}
        ]


@app.command()
def status(
    everything: Annotated[bool, typer.Option("--all", help="What was accepted, too.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000)] = 50,
    as_json: JsonOption = False,
) -> None:
    """Show what the tax authority was not told yet, with its last day, and where messages stand."""
    untold, messages = run(_status(everything, limit))
    if as_json:
        print_json({"untold": untold, "messages": [_message(one) for one in messages]})
        return
    if untold:
        print_table(
            "invoices in no summary",
            ["seller", "period", "invoices", "of these unsigned", "due on"],
            [[each["seller"], each["period"], each["invoices"], each["unsigned"], each["due_on"]] for each in untold],
            right=["invoices", "of these unsigned"],
        )
    print_table(
        "messages",
        ["code", "kind", "seller", "due on", "state", "attempts", "why"],
        [
            [one.message_code, one.kind, one.seller_tax_code, one.due_on, one.state, one.attempts, one.problem]
            for one in messages
        ],
        right=["attempts"],
    )


async def _status(everything: bool, limit: int) -> tuple[list[dict[str, Any]], list[ListedMessage]]:
    rules, today = _rules(), business_day(now())
    async with database("invoice") as connection:
        found = await summaries.untold(connection, date.fromordinal(today.toordinal() - _LOOK_BACK_DAYS), today)
        messages = await authority_messages.listed(connection, open_only=not everything, limit=limit)
    untold = []
    for each in found:
        rule = rule_of(rules, each.seller_tax_code, each.month)
        period = period_of(rule.period, each.month)
        untold.append(
            {
                "seller": each.seller_tax_code,
                "period": period.name,
                "invoices": each.invoices,
                "unsigned": each.unsigned,
                "due_on": period.due_on(rule.due_day).isoformat(),
            }
        )
    return untold, list(messages)


def notice(
    which: Annotated[str, typer.Argument(help="Symbol and number: '1K26TAA 42'.")],
    reason: Annotated[
        str, typer.Option("--reason", callback=free_text, help="What was wrong and is right, in Vietnamese.")
    ],
) -> None:
    """Tell the tax authority of a wrong name or address in an invoice, which stays as it is (04/SS-HĐĐT).

    A wrong amount, quantity, rate or tax code is put right by correcting the bill, which makes another invoice.
    """
    try:
        code = run(_notice(which.strip(), reason))
    except NoticeError as error:
        fail(str(error))
    print_line(f"ordered: {code}")


async def _notice(which: str, reason: str) -> str:
    async with database("invoice") as connection:
        return await order_notice(connection, which, reason, _rules(), _addresses(), now(), operator_name())


def _period(text: str) -> Period:
    try:
        return read_period(text)
    except ValueError:
        fail(f"{text!r} is no period like 2026-11 or 2026-Q4")


def _rules() -> tuple[AuthorityRule, ...]:
    try:
        return authority_rules(Path(os.environ.get("THUNGAN_INVOICE_AUTHORITY_RULES") or SHIPPED))
    except RuleFileError as error:
        fail(str(error))


def _addresses() -> Addresses:
    sender, receiver = (os.environ.get(f"THUNGAN_INVOICE_AUTHORITY_{name}", "") for name in ("SENDER", "RECEIVER"))
    return Addresses(sender, receiver)


def _print(found: list[ListedSummary]) -> None:
    print_table(
        "",
        ["seller", "period", "no.", "supplement", "invoices", "before VAT", "VAT", "total", "due on", "state", "why"],
        [
            [
                one.seller_tax_code,
                _name(one),
                one.number,
                one.supplement or "",
                one.invoices,
                format_dong(one.before_vat),
                format_dong(one.vat),
                format_dong(one.total),
                one.due_on,
                one.state or "not sent",
                one.problem or "",
            ]
            for one in found
        ],
        right=["invoices", "before VAT", "VAT", "total"],
    )


def _name(one: ListedSummary) -> str:
    return Period(kind=PeriodKind(one.kind), first=one.first_day, last=one.last_day).name


def _facts(one: ListedSummary) -> dict[str, Any]:
    return {
        "summary_id": str(one.summary_id),
        "seller_tax_code": one.seller_tax_code,
        "period": _name(one),
        "number": one.number,
        "supplement": one.supplement,
        "invoices": one.invoices,
        "before_vat": one.before_vat,
        "vat": one.vat,
        "total": one.total,
        "due_on": one.due_on.isoformat(),
        "made_by": one.made_by,
        "state": one.state,
        "problem": one.problem,
        "message_code": one.message_code,
    }


def _message(one: ListedMessage) -> dict[str, Any]:
    return {
        "message_code": one.message_code,
        "kind": one.kind,
        "seller_tax_code": one.seller_tax_code,
        "due_on": one.due_on.isoformat(),
        "state": one.state,
        "attempts": one.attempts,
        "problem": one.problem,
        "ordered_by": one.ordered_by,
    }
