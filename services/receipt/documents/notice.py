"""The payment notice: what is owed, how it came about, and what to do now.

Who has just got a notice to check, and then promises to pay, gets a short one: the day, the collector and the code.
"""

from services.receipt.documents.bill import bill_details, period_name
from services.receipt.documents.parts import (
    DocumentOptions,
    amount,
    big_amount,
    buyer,
    centered,
    heading,
    local_phone,
    seller,
)
from services.receipt.documents.vietqr import payment_code
from services.receipt.documents.words import NO_BREAK, Words, clock_time, day, day_of
from shared.clock import business_day
from shared.contracts.billing import Bill, CollectionPoint, NoticeIssued, NoticeKind
from shared.contracts.common import Language
from shared.money import format_dong
from shared.printing.document import Block, Document, QrCode, Rule, Text

LISTED_DEBTS = 5
"""Older bills that get a line of their own."""

LISTED_POINTS = 3
"""Collection points that are printed, the nearest."""


def notice(event: NoticeIssued, options: DocumentOptions, words: Words) -> Document:
    """Return a notice: the latest bill in detail, older debts a line each, and what this kind asks of the customer."""
    compact = options.is_compact(event.customer.unit.unit_code)
    blocks: list[Block] = [
        *seller(event.customer.unit, options, words, compact=compact),
        Rule(),
        heading(words("notice")),
        centered(words("number_and_date", number=event.notice_number, date=day_of(event.issued_at))),
        Rule(),
        *buyer(event.customer, words, with_phone=event.kind is NoticeKind.CHECK, compact=compact),
        Rule(style="dashed"),
    ]
    latest = event.bills[-1:]
    if event.after_check and event.kind is NoticeKind.CANNOT_PAY:
        blocks += [amount(words("older_debt", period=period_name(bill)), bill.total) for bill in latest]
    else:
        blocks += [block for bill in latest for block in bill_details(bill, words, compact=compact)]
        if event.comparison is not None:
            is_english = words.language is Language.ENGLISH
            blocks.append(Text(text=event.comparison.en if is_english else event.comparison.vi))
    blocks += _other_debts(event, words)
    blocks += big_amount(words("to_pay"), event.account.debt)
    owed = event.account
    due = owed.oldest_due_date if owed.disputed is None else owed.disputed.other_due_date
    if due is not None:
        label = "overdue" if due < business_day(event.issued_at) else "pay_by"
        blocks.append(Text(text=words(label, date=day(due)), weight="bold"))
    disputed = ", ".join(period_name(bill) for bill in event.bills if bill.is_disputed)
    if disputed:
        blocks.append(Text(text=words("disputed", periods=disputed)))
    blocks += _ASKS[event.kind](event, words)
    if event.kind is not NoticeKind.CHECK:
        blocks += _transfer(event, options, words)
    blocks.append(Rule(style="dashed"))
    blocks.append(Text(text=words("not_a_receipt")))
    return Document(
        kind="notice",
        title=words("notice_title", number=event.notice_number),
        language=words.language.value,
        blocks=tuple(blocks),
    )


def _other_debts(event: NoticeIssued, words: Words) -> list[Block]:
    """Return what else makes up the debt: paid parts of the latest bill, older bills, credit."""
    blocks: list[Block] = []
    paid_of_latest = sum(bill.total - _open(bill) for bill in event.bills[-1:])
    if paid_of_latest:
        blocks.append(amount(words("paid_before"), -paid_of_latest))
    older = event.bills[:-1]
    listed, rest = older[-LISTED_DEBTS:], older[:-LISTED_DEBTS]
    if rest:
        blocks.append(amount(words("more_debt", count=len(rest)), sum(map(_open, rest))))
    blocks += [amount(words("older_debt", period=period_name(bill)), _open(bill)) for bill in listed]
    other = event.account.debt - sum(map(_open, event.bills))
    if other > 0:
        blocks.append(amount(words("other_debt"), other))
    if event.account.credit:
        blocks.append(amount(words("credit_to_use"), -event.account.credit))
    return blocks


def _check(_event: NoticeIssued, words: Words) -> list[Block]:
    return [Text(text=words("check_it"))]


def _away(event: NoticeIssued, words: Words) -> list[Block]:
    came = words("was_away", time=clock_time(event.issued_at), date=day_of(event.issued_at))
    return [
        Text(text=came),
        *_meeting("comes_back", event, words),
        *_contact("call_collector", event, words),
    ]


def _cannot_pay(event: NoticeIssued, words: Words) -> list[Block]:
    return [*_meeting("appointment", event, words), *_contact("contact", event, words)]


def _collection_point(event: NoticeIssued, words: Words) -> list[Block]:
    if not event.collection_points:
        return [Text(text=words("no_points"), weight="bold")]
    blocks: list[Block] = [Text(text=words("take_it_to"), weight="bold")]
    for position, point in enumerate(event.collection_points[:LISTED_POINTS], 1):
        blocks.append(Text(text=f"{position}. {point.name}", weight="bold"))
        blocks += [Text(text=line) for line in _point_lines(point) if line]
    return blocks


_ASKS = {
    NoticeKind.CHECK: _check,
    NoticeKind.AWAY: _away,
    NoticeKind.CANNOT_PAY: _cannot_pay,
    NoticeKind.COLLECTION_POINT: _collection_point,
}


def _point_lines(point: CollectionPoint) -> tuple[str, str]:
    phone = local_phone(point.phone).replace(" ", NO_BREAK)
    times = ", ".join(part for part in (point.opening_hours, phone) if part)
    return point.address, times


def _meeting(label: str, event: NoticeIssued, words: Words) -> list[Block]:
    """Return when the collector comes, on a bold line of its own."""
    if event.appointment is None:
        return []
    when = f"{clock_time(event.appointment)} {words.weekday(event.appointment)} {day_of(event.appointment)}"
    return [Text(text=words(label)), Text(text=when, align="center", weight="bold")]


def _contact(label: str, event: NoticeIssued, words: Words) -> list[Block]:
    collector = event.customer.collector
    return [
        Text(text=words(label)),
        Text(text=collector.name, align="center", weight="bold"),
        Text(text=local_phone(collector.phone), align="center", weight="bold", size=2),
    ]


def _transfer(event: NoticeIssued, options: DocumentOptions, words: Words) -> list[Block]:
    """Return the VietQR code with the amount and the customer code in it, where a bank account is configured."""
    account, owed = options.bank_account, event.account.debt
    if account is None or owed <= 0:
        return []
    code = payment_code(account, owed, f"TIEN DIEN {event.customer.customer_code}")
    caption = words("or_transfer", amount=format_dong(owed))
    holder = f"{account.name} {account.account}".strip()
    return [QrCode(data=code, caption=f"{caption}\n{holder}")]


def _open(bill: Bill) -> int:
    return bill.open_principal + bill.open_vat
